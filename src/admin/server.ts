import type { IncomingHttpHeaders } from 'node:http';
import fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { version } from '../lib/package-info.ts';
import type { Logger } from '../pdk/log.ts';
import type { ConfigManager } from '../runtime/config-manager.ts';
import type { ConfigWriter } from '../runtime/config-writer.ts';
import type { Gateway } from '../runtime/gateway.ts';
import {
  type BoundAddress,
  type ListenAddress,
  ListenError,
  socketPath,
  urlOf,
} from '../runtime/listen/listen-address.ts';
import { admitRequests } from './access/admit.ts';
import { AuditLog } from './audit-log.ts';
import { bodySchema } from './body/body-schema.ts';
import { readEntityBody } from './body/read-body.ts';
import type { Endpoint } from './endpoint.ts';
import { type AdminAccess, AdminGuard } from './guard.ts';
import { type AdminTls, createHttpServer } from './http-server.ts';
import { mountEndpoints } from './mount.ts';
import { Presenter } from './presenter.ts';
import { refusalOf } from './problem-body.ts';
import { cacheEndpoints } from './routes/caches.ts';
import { configEndpoints } from './routes/config.ts';
import { membershipEndpoints } from './routes/consumer-groups.ts';
import { entityEndpoints } from './routes/entities.ts';
import type { EntityContext } from './routes/entity-context.ts';
import { nodeEndpoints } from './routes/node.ts';
import { schemaEndpoints } from './routes/schemas.ts';
import { tagEndpoints } from './routes/tags.ts';
import { upstreamEndpoints } from './routes/upstreams.ts';
import { workspaceEndpoints } from './routes/workspaces.ts';
import { withoutWorkspace } from './workspace.ts';

/** What the Admin API shows and who may see it. */
export interface AdminOptions {
  readonly gateway: Gateway;
  readonly config: ConfigManager;
  readonly writer: ConfigWriter;
  readonly log: Logger;
  readonly access: AdminAccess;
  /** Settings for `configuration` of `GET /`; nothing secret. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** What an address that asks for TLS is served with; without it none may ask. */
  readonly tls?: AdminTls;
  /** Whether those who may do more than read see literal secrets; default false. */
  readonly showsSecrets?: boolean;
  /** Largest request body in bytes; default 10 MiB. */
  readonly bodyLimitBytes?: number;
}

const BODY_LIMIT_BYTES = 10 * 1024 * 1024;
/** An identity provider's URL may be a path segment. */
const SEGMENT_LIMIT = 8192;
const MAX_ARGUMENTS = 1000;

/** The Admin API on one address. */
export class AdminServer {
  readonly #app: FastifyInstance;
  readonly #bound: BoundAddress;

  /** Opens the listener. @throws {ListenError} when the address cannot be had */
  static async listen(address: ListenAddress, options: AdminOptions): Promise<AdminServer> {
    const tls = address.isTls === true ? (options.tls ?? null) : null;
    if (address.isTls === true && tls === null) throw new TypeError('no certificate for the Admin API');
    const app = buildApp(new AdminGuard(address.host, options.access), options, tls);
    const path = socketPath(address.host);
    try {
      await app.listen(path === null ? { host: address.host, port: address.port } : { path });
    } catch (error) {
      throw new ListenError(address, error as NodeJS.ErrnoException);
    }
    const bound = app.server.address();
    if (bound === null) throw new Error('the Admin API has no address');
    const { address: host, port } = typeof bound === 'string' ? { address: address.host, port: 0 } : bound;
    return new AdminServer(app, { host, port, url: urlOf(tls === null ? 'http' : 'https', host, port) });
  }

  private constructor(app: FastifyInstance, bound: BoundAddress) {
    this.#app = app;
    this.#bound = bound;
  }

  /** Where it listens. */
  get address(): BoundAddress {
    return this.#bound;
  }

  /** Ends it, requests under way included. */
  async close(): Promise<void> {
    await this.#app.close();
  }
}

function buildApp(guard: AdminGuard, options: AdminOptions, tls: AdminTls | null): FastifyInstance {
  const app = fastify({
    serverFactory: (handler) => createHttpServer(handler, tls),
    bodyLimit: options.bodyLimitBytes ?? BODY_LIMIT_BYTES,
    forceCloseConnections: true,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: SEGMENT_LIMIT },
    rewriteUrl: ({ url = '/' }) => withoutWorkspace(url),
    frameworkErrors: (error, _request, reply) => {
      void decorate(reply)
        .code(error.statusCode ?? 400)
        .send({ message: 'Bad request' });
    },
  });
  // Bodies stay bytes: endpoints read them by their own rules, or not at all.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.addHook('onRequest', (request, reply, next) => {
    decorate(reply);
    if (request.method === 'DELETE') ignoreBody(request.raw.headers);
    next();
  });
  admitRequests(app, { guard, certificates: tls?.clients ?? null, showsSecrets: options.showsSecrets === true });
  app.addHook('onRequest', (request, reply, next) => {
    if (countArguments(request) > MAX_ARGUMENTS) void reply.code(400).send({ message: 'Too many arguments' });
    else next();
  });
  app.addHook('onSend', (_request, reply, payload, next) => {
    void reply.header('x-kong-admin-latency', Math.round(reply.elapsedTime));
    next(null, payload);
  });
  app.setNotFoundHandler((_request, reply) => reply.code(404).send({ message: 'Not found' }));
  app.setErrorHandler((error: FastifyError, _request, reply) => sendError(error, reply, options.log));
  mountEndpoints(app, allEndpoints(options));
  return app;
}

/** Node then reads the body past: neither its type nor its size counts, as in Kong. */
function ignoreBody(headers: IncomingHttpHeaders): void {
  delete headers['content-type'];
  delete headers['content-length'];
  delete headers['transfer-encoding'];
}

/** Headers of every answer. Bodies may hold what must not be kept or guessed at by a browser. */
function decorate(reply: FastifyReply): FastifyReply {
  return reply.headers({
    server: `gw/${version}`,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
}

function countArguments(request: FastifyRequest): number {
  const query = request.url.indexOf('?');
  return query < 0 ? 0 : request.url.slice(query).split('&').length;
}

function allEndpoints(options: AdminOptions): readonly Endpoint[] {
  const { catalog } = options.gateway;
  const presenter = new Presenter(catalog, (row) => options.writer.originsOf(row));
  const context: EntityContext = {
    writer: options.writer,
    presenter,
    readBody: (call, kind, stored) => readEntityBody(call, bodySchema(kind, catalog, stored)),
  };
  const own = [
    ...entityEndpoints(context),
    ...membershipEndpoints(context),
    ...tagEndpoints(options.writer),
    ...workspaceEndpoints(),
    ...upstreamEndpoints(options.gateway, context),
    ...schemaEndpoints(options),
    ...configEndpoints(options.gateway, options.writer, presenter, new AuditLog(options.log)),
    ...pluginEndpoints(options.gateway),
    ...cacheEndpoints(options.gateway),
  ];
  return [
    ...own,
    ...nodeEndpoints(
      { ...options, logLevel: options.log.level },
      own.map(({ path }) => path),
    ),
  ];
}

/** What the plugins of the catalog add, configured or not. */
function pluginEndpoints({ catalog, host }: Gateway): readonly Endpoint[] {
  return catalog.names().flatMap((name) => catalog.get(name)?.admin?.(host) ?? []);
}

function sendError(error: FastifyError, reply: FastifyReply, log: Logger): FastifyReply {
  const refusal = refusalOf(error);
  if (refusal !== null) {
    if (refusal.status >= 500) log.error({ err: error }, 'a write failed');
    return reply.code(refusal.status).send(refusal.body);
  }
  const status = error.statusCode ?? 500;
  if (status === 413) {
    return reply.code(413).send({ message: 'the body is larger than the Admin API takes' });
  }
  if (status === 415) return reply.code(415).send({ message: 'Unsupported media type: send JSON or a form' });
  if (status < 500) return reply.code(status).send({ message: 'Bad request' });
  log.error({ err: error }, 'the Admin API failed');
  return reply.code(500).send({ message: 'An unexpected error occurred' });
}
