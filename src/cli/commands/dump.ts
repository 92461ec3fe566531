import { Command, Option } from 'commander';
import type { AdminFlags } from '../admin-flags.ts';
import type { ExitCode } from '../exit-code.ts';
import type { ColorChoice } from '../terminal.ts';
import { addAdminOptions } from './admin-options.ts';
import { collect, colorOption } from './common-options.ts';

interface DumpFlags extends AdminFlags {
  readonly selectTag?: readonly string[];
  readonly withIds?: true;
  readonly format: 'yaml' | 'json';
  readonly output?: string;
  readonly color: ColorChoice;
}

const examples = `
Examples:
  gw dump                                  the gateway on this machine, as a config file
  gw dump -o kong.yml                      into a file
  gw dump --admin https://gw.test:8444     another one; GW_ADMIN_TOKEN is sent if set
  gw dump --select-tag team-a              what has this tag

Exit codes: 0 written, 1 written but not fit to run as it is, 2 wrong usage or a file that cannot be
written, 3 no proper answer from the gateway.`;

/** Declares `gw dump`. */
export function dumpCommand(done: (code: ExitCode) => void): Command {
  const command = new Command('dump').description('write the entities of a running gateway as a config file');
  return addAdminOptions(command, 'Admin API of the gateway (default http://127.0.0.1:8001)')
    .option('--select-tag <tag>', 'only entities that have this tag, and all others that are named', collect)
    .option('--with-ids', 'write every id, not only those that something refers to')
    .addOption(new Option('--format <name>', 'how it is written').choices(['yaml', 'json']).default('yaml'))
    .option('-o, --output <file>', 'write to a file instead of stdout; it is readable for you alone when it is new')
    .addOption(colorOption())
    .addHelpText('after', examples)
    .action(async (flags: DumpFlags) => {
      const { dump } = await import('../dump-gateway.ts');
      done(await dump(flags));
    });
}
