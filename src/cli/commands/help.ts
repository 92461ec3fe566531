import { Command } from 'commander';
import type { FindingCode } from '../../pdk/finding-code.ts';
import { printResult } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';

/** Declares `gw help`, which explains commands, topics and the codes of findings. */
export function helpCommand(program: Command): Command {
  return new Command('help')
    .description('explain a command, a topic, or the code of a finding')
    .argument('[topic...]', 'a command, a topic (exit-codes, env, formats, settings, codes) or a code')
    .addHelpText('after', '\nExamples:\n  gw help start\n  gw help exit-codes\n  gw help reference/dangling')
    .action(async (words: readonly string[]) => {
      const command = findCommand(program, words);
      if (command !== null) command.outputHelp();
      else printResult(await explain(program, words.join(' ')));
      if (command === program) printResult(topicLine);
    });
}

const topicLine = `
Topics: gw help exit-codes, env, formats, settings, codes. gw help CODE explains the code of a finding.`;

function describeCode(name: string, code: FindingCode): string {
  const indent = (text: string): string => text.replaceAll(/^/gm, '  ');
  return `${name}: ${code.title} (${code.severity})

${code.explanation}

Reported:

${indent(code.bad)}

Better:

${indent(code.good)}`;
}

function listCodes(codes: Readonly<Record<string, FindingCode>>): string {
  const width = Math.max(...Object.keys(codes).map((code) => code.length));
  const lines = Object.entries(codes).map(
    ([code, { severity, title }]) => `  ${code.padEnd(width)}  ${severity.padEnd('warning'.length)}  ${title}`,
  );
  return `Codes of findings\n\n${lines.join('\n')}`;
}

function findCommand(program: Command, words: readonly string[]): Command | null {
  let command = program;
  for (const word of words) {
    const child = command.commands.find((candidate) => candidate.name() === word);
    if (child === undefined) return null;
    command = child;
  }
  return command;
}

async function explain(program: Command, topic: string): Promise<string> {
  const { helpTopics } = await import('../help-topics.ts');
  const page = Object.hasOwn(helpTopics, topic) ? helpTopics[topic] : undefined;
  if (page !== undefined) return page();
  const { knownCodes } = await import('../known-codes.ts');
  if (topic === 'codes') return listCodes(knownCodes);
  const code = Object.hasOwn(knownCodes, topic) ? knownCodes[topic] : undefined;
  if (code !== undefined) return describeCode(topic, code);
  const { nearest } = await import('../../lib/nearest.ts');
  const commands = program.commands.map((child) => child.name());
  const meant = nearest(topic, [...commands, 'codes', ...Object.keys(helpTopics), ...Object.keys(knownCodes)]);
  throw new UsageError(
    `there is no help on "${topic}"`,
    meant === null ? '"gw help" lists the topics' : `did you mean "gw help ${meant}"?`,
  );
}
