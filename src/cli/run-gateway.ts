import type { ClientCertificatePolicy } from '../admin/access/client-certificate.ts';
import type { AdminAccess } from '../admin/guard.ts';
import { type AdminOptions, AdminServer } from '../admin/server.ts';
import type { LoadResult } from '../config/load-config.ts';
import { SourceError } from '../config/source.ts';
import { prepareChecks } from '../config/store/prepare-checks.ts';
import { pluginCatalog } from '../plugins/registry.ts';
import { ConfigManager } from '../runtime/config-manager.ts';
import type { WriteMode } from '../runtime/config-writer.ts';
import type { EntityWriter } from '../runtime/entity-writer.ts';
import { Gateway } from '../runtime/gateway.ts';
import { CertificateError } from '../runtime/listen/certificate-table.ts';
import { defaultCertificates } from '../runtime/listen/default-certificates.ts';
import { type BoundAddress, ListenError } from '../runtime/listen/listen-address.ts';
import { type ExitCode, exitCode } from './exit-code.ts';
import { formatStylish } from './formats/stylish.ts';
import { formatAddress, type ListenEntry } from './listen-address.ts';
import { gatewaySettings, keyPairs, tlsPolicy } from './gateway-settings.ts';
import { createLog, type ProcessLog } from './log.ts';
import { openWriter } from './open-writer.ts';
import { type ReadyFacts, readyJson, readyText } from './ready-message.ts';
import type { SettingName, Settings } from './setting-table.ts';
import { type StopSignal, StopSignals } from './stop-signal.ts';
import { type ColorChoice, printNote, printResult, wantsColor } from './terminal.ts';
import { noteUnheardRoutes } from './unheard-routes.ts';
import { UsageError } from './usage-error.ts';
import { countFindings } from './report.ts';

/** Everything decided before a gateway is built. */
export interface RunPlan {
  readonly settings: Settings;
  readonly files: readonly string[];
  readonly access: AdminAccess;
  /** What callers of the Admin API have to show over TLS. */
  readonly adminClients: ClientCertificatePolicy | null;
  readonly writes: WriteMode;
  readonly proxyListen: readonly ListenEntry[];
  readonly streamListen: readonly ListenEntry[];
  readonly adminListen: readonly ListenEntry[];
  readonly readyJson: boolean;
  readonly color: ColorChoice;
}

/** The parts of a running process. */
interface Running {
  readonly gateway: Gateway;
  readonly config: ConfigManager;
  readonly writer: EntityWriter;
  readonly admin: AdminServer[];
  readonly log: ProcessLog;
}

/**
 * Runs a gateway until a signal ends it. Answers 1 when the config has errors or an address cannot be had.
 * @throws {UsageError} when a config file cannot be read
 */
export async function runGateway(plan: RunPlan): Promise<ExitCode> {
  const running = await build(plan);
  try {
    return (await loadConfigFiles(running, plan)) ? await serve(running, plan) : exitCode.findings;
  } finally {
    await close(running, 0);
  }
}

async function build({ settings, files, writes: mode }: RunPlan): Promise<Running> {
  const log = createLog(settings.log_level);
  const gateway = await createGateway(settings, log);
  const { plugins: allowPlugins, router_flavor: routerFlavor } = settings;
  const options = { log: log.log, env: process.env, allowPlugins, routerFlavor };
  const config = new ConfigManager(gateway, files, options);
  const mayFallBack = settings.admin_writes_fallback;
  try {
    // Before the files are loaded: it takes note of what they hold.
    const writer = await openWriter({ gateway, config, log: log.log, mode, files, mayFallBack });
    return { gateway, config, writer, admin: [], log };
  } catch (error) {
    await gateway.drain(0);
    throw error;
  }
}

async function createGateway(settings: Settings, { log }: ProcessLog): Promise<Gateway> {
  try {
    return await Gateway.create({
      catalog: pluginCatalog,
      log,
      ...(settings.cache_url === null ? {} : { cacheUrl: settings.cache_url }),
      settings: gatewaySettings(settings),
    });
  } catch (error) {
    if (error instanceof UsageError) throw error;
    // Opening the cache's store is all that can fail for reasons outside the program.
    if (settings.cache_url === null || !(error instanceof Error) || error instanceof TypeError) throw error;
    throw new UsageError(`cannot use the cache store: ${error.message}`);
  }
}

/** True when the config runs. Findings are printed as `gw validate` prints them, to stderr. */
async function loadConfigFiles({ config }: Running, { files, color }: RunPlan): Promise<boolean> {
  if (files.length === 0) return true;
  let result: LoadResult;
  try {
    result = await config.load();
  } catch (error) {
    if (error instanceof SourceError) throw new UsageError(error.message);
    if (!(error instanceof CertificateError)) throw error;
    printNote(`gw: ${error.message}`);
    return false;
  }
  if (result.diagnostics.length > 0) {
    printNote(formatStylish(result, { color: wantsColor(color, process.stderr, process.env) }));
  }
  return countFindings(result, 'error') === 0;
}

async function serve(running: Running, plan: RunPlan): Promise<ExitCode> {
  const signals = new StopSignals((signal) => {
    void running.log.flush().finally(() => process.exit(signal.status));
  });
  const reload = (): void => void running.config.reload('SIGHUP');
  process.on('SIGHUP', reload);
  try {
    const opened = await openListeners(running, plan);
    if (opened === null) return exitCode.findings;
    const unheard = noteUnheardRoutes(running.gateway.snapshot.streamRoutes, plan.streamListen);
    if (unheard !== null) printNote(`gw: warning: ${unheard}`);
    if (plan.settings.watch) running.config.watch();
    const admin = running.admin.map(({ address }) => address);
    const facts = { ...opened, admin, config: running.config.status.running };
    printResult(plan.readyJson ? readyJson(facts) : readyText(facts));
    if (running.writer.mode !== 'off') void prepareChecks(running.gateway.catalog);
    return await drain(running, await signals.first, plan.settings.drain_timeout);
  } finally {
    process.off('SIGHUP', reload);
    signals.close();
  }
}

/** Opens proxy, streams and Admin API; `null`, after saying why, when an address cannot be had. */
async function openListeners(running: Running, plan: RunPlan): Promise<Pick<ReadyFacts, 'proxy' | 'stream'> | null> {
  const { gateway, config, writer, admin, log } = running;
  const { settings } = plan;
  const shown = {
    declarative_config: plan.files.join(', ') || null,
    proxy_listen: plan.proxyListen.map(formatAddress),
    stream_listen: plan.streamListen.map(formatAddress),
    admin_listen: plan.adminListen.map(formatAddress),
    log_level: settings.log_level,
  };
  const stated = keyPairs('admin_ssl', settings.admin_ssl_cert, settings.admin_ssl_cert_key);
  const options: AdminOptions = {
    gateway,
    config,
    writer,
    log: log.log,
    access: plan.access,
    settings: shown,
    showsSecrets: settings.admin_show_secrets || writer.mode !== 'off',
    bodyLimitBytes: settings.nginx_admin_client_max_body_size,
    tls: {
      policy: tlsPolicy(settings),
      pairs: defaultCertificates(stated, Date.now),
      clients: plan.adminClients,
    },
  };
  let setting: SettingName = 'proxy_listen';
  try {
    const proxy: BoundAddress[] = [];
    for (const address of plan.proxyListen) proxy.push(await gateway.listen(address));
    setting = 'stream_listen';
    const stream: BoundAddress[] = [];
    for (const address of plan.streamListen) stream.push(await gateway.listenStream(address));
    setting = 'admin_listen';
    for (const address of plan.adminListen) admin.push(await AdminServer.listen(address, options));
    return { proxy, stream };
  } catch (error) {
    if (!(error instanceof ListenError)) throw error;
    printNote(`gw: ${error.message} — choose another address with --${setting.replace('_', '-')}, or free this one`);
    return null;
  }
}

/** Lets requests under way end. The signal's own status says that some had to be cut off. */
async function drain(running: Running, signal: StopSignal, timeoutMs: number): Promise<ExitCode> {
  running.log.log.info({ signal: signal.name, timeout_ms: timeoutMs }, 'stopping: requests under way may finish');
  const startedAt = Date.now();
  await close(running, timeoutMs);
  const wasCut = timeoutMs > 0 && Date.now() - startedAt >= timeoutMs;
  running.log.log.info({ signal: signal.name, cut: wasCut }, 'stopped');
  return wasCut ? signal.status : exitCode.fine;
}

async function close({ gateway, config, admin, log }: Running, timeoutMs: number): Promise<void> {
  config.close();
  if (!gateway.isDraining) await gateway.drain(timeoutMs);
  // The Admin API answers while the proxy drains, so that the drain can be watched.
  await Promise.all(admin.splice(0).map((server) => server.close()));
  await log.flush();
}
