import t from 'tap';
import { Progress } from '../../src/cli/progress.ts';

/** A terminal that only remembers, and a clock that is set by hand. */
class Terminal {
  readonly isTTY: boolean;
  readonly columns = 40;
  written = '';
  time = 0;

  constructor(isTTY: boolean) {
    this.isTTY = isTTY;
  }

  write(text: string): void {
    this.written += text;
  }

  now(): number {
    return this.time;
  }
}

t.test('a short run shows nothing', (t) => {
  const terminal = new Terminal(true);
  const progress = new Progress(terminal, 2, terminal);
  progress.step('a.yml');
  terminal.time = 100;
  progress.step('b.yml');
  progress.clear();
  t.equal(terminal.written, '');
  t.end();
});

t.test('a long run shows one line that is written over, and takes it away at the end', (t) => {
  const terminal = new Terminal(true);
  const progress = new Progress(terminal, 9, terminal);
  progress.step('a.yml');
  terminal.time = 1000;
  progress.step('b\u001b[31m.yml');
  t.equal(terminal.written, '\r\u001b[Kchecking 2/9 b\uFFFD[31m.yml');
  progress.step('c.yml');
  t.notMatch(terminal.written, 'c.yml', 'not more often than one can read');
  terminal.time = 2000;
  progress.step(`${'long/'.repeat(20)}d.yml`);
  const shown = terminal.written.split('\u001b[K').at(-1) ?? '';
  t.match(shown, /^checking 4\/9 long/);
  t.ok(shown.length < terminal.columns, 'it never wraps');
  progress.clear();
  t.ok(terminal.written.endsWith('\r\u001b[K'));
  t.end();
});

t.test('nothing is shown where there is no terminal', (t) => {
  const terminal = new Terminal(false);
  const progress = new Progress(terminal, 2, terminal);
  terminal.time = 10_000;
  progress.step('a.yml');
  progress.clear();
  t.equal(terminal.written, '');
  t.end();
});
