import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { createServer, type TLSSocket, type TlsOptions } from 'node:tls';
import type { Test } from 'tap';
import { randomUUID } from 'node:crypto';
import type { EntitySet } from '../../src/entities/entity-set.ts';
import type { Route } from '../../src/entities/route.ts';
import type { Service } from '../../src/entities/service.ts';
import { createCatalog } from '../../src/pdk/catalog.ts';
import { Gateway } from '../../src/runtime/gateway.ts';
import type { ListenAddress } from '../../src/runtime/listen/listen-address.ts';
import type { GatewaySettings } from '../../src/runtime/settings.ts';
import { entities, route, service } from './entities.ts';
import { captureLog, type CapturedLog } from './gateway.ts';
import { type SmallUpstream, socketUpstream } from './small-upstreams.ts';

/** A gateway that takes connections on a free port. */
export interface StreamGateway {
  readonly gateway: Gateway;
  readonly port: number;
  readonly log: CapturedLog;
  readonly apply: (config: EntitySet) => void;
}

/** Starts a gateway with one `stream_listen` address; it is closed with the test. */
export async function startStreams(
  t: Pick<Test, 'teardown'>,
  config: EntitySet,
  address: Partial<ListenAddress> = {},
  settings: Partial<GatewaySettings> = {},
): Promise<StreamGateway> {
  const log = captureLog();
  const gateway = await Gateway.create({ catalog: createCatalog([]), log: log.log, settings });
  t.teardown(() => (gateway.isDraining ? undefined : gateway.drain(0)));
  const apply = (next: EntitySet): void => void gateway.apply(next, randomUUID());
  apply(config);
  const { port } = await gateway.listenStream({ host: '127.0.0.1', port: 0, ...address });
  return { gateway, port, log, apply };
}

/** A service that speaks `protocol` to a port of this machine. */
export function streamService(port: number, fields: Partial<Service> = {}): Service {
  return service(`http://127.0.0.1:${port}`, { name: 'backend', protocol: 'tcp', ...fields });
}

/** A route that takes every connection, unless `fields` says otherwise. */
export function anyConnection(owner: Service | null, fields: Partial<Route> = {}): Route {
  const everywhere = [{ ip: '0.0.0.0/0', port: null }];
  return route(owner, { name: 'any', protocols: ['tcp'], paths: null, sources: everywhere, ...fields });
}

/** A config whose only route leads to a port. */
export function streamsTo(
  port: number,
  fields: { readonly service?: Partial<Service>; readonly route?: Partial<Route> } = {},
): EntitySet {
  const owner = streamService(port, fields.service);
  return entities({ services: [owner], routes: [anyConnection(owner, fields.route)] });
}

/** A TCP server made of one handler; it is closed with the test. */
export async function tcpUpstream(t: Pick<Test, 'teardown'>, handle: (socket: Socket) => void): Promise<SmallUpstream> {
  const upstream = await socketUpstream(handle);
  t.teardown(() => upstream.close());
  return upstream;
}

/** Sends everything back, and ends when the other side does. */
export function echo(socket: Socket): void {
  socket.pipe(socket);
}

/** A TLS server made of one handler; it is closed with the test. */
export async function tlsUpstream(
  t: Pick<Test, 'teardown'>,
  options: TlsOptions,
  handle: (socket: TLSSocket) => void,
): Promise<{ readonly port: number }> {
  const sockets = new Set<Socket>();
  const server = createServer({ ...options, allowHalfOpen: true }, handle);
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  });
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(async () => {
    server.close();
    for (const socket of sockets) socket.destroy();
    await once(server, 'close');
  });
  return { port: (server.address() as AddressInfo).port };
}
