import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import t from 'tap';
import { packageRoot } from '../src/lib/package-info.ts';
import { runCli } from './support/run-cli.ts';

const readme = readFileSync(join(packageRoot, 'README.md'), 'utf8');

/** The text of the fenced block that begins with `start`. */
function block(start: string): string {
  const found = [...readme.matchAll(/```\w*\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');
  return found.find((text) => text.startsWith(start)) ?? '';
}

t.test('the config in the README is fine, and the typo is reported as the README says', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'gw-readme-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'kong.yml');
  const config = block('_format_version');
  writeFileSync(file, config);
  t.match(await runCli(['validate', 'kong.yml'], { cwd: folder }), { code: 0 });
  writeFileSync(file, config.replace('issuer:', 'isuer:'));
  const typo = await runCli(['validate', 'kong.yml'], { cwd: folder });
  t.equal(typo.code, 1);
  t.equal(typo.stdout, block('kong.yml:'));
});

t.test('README and pages link to files that exist', (t) => {
  const docs = readdirSync(join(packageRoot, 'docs'), { recursive: true, encoding: 'utf8' });
  const pages = ['README.md', ...docs.filter((name) => name.endsWith('.md')).map((name) => join('docs', name))];
  const broken = pages.flatMap((page) => {
    const text = readFileSync(join(packageRoot, page), 'utf8');
    const targets = [...text.matchAll(/\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)/g)].map((match) => match[1] ?? '');
    return targets
      .filter((target) => !existsSync(resolve(packageRoot, dirname(page), target)))
      .map((target) => `${page} → ${target}`);
  });
  t.same(broken, []);
  t.end();
});
