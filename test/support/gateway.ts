import { randomUUID } from 'node:crypto';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import type { EntitySet } from '../../src/entities/entity-set.ts';
import { createCatalog } from '../../src/pdk/catalog.ts';
import type { Logger } from '../../src/pdk/log.ts';
import type { PluginDefinition } from '../../src/pdk/plugin.ts';
import { Gateway, type GatewayOptions } from '../../src/runtime/gateway.ts';

/** A log that can be read back. */
export interface CapturedLog {
  readonly log: Logger;
  /** Everything written so far, one JSON line per entry. */
  text(): string;
  lines(): Record<string, unknown>[];
}

export function captureLog(level = 'debug'): CapturedLog {
  const chunks: string[] = [];
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk.toString());
      done();
    },
  });
  const text = (): string => chunks.join('');
  return {
    log: pino({ level }, sink),
    text,
    lines: () =>
      text()
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}

/** A gateway on a free port, running `config`. */
export interface RunningGateway {
  readonly gateway: Gateway;
  readonly url: string;
  readonly port: number;
  readonly log: CapturedLog;
  apply(config: EntitySet): void;
  close(): Promise<void>;
}

/** Starts a gateway in this process with the given plugins. */
export async function startGateway(
  config: EntitySet,
  options: Partial<GatewayOptions> & { readonly plugins?: readonly PluginDefinition[] } = {},
): Promise<RunningGateway> {
  const log = captureLog();
  const gateway = await Gateway.create({ catalog: createCatalog(options.plugins ?? []), log: log.log, ...options });
  gateway.apply(config, randomUUID());
  const bound = await gateway.listen({ host: '127.0.0.1', port: 0 });
  return {
    gateway,
    log,
    url: bound.url,
    port: bound.port,
    apply: (next) => {
      gateway.apply(next, randomUUID());
    },
    close: () => gateway.drain(0),
  };
}
