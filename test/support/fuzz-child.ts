import { pluginCatalog } from '../../src/plugins/registry.ts';
import { hostileTexts } from './hostile-texts.ts';
import { senseless } from './sane-load.ts';

/** What became of one text. */
export interface HostileResult {
  readonly name: string;
  readonly problem: string | null;
  readonly elapsedMs: number;
  /** Highest memory of the process so far. */
  readonly residentMegabytes: number;
}

/** Run as a process of its own: a line of JSON before each text and one after it. */
if (process.argv[2] === 'run') {
  for (const [name, make] of Object.entries(hostileTexts)) {
    const text = make();
    // What the text before left behind is not this one's.
    globalThis.gc?.();
    process.stdout.write(`${JSON.stringify({ starting: name })}\n`);
    const before = performance.now();
    const cpuBefore = process.cpuUsage();
    const problem = attempt(text);
    const residentMegabytes = process.resourceUsage().maxRSS / 1024;
    const { user, system } = process.cpuUsage(cpuBefore);
    // On a busy machine the clock says too much, and with several collector threads the CPU time does.
    const elapsedMs = Math.min(performance.now() - before, (user + system) / 1_000);
    const result: HostileResult = { name, problem, elapsedMs, residentMegabytes };
    process.stdout.write(`${JSON.stringify(result)}\n`);
  }
}

function attempt(text: string): string | null {
  try {
    return senseless(text, pluginCatalog);
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message.slice(0, 200)}` : 'something was thrown';
  }
}
