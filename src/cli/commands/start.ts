import { Command } from 'commander';
import type { RouterFlavor } from '../../router/router.ts';
import type { ExitCode } from '../exit-code.ts';
import { routerFlavorOption } from '../router-flavor.ts';
import type { SettingName } from '../setting-table.ts';
import type { ColorChoice } from '../terminal.ts';
import { colorOption } from './common-options.ts';

interface StartFlags {
  readonly config?: readonly string[];
  readonly conf?: string;
  readonly proxyListen?: string;
  readonly streamListen?: string;
  readonly adminListen?: string;
  readonly logLevel?: string;
  readonly routerFlavor?: RouterFlavor;
  readonly watch?: true;
  readonly adminWrites?: string;
  readonly adminInsecure?: true;
  readonly readyJson?: true;
  readonly dryRun?: true;
  readonly color: ColorChoice;
}

const examples = `
Examples:
  gw start -c kong.yml                             run a config
  gw start -c services.yml -c routes.yml           several files as one config
  gw start -c kong.yml --watch                     reload when a file changes
  gw start --conf kong.conf                        settings from a file
  gw start -c kong.yml --proxy-listen 127.0.0.1:0  any free port
  gw start                                         no config yet: make entities with the Admin API or decK
  gw start -c kong.yml --admin-writes=file         changes of the Admin API go into kong.yml

SIGHUP reloads; a bad config is refused and the old one keeps running. SIGTERM and SIGINT let
requests under way finish; the second one ends at once. gw help settings lists all settings.`;

/** Declares `gw start`. */
export function startCommand(done: (code: ExitCode) => void): Command {
  return new Command('start')
    .description('run the gateway')
    .option('-c, --config <file>', 'config file or folder; repeat for several. A .conf file counts as --conf', collect)
    .option('--conf <file>', 'settings file in the form of kong.conf')
    .option('--proxy-listen <addresses>', 'where the proxy listens (default 0.0.0.0:8000, 0.0.0.0:8443 http2 ssl)')
    .option('--stream-listen <addresses>', 'where TCP and TLS connections are taken (default off)')
    .option('--admin-listen <addresses>', 'where the Admin API listens, or "off" (default 127.0.0.1:8001)')
    .option('--log-level <level>', 'least severe log lines to write (default notice)')
    .addOption(routerFlavorOption())
    .option('--watch', 'reload when a config file changes')
    .option(
      '--admin-writes <mode>',
      'off, memory or file: whether the Admin API changes entities, and where they are kept',
    )
    .option('--admin-insecure', 'let the Admin API listen beyond this machine without a token')
    .option('--ready-json', 'once all listeners are open, print one JSON line on stdout: pid, addresses, config hash')
    .option('--dry-run', 'check settings and config like "gw validate", then end')
    .addOption(colorOption())
    .addHelpText('after', examples)
    .action(async (flags: StartFlags) => {
      const { start } = await import('../start.ts');
      done(await start({ ...sortFiles(flags), flags: settingFlags(flags), ...modes(flags) }));
    });
}

function collect(value: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, value];
}

/** `-c x.conf` and `--conf x.yml` mean what their endings say: Kong's own flag takes settings, ours the config. */
function sortFiles(flags: StartFlags): { readonly configFiles: readonly string[]; readonly conf: string | null } {
  const isConf = (path: string): boolean => path.endsWith('.conf');
  const isConfig = (path: string): boolean => /\.(?:ya?ml|json)$/i.test(path);
  const given = flags.config ?? [];
  const configFiles = given.filter((path) => !isConf(path));
  const fromConfig = given.find(isConf) ?? null;
  if (flags.conf !== undefined && isConfig(flags.conf))
    return { configFiles: [...configFiles, flags.conf], conf: fromConfig };
  return { configFiles, conf: flags.conf ?? fromConfig };
}

function settingFlags(flags: StartFlags): Readonly<Partial<Record<SettingName, string>>> {
  return {
    ...(flags.proxyListen === undefined ? {} : { proxy_listen: flags.proxyListen }),
    ...(flags.streamListen === undefined ? {} : { stream_listen: flags.streamListen }),
    ...(flags.adminListen === undefined ? {} : { admin_listen: flags.adminListen }),
    ...(flags.logLevel === undefined ? {} : { log_level: flags.logLevel }),
    ...(flags.routerFlavor === undefined ? {} : { router_flavor: flags.routerFlavor }),
    ...(flags.watch === true ? { watch: 'on' } : {}),
    ...(flags.adminWrites === undefined ? {} : { admin_writes: flags.adminWrites }),
    ...(flags.adminInsecure === true ? { admin_insecure: 'on' } : {}),
  };
}

function modes(flags: StartFlags): {
  readonly readyJson: boolean;
  readonly dryRun: boolean;
  readonly color: ColorChoice;
} {
  return { readyJson: flags.readyJson === true, dryRun: flags.dryRun === true, color: flags.color };
}
