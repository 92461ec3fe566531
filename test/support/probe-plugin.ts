import type { Exchange } from '../../src/pdk/exchange.ts';
import type { PluginDefinition, PluginHandler } from '../../src/pdk/plugin.ts';

/** What a probe notes: `<name>/<tag of its config>:<phase>`. */
export type Trail = string[];

/** Config of a probe plugin: a tag to tell instances apart, and what to do in `access`. */
export interface ProbeConfig {
  readonly tag?: string;
  readonly exit?: number;
  readonly throws?: boolean;
  readonly consumer?: string;
  readonly isAsync?: boolean;
  readonly suffix?: string;
}

/** A plugin that notes which of its phases run, for tests of the plugin engine. */
export function probe(name: string, priority: number, trail: Trail): PluginDefinition {
  return {
    name,
    version: '1.0.0',
    priority,
    protocols: ['http', 'https'],
    schema: { type: 'object' },
    create: (config, _host, instance): PluginHandler => {
      const own = config as ProbeConfig;
      const note = (phase: string): void => {
        trail.push(`${name}/${own.tag ?? '-'}:${phase}`);
      };
      const access = (exchange: Exchange): void => {
        note('access');
        if (own.throws === true) throw new Error('thrown on purpose');
        if (own.exit !== undefined) exchange.exit(own.exit, { message: name });
        const who = instance.entities.consumers.find(({ username }) => username === own.consumer);
        if (who !== undefined) exchange.authenticate(who);
      };
      return {
        rewrite: () => note('rewrite'),
        access: (exchange) =>
          own.isAsync === true ? Promise.resolve().then(() => access(exchange)) : access(exchange),
        headerFilter: (exchange) => {
          note('header_filter');
          exchange.response.setHeader(`x-${name}`, own.tag ?? '-');
        },
        ...(own.suffix === undefined
          ? {}
          : {
              bodyFilter: (_exchange: Exchange, chunk: Buffer, last: boolean) =>
                last ? Buffer.concat([chunk, Buffer.from(own.suffix ?? '')]) : chunk,
            }),
        log: () => note('log'),
        close: () => note('close'),
      };
    },
  };
}
