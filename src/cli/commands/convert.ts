import { Command, Option } from 'commander';
import type { ConversionTarget } from '../../config/convert/convert-text.ts';
import type { ExitCode } from '../exit-code.ts';
import type { ColorChoice } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';
import { colorOption } from './common-options.ts';

interface ConvertFlags {
  readonly to: ConversionTarget;
  readonly output?: string;
  readonly inPlace?: true;
  readonly color: ColorChoice;
}

const examples = `
Examples:
  gw convert kong.yml --to 3.0                 print a file of format 1.1 or 2.1 in format 3.0
  gw convert kong.yml --to 3.0 --in-place      the same, into the file itself
  gw convert kong.yml --to deck -o deck.yml    decK's way of writing groups, credentials and partials
  gw convert - --to dbless < deck.yml          what a Kong without a database reads

Exit codes: 0 converted, 1 a person has to look at something (listed on stderr) or the file cannot be read as YAML,
2 wrong usage or a file that cannot be read.`;

/** Declares `gw convert`. */
export function convertCommand(done: (code: ExitCode) => void): Command {
  return new Command('convert')
    .description('bring a config file to format 3.0, or to the form that decK or a Kong without a database reads')
    .argument('<file>', 'a config file, or "-" for stdin')
    .addOption(new Option('--to <form>', 'what to convert to').choices(['3.0', 'deck', 'dbless']).makeOptionMandatory())
    .option('-o, --output <file>', 'write the result to a file instead of stdout')
    .option('--in-place', 'write the result to the file itself')
    .addOption(colorOption())
    .addHelpText('after', examples)
    .action(async (file: string, flags: ConvertFlags) => {
      if (flags.inPlace === true && flags.output !== undefined) {
        throw new UsageError('--in-place and --output exclude each other');
      }
      if (flags.inPlace === true && file === '-') throw new UsageError('--in-place needs a file, not stdin');
      const { convertFile } = await import('../convert-file.ts');
      const output = flags.inPlace === true ? file : (flags.output ?? null);
      done(await convertFile(file, flags.to, output, flags.color));
    });
}
