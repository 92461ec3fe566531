import fastifyHttpProxy from '@fastify/http-proxy';
import fastify from 'fastify';

/** `@fastify/http-proxy` without logging, with keep-alive. Run with the upstream's origin as argument. */
const app = fastify({ logger: false });
await app.register(fastifyHttpProxy, {
  upstream: process.argv[2] ?? '',
  undici: { connections: 128, pipelining: 1 },
});
console.log(JSON.stringify({ url: await app.listen({ port: 0, host: '127.0.0.1' }) }));
