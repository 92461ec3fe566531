import { Command, InvalidArgumentError, Option } from 'commander';
import type { JsonObject } from '../../lib/json.ts';
import type { RouterFlavor } from '../../router/router.ts';
import type { ExitCode } from '../exit-code.ts';
import { exitCode } from '../exit-code.ts';
import { routerFlavorOption, statedFlavor } from '../router-flavor.ts';
import type { Question } from '../routing/question.ts';
import type { RoutingModel } from '../routing/routing-model.ts';
import type { ColorChoice } from '../terminal.ts';
import { printResult, wantsColor } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';
import { collect, colorOption, formatOption } from './common-options.ts';

interface ExplainFlags {
  readonly config?: readonly string[];
  readonly header?: readonly string[];
  readonly requests?: string;
  readonly protocol?: string;
  readonly sni?: string;
  readonly srcIp?: string;
  readonly srcPort?: number;
  readonly dstIp?: string;
  readonly dstPort?: number;
  readonly port?: number;
  readonly format: 'text' | 'json';
  readonly routerFlavor?: RouterFlavor;
  readonly env?: true;
  readonly allowPlugin?: readonly string[];
  readonly color: ColorChoice;
}

const examples = `
Examples:
  gw explain GET http://api.example/orders/1                    with ./kong.yml
  gw explain -c kong.yml POST /orders -H 'Host: api.example'    a path, the host in a header
  gw explain GET https://api.example/ --src-ip 10.0.0.1         what else routes may look at
  gw explain --protocol tls --sni db.example --dst-port 5432    a connection that is not HTTP
  gw explain GET https://api.example/ --format json             for a machine
  gw explain --requests requests.jsonl                          many: a JSON object a line, "-" for stdin

Exit codes: 0 a route matches, 1 none does or the config has errors, 2 wrong usage. With --requests: 0 every line has
an answer, 1 some line has mistakes, 2 a file that cannot be read.`;

/** Declares `gw explain`. */
export function explainCommand(done: (code: ExitCode) => void): Command {
  const command = new Command('explain')
    .description('tell which route takes a request and why, where it goes, and which plugins run')
    .argument('[method]', 'such as GET')
    .argument('[url]', 'http://host/path, or a path with the host in a header')
    .option('-c, --config <file>', 'a file, folder or pattern; may be repeated; default ./kong.yml', collect)
    .option('-H, --header <header>', "a request header, 'name: value'; may be repeated", collect)
    .option('--requests <file>', 'explain many: one JSON object a line in, one a line out; "-" for stdin');
  return addConnectionOptions(command)
    .addOption(formatOption('text', 'json'))
    .addOption(routerFlavorOption())
    .option('--env', 'fill in environment variables; without it placeholders stand for them')
    .option('--allow-plugin <name>', 'accept a plugin of your own that gw does not know; may be repeated', collect)
    .addOption(colorOption())
    .addHelpText('after', examples)
    .action(async (method: string | undefined, url: string | undefined, flags: ExplainFlags) =>
      done(await explain(method, url, flags)),
    );
}

function addConnectionOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--protocol <name>', 'what is spoken, instead of what the URL says').choices([
        ...['http', 'https', 'ws', 'wss', 'grpc', 'grpcs', 'tcp', 'tls', 'tls_passthrough', 'udp'],
      ]),
    )
    .option('--sni <name>', 'server name of the TLS handshake; default the host of the URL')
    .option('--src-ip <address>', 'where the connection comes from')
    .option('--src-port <number>', 'its port there', parsePort)
    .option('--dst-ip <address>', 'the address the connection comes in on')
    .option('--dst-port <number>', 'the port it comes in on; default that of the URL, 80 or 443', parsePort)
    .option('--port <number>', 'the same as --dst-port', parsePort);
}

async function explain(method: string | undefined, url: string | undefined, flags: ExplainFlags): Promise<ExitCode> {
  if (flags.requests !== undefined) return await explainFile(flags.requests, method, flags);
  const question = await readFlags(method, url, flags);
  const model = await loadModel(flags);
  if (model === null) return exitCode.findings;
  const { explainQuestion } = await import('../routing/explain-question.ts');
  const explanation = explainQuestion(model, question);
  const { formatExplanation } = await import('../formats/explain-text.ts');
  printResult(
    flags.format === 'json'
      ? JSON.stringify(explanation, null, 2)
      : formatExplanation(explanation, { color: wantsColor(flags.color, process.stdout, process.env) }),
  );
  return explanation.route === null ? exitCode.findings : exitCode.fine;
}

async function explainFile(file: string, method: string | undefined, flags: ExplainFlags): Promise<ExitCode> {
  if (method !== undefined) {
    throw new UsageError('a request and --requests exclude each other', 'put the request into the file');
  }
  if (file === '-' && flags.config?.includes('-') === true) {
    throw new UsageError('stdin cannot be both the config and the requests', 'name a file for one of them');
  }
  const { openRequests } = await import('../routing/open-requests.ts');
  const input = await openRequests(file);
  const model = await loadModel(flags);
  if (model === null) {
    input.destroy();
    return exitCode.findings;
  }
  const { explainRequests } = await import('../routing/explain-requests.ts');
  const bad = await explainRequests(model, input, process.stdout);
  return bad === 0 ? exitCode.fine : exitCode.findings;
}

async function loadModel(flags: ExplainFlags): Promise<RoutingModel | null> {
  const { findConfigFiles } = await import('../config-files.ts');
  const { inspectFiles } = await import('../inspect-files.ts');
  const files = findConfigFiles(flags.config ?? [], process.env.KONG_DECLARATIVE_CONFIG ?? null);
  const { color, allowPlugin: allowPlugins = [] } = flags;
  const routerFlavor = statedFlavor(flags.routerFlavor, process.env);
  const inspection = await inspectFiles(files, { env: flags.env === true, allowPlugins, color, routerFlavor });
  const entities = inspection?.entities ?? null;
  if (entities === null) return null;
  const { RoutingModel } = await import('../routing/routing-model.ts');
  const { flavorFor } = await import('../../router/router-flavor.ts');
  return new RoutingModel(entities, flavorFor(entities, routerFlavor));
}

/** @throws {UsageError} when the arguments and flags make no request */
async function readFlags(method: string | undefined, url: string | undefined, flags: ExplainFlags): Promise<Question> {
  const { readQuestion } = await import('../routing/read-question.ts');
  const isStream = flags.protocol !== undefined && !/^(?:http|ws|grpc)/.test(flags.protocol);
  if (isStream && method !== undefined && url === undefined) return await readFlags(undefined, method, flags);
  if (!isStream && (method === undefined || url === undefined)) {
    throw new UsageError('a method and a URL are needed', 'such as: gw explain GET http://api.example/orders');
  }
  const result = readQuestion(requestOf(method, url, flags));
  if ('question' in result) return result.question;
  throw new UsageError(result.problem.message, 'gw explain --help shows examples');
}

function requestOf(method: string | undefined, url: string | undefined, flags: ExplainFlags): JsonObject {
  const headers = new Map<string, string[]>();
  for (const [name, value] of (flags.header ?? []).map(readHeader)) {
    headers.set(name, [...(headers.get(name) ?? []), value]);
  }
  const given = {
    method: method?.toUpperCase(),
    url,
    headers: Object.fromEntries(headers),
    protocol: flags.protocol,
    sni: flags.sni,
    src_ip: flags.srcIp,
    src_port: flags.srcPort,
    dst_ip: flags.dstIp,
    dst_port: flags.dstPort ?? flags.port,
  };
  return Object.fromEntries(
    Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

function readHeader(text: string): readonly [string, string] {
  const colon = text.indexOf(':');
  if (colon <= 0) throw new UsageError(`"${text}" is not a header`, "write -H 'name: value'");
  return [text.slice(0, colon).trim(), text.slice(colon + 1).trim()];
}

function parsePort(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new InvalidArgumentError('a port from 0 to 65535 is expected');
}
