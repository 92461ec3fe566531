import { Command, Option } from 'commander';
import type { ExitCode } from '../exit-code.ts';
import { exitCode } from '../exit-code.ts';
import type { ColorChoice } from '../terminal.ts';
import { collect, colorOption } from './common-options.ts';

interface RenderFlags {
  readonly env?: true;
  readonly showSecrets?: true;
  readonly flat?: true;
  readonly format: 'yaml' | 'json';
  readonly output?: string;
  readonly allowPlugin?: readonly string[];
  readonly color: ColorChoice;
}

const examples = `
Examples:
  gw render                                 what ./kong.yml amounts to, defaults filled in
  gw render base.yml team-a/ team-b/        several files merged into one config
  gw render --env --show-secrets -o all.yml a file that runs as the originals do
  gw render --flat --format json            one list per kind of entity

Exit codes: 0 written, 1 the config has errors, 2 wrong usage or a file that cannot be read.`;

/** Declares `gw render`. */
export function renderCommand(done: (code: ExitCode) => void): Command {
  return new Command('render')
    .description('print the one config that files amount to: merged, defaults filled in, secrets masked')
    .argument('[file...]', 'files, folders, patterns, or "-" for stdin; default ./kong.yml, ./kong.yaml')
    .option('--env', 'fill in environment variables; without it placeholders stand for them')
    .option('--show-secrets', 'do not mask secrets')
    .option('--flat', 'put every entity in the list of its kind instead of nesting it as the files do')
    .addOption(new Option('--format <name>', 'how it is written').choices(['yaml', 'json']).default('yaml'))
    .option('-o, --output <file>', 'write to a file instead of stdout')
    .option('--allow-plugin <name>', 'accept a plugin of your own that gw does not know; may be repeated', collect)
    .addOption(colorOption())
    .addHelpText('after', examples)
    .action(async (files: readonly string[], flags: RenderFlags) => done(await render(files, flags)));
}

async function render(args: readonly string[], flags: RenderFlags): Promise<ExitCode> {
  const { findConfigFiles } = await import('../config-files.ts');
  const { inspectFiles } = await import('../inspect-files.ts');
  const files = findConfigFiles(args, process.env.KONG_DECLARATIVE_CONFIG ?? null);
  const { color, allowPlugin: allowPlugins = [] } = flags;
  const inspection = await inspectFiles(files, { env: flags.env === true, allowPlugins, color });
  if (inspection === null) return exitCode.findings;
  const { renderConfig } = await import('../../config/render/render-config.ts');
  const { configText } = await import('../../config/render/config-text.ts');
  const { SecretMask } = await import('../../config/render/mask.ts');
  const { pluginCatalog } = await import('../../plugins/registry.ts');
  const { writeOutput } = await import('../write-output.ts');
  const mask = new SecretMask(pluginCatalog);
  const config = renderConfig(inspection, {
    flat: flags.flat === true,
    catalog: pluginCatalog,
    show: (entity) => (flags.showSecrets === true ? entity.fields : mask.fieldsOf(entity)),
  });
  await writeOutput(configText(config, flags.format), flags.output ?? null);
  return exitCode.fine;
}
