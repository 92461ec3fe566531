import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { parseDocument } from 'yaml';
import { AdminServer } from '../../src/admin/server.ts';
import { packageRoot } from '../../src/lib/package-info.ts';
import { pluginCatalog } from '../../src/plugins/registry.ts';
import { ConfigManager } from '../../src/runtime/config-manager.ts';
import { EntityWriter } from '../../src/runtime/entity-writer.ts';
import { Gateway } from '../../src/runtime/gateway.ts';
import { type Idp, startIdp } from '../support/idp.ts';
import { startUpstream, type Upstream } from '../support/upstream.ts';

/** Everything the demo runs, and how to end it. */
export interface Stage {
  readonly idp: Idp;
  readonly upstream: Upstream;
  /** Origins without a slash at the end. */
  readonly gatewayUrl: string;
  readonly adminUrl: string;
  /** What had to differ from `kong.yml.example`, in sentences for people. */
  readonly changes: readonly string[];
  close(): Promise<void>;
}

/** The ports of `kong.yml.example` and Kong's own defaults. */
const ports = { idp: 8080, upstream: 9080, gateway: 8000, admin: 8001 } as const;

/**
 * Starts identity provider, upstream and gateway in this process with `kong.yml.example`. A port that is taken is
 * replaced by a free one, and the config in memory follows.
 */
export async function openStage(): Promise<Stage> {
  const changes: string[] = [];
  const onFreePort = freePortOr(changes);
  const idp = await onFreePort(ports.idp, (port) => startIdp({ port, host: 'localhost' }));
  const upstream = await onFreePort(ports.upstream, (port) => startUpstream({ port }));
  // Errors only: that a request of the walk-through gets 401 is what it wants to show.
  const log = pino({ level: 'error', base: null }, pino.destination(2));
  const gateway = await Gateway.create({ catalog: pluginCatalog, log });
  const config = new ConfigManager(gateway, [], { log, env: process.env });
  apply(config, exampleFor(idp, upstream, changes));
  const proxy = await onFreePort(ports.gateway, (port) => gateway.listen({ host: '127.0.0.1', port }));
  const access = { token: null, allowedHosts: [] };
  const writer = new EntityWriter({ gateway, config, mode: 'off', log });
  const admin = await onFreePort(ports.admin, (port) =>
    AdminServer.listen({ host: '127.0.0.1', port }, { gateway, config, writer, log, access, settings: {} }),
  );
  const close = async (): Promise<void> => {
    await Promise.all([admin.close(), gateway.drain(1_000)]);
    await Promise.all([idp.close(), upstream.close()]);
  };
  return { idp, upstream, gatewayUrl: proxy.url, adminUrl: admin.address.url, changes, close };
}

/** The text of `kong.yml.example`, with other URLs where the ports of the file were taken. */
function exampleFor(idp: Idp, upstream: Upstream, changes: string[]): string {
  const document = parseDocument(readFileSync(join(packageRoot, 'kong.yml.example'), 'utf8'));
  const places = [
    { path: ['services', 0, 'url'], value: upstream.url },
    { path: ['services', 0, 'routes', 0, 'plugins', 0, 'config', 'issuer'], value: idp.issuer },
  ];
  for (const { path, value } of places) {
    const written = document.getIn(path);
    if (written === value) continue;
    document.setIn(path, value);
    changes.push(`kong.yml.example says ${String(path.at(-1))}: ${String(written)}; the demo runs it with ${value}.`);
  }
  return document.toString();
}

function apply(config: ConfigManager, text: string): void {
  const outcome = config.loadText(text, 'kong.yml.example');
  if (outcome.kind === 'applied') return;
  const findings = 'result' in outcome ? outcome.result.diagnostics.map(({ message }) => message) : [];
  throw new Error(`kong.yml.example was ${outcome.kind}: ${findings.join('; ')}`);
}

function freePortOr(changes: string[]) {
  return async <Server>(port: number, start: (port: number) => Promise<Server>): Promise<Server> => {
    try {
      return await start(port);
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'EADDRINUSE') throw error;
      changes.push(`Port ${port} is in use here; the demo took a free one.`);
      return start(0);
    }
  };
}
