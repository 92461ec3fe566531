import { AuditLog } from '../../src/admin/audit-log.ts';
import type { AdminAccess } from '../../src/admin/guard.ts';
import { AdminServer } from '../../src/admin/server.ts';
import type { JsonObject } from '../../src/lib/json.ts';
import { pluginCatalog } from '../../src/plugins/registry.ts';
import { ConfigManager } from '../../src/runtime/config-manager.ts';
import type { WriteMode } from '../../src/runtime/config-writer.ts';
import { EntityWriter } from '../../src/runtime/entity-writer.ts';
import { Gateway } from '../../src/runtime/gateway.ts';
import { captureLog, type CapturedLog } from './gateway.ts';
import { type Answer, send } from './http.ts';

/** Sends a request to the Admin API; see {@link AdminApi.ask}. */
export type Ask = (
  method: string,
  path: string,
  body?: object | string,
  headers?: Readonly<Record<string, string>>,
) => Promise<Asked>;

/** A gateway with its Admin API, in this process. */
export interface AdminApi {
  readonly gateway: Gateway;
  readonly log: CapturedLog;
  readonly url: string;
  readonly proxyUrl: string;
  /**
   * One request; an object goes out as JSON, a text as a form.
   * @param path with the query
   */
  readonly ask: Ask;
}

/** An answer whose body, if any, is a JSON object. */
export interface Asked extends Answer {
  readonly body: JsonObject;
  /** `id` of an entity; empty without one. */
  readonly id: string;
  /** `data` of a page. */
  readonly rows: readonly JsonObject[];
  /** The ids of {@link rows}. */
  readonly ids: readonly string[];
  /** `next` of a page. */
  readonly next: string | null;
}

/** How {@link startAdminApi} starts. */
export interface AdminApiOptions {
  readonly mode?: WriteMode;
  /** The config to begin with; default none. */
  readonly config?: string;
  /** Who may use it; default everyone on this machine but web pages. */
  readonly access?: Partial<AdminAccess>;
}

/** Starts both on free ports; they end with the test. */
export async function startAdminApi(
  t: { teardown(end: () => Promise<void>): void },
  { mode = 'memory', config: text = '', access = {} }: AdminApiOptions = {},
): Promise<AdminApi> {
  const log = captureLog();
  const gateway = await Gateway.create({ catalog: pluginCatalog, log: log.log });
  const config = new ConfigManager(gateway, [], { log: log.log, env: {} });
  if (text !== '') {
    const outcome = config.loadText(text, 'kong.yml');
    if (outcome.kind !== 'applied') throw new Error(JSON.stringify(outcome));
  }
  const audit = new AuditLog(log.log);
  const writer = new EntityWriter({ gateway, config, mode, log: log.log, onAccepted: (write) => audit.wrote(write) });
  const proxy = await gateway.listen({ host: '127.0.0.1', port: 0 });
  const options = { gateway, config, writer, log: log.log, settings: {}, showsSecrets: mode !== 'off' };
  const admin = await AdminServer.listen(
    { host: '127.0.0.1', port: 0 },
    { ...options, access: { token: null, allowedHosts: [], ...access } },
  );
  t.teardown(async () => {
    await admin.close();
    await gateway.drain(0);
  });
  const { url } = admin.address;
  return { gateway, log, url, proxyUrl: proxy.url, ask: (...call) => ask(url, ...call) };
}

async function ask(
  url: string,
  method: string,
  path: string,
  body?: object | string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Asked> {
  const type = typeof body === 'string' ? 'application/x-www-form-urlencoded' : 'application/json';
  const answer = await send(url + path, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': type }), ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const content = answer.text.startsWith('{') ? (JSON.parse(answer.text) as JsonObject) : {};
  const rows = Array.isArray(content.data) ? (content.data as JsonObject[]) : [];
  return {
    ...{ ...answer, body: content, rows },
    id: textOf(content.id),
    ids: rows.map(({ id }) => textOf(id)),
    next: typeof content.next === 'string' ? content.next : null,
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
