import { createRequire } from 'node:module';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The part of fast-gateway used here; its own types need packages it does not bring along. */
type CreateGateway = (options: { routes: readonly { prefix: string; prefixRewrite: string; target: string }[] }) => {
  start(port: number, host: string): Promise<Server>;
};

/** `fast-gateway` as its README sets it up; it keeps upstream connections alive by itself. */
const createGateway = createRequire(import.meta.url)('fast-gateway') as CreateGateway;
const gateway = createGateway({
  routes: [{ prefix: '/plain', prefixRewrite: '/plain', target: process.argv[2] ?? '' }],
});
const server = await gateway.start(0, '127.0.0.1');
console.log(JSON.stringify({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }));
