import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../src/lib/package-info.ts';
import { serviceClient } from '../test/support/idp.ts';
import { type Child, startChild, urlOf } from './child.ts';
import { nginxBinary } from './nginx.ts';

/** A proxy that takes part, and how to start it before a given upstream. */
export interface Contender {
  readonly name: string;
  /** Whether it also runs the `/secured` and `/bearer` routes. */
  readonly secured: boolean;
  start(upstream: string, issuer: string): Promise<RunningProxy>;
}

/** A contender that answers. */
export interface RunningProxy {
  readonly origin: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** The core of the proxies; the load generator and the upstream have {@link loadCore}. */
export const proxyCore = 0;
/** The core of everything that is not measured. */
export const loadCore = 1;

/** Everyone who takes part here; without nginx installed, everyone else. */
export function contenders(): readonly Contender[] {
  const others = ['@fastify/http-proxy', 'http-proxy-3', 'fast-gateway', ...(nginxBinary === null ? [] : ['nginx'])];
  const proxies = others.map((name): Contender => ({ name, secured: false, start: (url) => startOther(name, url) }));
  return [{ name: 'gw', secured: true, start: startGw }, ...proxies];
}

/** The credential of the requests that gw exchanges. */
export const basicCredential = basic(serviceClient.id, serviceClient.secret);

/** HTTP Basic (RFC 7617) of names and secrets that need no escaping. */
export function basic(id: string, secret: string): string {
  return `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
}

/** Starts gw as a user does: its own command with a config file. `nodeArgs` go to Node. */
export async function startGw(
  upstream: string,
  issuer: string,
  nodeArgs: readonly string[] = [],
  scope = 'read',
): Promise<RunningProxy> {
  const folder = mkdtempSync(join(tmpdir(), 'gw-bench-'));
  const config = join(folder, 'kong.yml');
  writeFileSync(config, gwConfig(upstream, issuer, scope));
  const child = await startChild({
    command: process.execPath,
    args: [...nodeArgs, join(packageRoot, 'bin/gw.js'), 'start', '-c', config, '--ready-json'],
    env: {
      GW_PROXY_LISTEN: '127.0.0.1:0',
      GW_ADMIN_LISTEN: 'off',
      GW_PROXY_ACCESS_LOG: 'off',
      GW_LOG_LEVEL: 'warn',
      NODE_ENV: 'production',
    },
    core: proxyCore,
  });
  rmSync(folder, { recursive: true });
  return { origin: gwOrigin(child), pid: child.pid, stop: () => child.stop() };
}

function gwOrigin(child: Child): string {
  const ready = JSON.parse(child.readyLine) as { proxy: readonly { url: string }[] };
  const url = ready.proxy[0]?.url;
  if (url === undefined) throw new Error(`gw did not say where it listens: ${child.readyLine}`);
  return url;
}

function gwConfig(upstream: string, issuer: string, scope: string): string {
  const route = (name: string): object => ({ name, paths: [`/${name}`], strip_path: false });
  const secured = (name: string, config: object): object => ({
    ...route(name),
    plugins: [{ name: 'openid-connect', config: { issuer, scopes: [scope], ...config } }],
  });
  const routes = [
    route('plain'),
    secured('secured', { auth_methods: ['client_credentials'], client_credentials_param_type: ['header'] }),
    secured('bearer', { auth_methods: ['bearer'], bearer_token_param_type: ['header'] }),
  ];
  // JSON is YAML too.
  return JSON.stringify({ _format_version: '3.0', services: [{ name: 'upstream', url: upstream, routes }] });
}

async function startOther(name: string, upstream: string): Promise<RunningProxy> {
  const file = `${name.replace('@', '').replace('/', '-')}.js`;
  const child = await startChild({
    command: process.execPath,
    args: [join(packageRoot, 'dist/bench/proxies', file), upstream],
    env: { NODE_ENV: 'production' },
    core: proxyCore,
  });
  return { origin: urlOf(child), pid: child.pid, stop: () => child.stop() };
}
