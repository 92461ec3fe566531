import { Command } from 'commander';
import type { RouterFlavor } from '../../router/router.ts';
import type { ExitCode } from '../exit-code.ts';
import { exitCode } from '../exit-code.ts';
import { routerFlavorOption, statedFlavor } from '../router-flavor.ts';
import type { ColorChoice } from '../terminal.ts';
import { printResult, wantsColor } from '../terminal.ts';
import { collect, colorOption, formatOption } from './common-options.ts';

interface RoutesFlags {
  readonly format: 'text' | 'json';
  readonly routerFlavor?: RouterFlavor;
  readonly env?: true;
  readonly allowPlugin?: readonly string[];
  readonly color: ColorChoice;
}

const examples = `
Examples:
  gw routes kong.yml                 every route, in the order in which they are tried
  gw routes --format json kong.yml   for a machine

Exit codes: 0 fine, 1 a config with errors, 2 wrong usage or a file that cannot be read.`;

/** Declares `gw routes`. */
export function routesCommand(done: (code: ExitCode) => void): Command {
  return new Command('routes')
    .description('list the routes in the order in which they are tried, with their plugins; marks shadowed ones')
    .argument('[file...]', 'files, folders or patterns; default ./kong.yml, ./kong.yaml')
    .addOption(formatOption('text', 'json'))
    .addOption(routerFlavorOption())
    .option('--env', 'fill in environment variables; without it placeholders stand for them')
    .option('--allow-plugin <name>', 'accept a plugin of your own that gw does not know; may be repeated', collect)
    .addOption(colorOption())
    .addHelpText('after', examples)
    .action(async (files: readonly string[], flags: RoutesFlags) => done(await routes(files, flags)));
}

async function routes(args: readonly string[], flags: RoutesFlags): Promise<ExitCode> {
  const { findConfigFiles } = await import('../config-files.ts');
  const { inspectFiles } = await import('../inspect-files.ts');
  const files = findConfigFiles(args, process.env.KONG_DECLARATIVE_CONFIG ?? null);
  const { color, allowPlugin: allowPlugins = [] } = flags;
  const routerFlavor = statedFlavor(flags.routerFlavor, process.env);
  const inspection = await inspectFiles(files, { env: flags.env === true, allowPlugins, color, routerFlavor });
  const entities = inspection?.entities ?? null;
  if (entities === null) return exitCode.findings;
  const { routeTable } = await import('../route-table.ts');
  const { formatRoutes } = await import('../formats/routes-text.ts');
  const { flavorFor } = await import('../../router/router-flavor.ts');
  const rows = routeTable(entities, flavorFor(entities, routerFlavor));
  printResult(
    flags.format === 'json'
      ? JSON.stringify(rows, null, 2)
      : formatRoutes(rows, { color: wantsColor(color, process.stdout, process.env) }),
  );
  return exitCode.fine;
}
