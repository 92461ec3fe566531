import { Command } from 'commander';
import type { ExitCode } from '../exit-code.ts';
import { exitCode } from '../exit-code.ts';
import type { ColorChoice } from '../terminal.ts';
import { printResult, wantsColor } from '../terminal.ts';
import { collect, colorOption, formatOption, parseCount } from './common-options.ts';

interface ExplainFlags {
  readonly config?: readonly string[];
  readonly header?: readonly string[];
  readonly port?: number;
  readonly format: 'text' | 'json';
  readonly env?: true;
  readonly allowPlugin?: readonly string[];
  readonly color: ColorChoice;
}

const examples = `
Examples:
  gw explain GET http://api.example/orders/1                    with ./kong.yml
  gw explain -c kong.yml POST /orders -H 'Host: api.example'    a path, the host in a header
  gw explain GET https://api.example/ --format json             for a machine

Exit codes: 0 a route matches, 1 none does or the config has errors, 2 wrong usage.`;

/** Declares `gw explain`. */
export function explainCommand(done: (code: ExitCode) => void): Command {
  return new Command('explain')
    .description('tell which route takes a request and why, where it goes, and which plugins run')
    .argument('<method>', 'such as GET')
    .argument('<url>', 'http://host/path, or a path with the host in a header')
    .option('-c, --config <file>', 'a file, folder or pattern; may be repeated; default ./kong.yml', collect)
    .option('-H, --header <header>', "a request header, 'name: value'; may be repeated", collect)
    .option('--port <number>', 'the port the connection comes in on; default that of the URL, 80 or 443', parseCount)
    .addOption(formatOption('text', 'json'))
    .option('--env', 'fill in environment variables; without it placeholders stand for them')
    .option('--allow-plugin <name>', 'accept a plugin of your own that gw does not know; may be repeated', collect)
    .addOption(colorOption())
    .addHelpText('after', examples)
    .action(async (method: string, url: string, flags: ExplainFlags) => done(await explain(method, url, flags)));
}

async function explain(method: string, url: string, flags: ExplainFlags): Promise<ExitCode> {
  const { readRequest } = await import('../explained-url.ts');
  const request = readRequest(method, url, flags.header ?? [], flags.port ?? null);
  const { findConfigFiles } = await import('../config-files.ts');
  const { inspectFiles } = await import('../inspect-files.ts');
  const files = findConfigFiles(flags.config ?? [], process.env.KONG_DECLARATIVE_CONFIG ?? null);
  const { color, allowPlugin: allowPlugins = [] } = flags;
  const inspection = await inspectFiles(files, { env: flags.env === true, allowPlugins, color });
  const entities = inspection?.entities ?? null;
  if (entities === null) return exitCode.findings;
  const { explainRequest } = await import('../explain-request.ts');
  const explanation = await explainRequest(entities, request);
  const { formatExplanation } = await import('../formats/explain-text.ts');
  printResult(
    flags.format === 'json'
      ? JSON.stringify(explanation, null, 2)
      : formatExplanation(explanation, { color: wantsColor(color, process.stdout, process.env) }),
  );
  return explanation.route === null ? exitCode.findings : exitCode.fine;
}
