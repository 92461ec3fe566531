import { Command, Option } from 'commander';
import type { JsonValue } from '../../lib/json.ts';
import type { AdminFlags } from '../admin-flags.ts';
import type { ExitCode } from '../exit-code.ts';
import { exitCode } from '../exit-code.ts';
import type { ColorChoice } from '../terminal.ts';
import { printResult, wantsColor } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';
import { addAdminOptions } from './admin-options.ts';
import { colorOption, formatOption } from './common-options.ts';

interface IssuersFlags extends AdminFlags {
  readonly config?: string;
  readonly online?: true;
  readonly format: 'text' | 'json';
  readonly color: ColorChoice;
}

const examples = `
Examples:
  gw issuers                              what the gateway on this machine knows
  gw issuers --admin http://gw.test:8001  another one; GW_ADMIN_TOKEN is sent if set
  gw issuers --format json                what GET /openid-connect/issuers answers
  gw issuers -c kong.yml                  issuers that a file names, and who uses them; offline
  gw issuers -c kong.yml --online         also fetches their documents and keys

Exit codes: 0 fine, 1 the file has errors or an issuer in it does not work (--online),
2 wrong usage or a file that cannot be read, 3 no proper answer from the gateway.`;

/** Declares `gw issuers`. */
export function issuersCommand(done: (code: ExitCode) => void): Command {
  const command = new Command('issuers').description(
    'show identity providers: endpoints, keys, age, next refresh, last error, and which plugins use them',
  );
  return addAdminOptions(command, 'Admin API of a running gateway (default http://127.0.0.1:8001)')
    .option('-c, --config <file>', 'look into a config file or folder instead of a running gateway')
    .addOption(new Option('--online', 'with -c: fetch the documents and keys of every issuer'))
    .addOption(formatOption('text', 'json'))
    .addOption(colorOption())
    .addHelpText('after', examples)
    .action(async (flags: IssuersFlags) => {
      if (flags.config !== undefined && flags.admin !== undefined) {
        throw new UsageError('--admin and --config exclude each other');
      }
      if (flags.online === true && flags.config === undefined) throw new UsageError('--online needs --config');
      done(flags.config === undefined ? await fromGateway(flags) : await fromFile(flags.config, flags));
    });
}

async function fromGateway(flags: IssuersFlags): Promise<ExitCode> {
  const { AdminClient } = await import('../admin-client.ts');
  const client = new AdminClient(flags, process.env);
  try {
    const body = await client.text('/openid-connect/issuers');
    await show(body, client.rowsOf(body), flags);
    return exitCode.fine;
  } finally {
    await client.close();
  }
}

async function fromFile(file: string, flags: IssuersFlags): Promise<ExitCode> {
  const { listIssuers } = await import('../file-issuers.ts');
  const listing = await listIssuers(file, { online: flags.online === true, color: flags.color });
  if (listing === null) return exitCode.findings;
  await show(JSON.stringify({ data: listing.rows, next: null }), listing.rows, flags);
  return listing.hasFailure ? exitCode.findings : exitCode.fine;
}

async function show(body: string, rows: readonly JsonValue[], flags: IssuersFlags): Promise<void> {
  if (flags.format === 'json') {
    printResult(body);
    return;
  }
  const { formatIssuers } = await import('../formats/issuers-text.ts');
  printResult(formatIssuers(rows, { color: wantsColor(flags.color, process.stdout, process.env), now: Date.now() }));
}
