import { decideAdminAccess, decideClientCertificates } from './admin-access.ts';
import { findStartFiles } from './config-files.ts';
import { type ExitCode, exitCode } from './exit-code.ts';
import { formatStylish } from './formats/stylish.ts';
import { readKongConf } from './kong-conf.ts';
import { type ListenEntry, formatAddress } from './listen-address.ts';
import { runGateway } from './run-gateway.ts';
import type { SettingName, Settings } from './setting-table.ts';
import { resolveSettings } from './settings.ts';
import { type ColorChoice, printNote, printResult, wantsColor } from './terminal.ts';
import { UsageError } from './usage-error.ts';
import { countFindings } from './report.ts';
import { checkFiles } from './validate-config.ts';
import { decideWriteMode } from './write-mode.ts';

/** What `gw start` was told. */
export interface StartOptions {
  readonly configFiles: readonly string[];
  readonly conf: string | null;
  readonly flags: Readonly<Partial<Record<SettingName, string>>>;
  readonly readyJson: boolean;
  readonly dryRun: boolean;
  readonly color: ColorChoice;
}

/**
 * Decides the settings, then runs a gateway until it is told to stop.
 * @throws {UsageError} for settings and files that cannot be used
 */
export async function start(options: StartOptions): Promise<ExitCode> {
  const conf = readKongConf(options.conf);
  const { settings, notes } = resolveSettings({ flags: options.flags, env: process.env, conf });
  for (const { level, message } of notes) printNote(`gw: ${level}: ${message}`);
  const files = findStartFiles(options.configFiles, settings.declarative_config);
  const access = decideAdminAccess(settings);
  const adminClients = decideClientCertificates(settings);
  const writes = decideWriteMode(settings, files);
  const proxyListen = proxyAddresses(settings.proxy_listen);
  const streamListen = streamAddresses(settings.stream_listen);
  const adminListen = adminAddresses(settings.admin_listen);
  if (options.dryRun) return dryRun(files, settings, options.color);
  if (settings.admin_insecure && access.token === null && adminListen.length > 0) {
    printNote('gw: warning: the Admin API takes requests from anyone who can reach it (admin_insecure)');
  }
  const listens = { proxyListen, streamListen, adminListen };
  const { readyJson, color } = options;
  return runGateway({ settings, files, access, adminClients, writes, ...listens, readyJson, color });
}

async function dryRun(files: readonly string[], settings: Settings, color: ColorChoice): Promise<ExitCode> {
  if (files.length === 0) {
    printNote('gw: no config file; gw start would begin with an empty config');
    return exitCode.fine;
  }
  const { plugins: allowPlugins, router_flavor: routerFlavor } = settings;
  const result = await checkFiles(files, { allowPlugins, routerFlavor });
  printResult(formatStylish(result, { color: wantsColor(color, process.stdout, process.env) }));
  return countFindings(result, 'error') > 0 ? exitCode.findings : exitCode.fine;
}

/**
 * Since nginx 1.25 HTTP/2 is a matter of the server, not of the address: as in Kong, one `http2` stands for all
 * addresses, and on those without TLS clients may begin with HTTP/2's preface.
 */
function proxyAddresses(entries: Settings['proxy_listen']): readonly ListenEntry[] {
  const isHttp2 = entries.some((entry) => entry.isHttp2);
  return entries.map((entry) => ({ ...entry, isHttp2 }));
}

/** Datagrams are not run: their addresses are left out with a warning. */
function streamAddresses(entries: Settings['stream_listen']): readonly ListenEntry[] {
  const udp = entries.filter((entry) => entry.isUdp).map(formatAddress);
  if (udp.length > 0) printNote(`gw: warning: stream_listen: UDP is not run yet; not listening on ${udp.join(', ')}`);
  return entries.filter((entry) => !entry.isUdp);
}

function adminAddresses(entries: Settings['admin_listen']): readonly ListenEntry[] {
  const proxied = entries.find((entry) => entry.isProxyProtocol);
  if (proxied !== undefined) {
    throw new UsageError(`admin_listen: the Admin API takes no PROXY protocol on ${formatAddress(proxied)}`);
  }
  return entries;
}
