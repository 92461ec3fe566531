import type { Consumer } from '../../src/entities/consumer.ts';
import type { EntitySet } from '../../src/entities/entity-set.ts';
import type { Clock } from '../../src/lib/clock.ts';
import type { JsonObject } from '../../src/lib/json.ts';
import type { PluginDefinition } from '../../src/pdk/plugin.ts';
import type { GatewaySettings } from '../../src/runtime/settings.ts';
import { openidConnect } from '../../src/plugins/openid-connect/definition.ts';
import { entities, plugin, route, service } from './entities.ts';
import { type CapturedLog, type RunningGateway, startGateway } from './gateway.ts';
import { type Answer, basic, send } from './http.ts';
import { withDefaults } from './openid-connect-config.ts';
import { startUpstream, type Upstream } from './upstream.ts';

/** A gateway with openid-connect on every route, in front of an echoing upstream. */
export interface OidcGateway {
  readonly gateway: RunningGateway;
  readonly upstream: Upstream;
  readonly log: CapturedLog;
  /** Calls `/anything` with this credential in the Basic header; null sends none. */
  call(credential: readonly [string, string] | null, options?: CallOptions): Promise<Answer>;
  /** Applies another config of the plugin. */
  configure(config: Record<string, unknown>): void;
  close(): Promise<void>;
}

export interface CallOptions {
  readonly method?: string;
  /** After `/anything`. */
  readonly target?: string;
  readonly headers?: Readonly<Record<string, string>> | readonly string[];
  readonly body?: string | Buffer;
}

export interface OidcGatewayOptions {
  readonly consumers?: readonly Consumer[];
  readonly clock?: Clock;
  /** Further plugins, global, with empty config. */
  readonly plugins?: readonly PluginDefinition[];
  readonly settings?: Partial<GatewaySettings>;
  /** What the config has beside service, route, consumers and plugins. */
  readonly more?: Partial<EntitySet>;
}

/** Starts one; `config` needs no more than an issuer, since client credentials are the method under test. */
export async function startOidcGateway(
  config: Record<string, unknown>,
  { consumers = [], clock, plugins = [], settings = {}, more = {} }: OidcGatewayOptions = {},
): Promise<OidcGateway> {
  const upstream = await startUpstream();
  const api = service(upstream.url);
  const path = route(api, { strip_path: false });
  const build = (one: Record<string, unknown>) =>
    entities({
      ...more,
      services: [api],
      routes: [path],
      consumers,
      plugins: [
        plugin('openid-connect', {
          config: withDefaults({ auth_methods: ['client_credentials'], ...one }) as JsonObject,
        }),
        ...plugins.map(({ name }) => plugin(name)),
      ],
    });
  const gateway = await startGateway(build(config), {
    plugins: [openidConnect, ...plugins],
    settings,
    ...(clock === undefined ? {} : { clock }),
  });
  return {
    gateway,
    upstream,
    log: gateway.log,
    call: (credential, { target = '', headers = {}, ...rest } = {}) => {
      const authorization = credential === null ? [] : ['authorization', basic(...credential)];
      const others = Array.isArray(headers) ? (headers as string[]) : Object.entries(headers).flat();
      return send(`${gateway.url}/anything${target}`, { headers: [...authorization, ...others], ...rest });
    },
    configure: (next) => gateway.apply(build(next)),
    close: async () => {
      await gateway.close();
      await upstream.close();
    },
  };
}
