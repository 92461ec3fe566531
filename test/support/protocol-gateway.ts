import type { Test } from 'tap';
import type { Plugin } from '../../src/entities/plugin.ts';
import type { PluginDefinition } from '../../src/pdk/plugin.ts';
import type { GatewaySettings } from '../../src/runtime/settings.ts';
import { entities, route, service } from './entities.ts';
import { type RunningGateway, startGateway } from './gateway.ts';
import type { SmallUpstream } from './small-upstreams.ts';

/** What differs from a plain gateway. */
export interface GatewayFields {
  readonly service?: Parameters<typeof service>[1];
  readonly route?: Parameters<typeof route>[1];
  readonly settings?: Partial<GatewaySettings>;
  readonly plugins?: readonly PluginDefinition[];
  readonly pluginEntities?: readonly Plugin[];
}

/** A gateway, and the port where it speaks HTTP/2 without TLS beside HTTP/1.1. */
export interface ProtocolGateway extends RunningGateway {
  readonly http2Port: number;
}

/** A gateway whose only route leads to `upstream`; both are closed with the test. */
export async function gatewayTo(
  t: Pick<Test, 'teardown'>,
  upstream: SmallUpstream,
  fields: GatewayFields = {},
): Promise<ProtocolGateway> {
  const owner = service(upstream.url, fields.service);
  const config = entities({
    services: [owner],
    routes: [route(owner, { strip_path: false, ...fields.route })],
    plugins: [...(fields.pluginEntities ?? [])],
  });
  const gw = await startGateway(config, { settings: fields.settings ?? {}, plugins: fields.plugins ?? [] });
  const { port: http2Port } = await gw.gateway.listen({ host: '127.0.0.1', port: 0, isHttp2: true });
  t.teardown(async () => {
    await gw.close();
    await upstream.close();
  });
  return { ...gw, http2Port };
}
