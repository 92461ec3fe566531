import chalk from 'chalk';
import type { Stage } from './stage.ts';
import { type Step, userArgument } from './walk-through.ts';

// Everything here goes to stdout; chalk leaves colours out when that is not a terminal.

/** What runs and what to type, before anything is tried. */
export function introduction(stage: Stage): string {
  const places = [
    ['identity provider', stage.idp.issuer, 'a demo identity provider: its client and keys live in memory'],
    ['upstream', stage.upstream.url, 'answers /anything like httpbin'],
    ['gateway', stage.gatewayUrl, 'kong.yml.example'],
    ['Admin API', stage.adminUrl, ''],
  ].map(([name = '', url = '', note = '']) =>
    `  ${name.padEnd(18)}${chalk.cyan(url.padEnd(24))}${chalk.dim(note)}`.trimEnd(),
  );
  const commands = [
    `curl -i ${stage.gatewayUrl}/anything --user ${userArgument}`,
    `curl -i ${stage.gatewayUrl}/anything`,
    `curl -s ${stage.adminUrl}/openid-connect/issuers`,
    `npx gw issuers --admin ${stage.adminUrl}`,
  ].map((command) => `  ${command}`);
  return [
    chalk.bold('gw demo: a caller brings client credentials, the upstream gets an access token'),
    '',
    ...places,
    ...stage.changes.map((change) => chalk.yellow(`  ${change}`)),
    '',
    chalk.bold('Try it'),
    '',
    ...commands,
    '',
  ].join('\n');
}

/** What the demo's own requests brought to light. */
export function results(steps: readonly Step[]): string {
  return [chalk.bold('What the demo saw when it tried'), '', ...steps.flatMap(describe), '', verdict(steps)].join('\n');
}

function describe(step: Step): string[] {
  const mark = step.failures.length === 0 ? chalk.green('✓') : chalk.red('✗');
  const head = `  ${mark} ${step.title.padEnd(22)}${chalk.bold(step.status)}  ${chalk.dim(`${step.ms.toFixed(1)} ms`)}`;
  const indent = '      ';
  return [
    head,
    ...step.lines.map((line) => indent + line),
    ...step.failures.map((failure) => indent + chalk.red(failure)),
  ];
}

function verdict(steps: readonly Step[]): string {
  const failed = steps.filter(({ failures }) => failures.length > 0).length;
  if (failed > 0) return chalk.red(`${failed} of ${steps.length} went wrong.`);
  const [first, second] = [steps[1], steps[2]];
  if (first === undefined || second === undefined) return '';
  return chalk.green(
    `As it should be: the first call took ${first.ms.toFixed(1)} ms, the cached one ${second.ms.toFixed(1)} ms.`,
  );
}
