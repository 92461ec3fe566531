import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { introduction, results } from './screen.ts';
import { openStage } from './stage.ts';
import { walkThrough } from './walk-through.ts';

const usage = `npm run demo [-- --once]

Runs kong.yml.example with an identity provider and an upstream, tries it, and keeps running until Ctrl-C.
  --once   ends after trying it: exit code 0 when all was as expected, else 1
`;

const { values: flags } = parseArgs({
  options: { once: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h', default: false } },
});

if (flags.help) console.log(usage);
else process.exitCode = await run();

async function run(): Promise<number> {
  const stage = await openStage();
  const stopped = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  console.log(introduction(stage));
  const steps = await walkThrough(stage);
  console.log(results(steps));
  if (!flags.once) {
    console.log('\nStill running: try the commands above. Ctrl-C ends it.');
    await stopped;
  }
  await stage.close();
  return steps.every(({ failures }) => failures.length === 0) ? 0 : 1;
}
