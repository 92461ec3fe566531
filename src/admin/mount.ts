import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';
import type { AdminReply } from '../pdk/admin.ts';
import { type AdminCall, AdminError, type Endpoint } from './endpoint.ts';
import { shownPath } from './shown-path.ts';

const allMethods: readonly HTTPMethods[] = ['DELETE', 'GET', 'PATCH', 'POST', 'PUT', 'TRACE'];

/**
 * Puts endpoints on a server. Each path also answers OPTIONS with what it allows, HEAD where it has GET, and 405 to
 * every other method.
 */
export function mountEndpoints(app: FastifyInstance, endpoints: readonly Endpoint[]): void {
  for (const [path, group] of byPath(endpoints)) {
    for (const endpoint of group) {
      app.route({
        method: endpoint.method,
        url: path,
        exposeHeadRoute: endpoint.method === 'GET',
        handler: (request, reply) => answer(endpoint, request, reply),
      });
    }
    mountRefusals(app, path, new Set(group.map(({ method }) => method)));
  }
}

function byPath(endpoints: readonly Endpoint[]): ReadonlyMap<string, readonly Endpoint[]> {
  const groups = new Map<string, Endpoint[]>();
  for (const endpoint of endpoints) {
    const group = groups.get(endpoint.path);
    if (group === undefined) groups.set(endpoint.path, [endpoint]);
    else group.push(endpoint);
  }
  return groups;
}

function mountRefusals(app: FastifyInstance, path: string, methods: ReadonlySet<HTTPMethods>): void {
  const allow = [...methods, ...(methods.has('GET') ? ['HEAD'] : []), 'OPTIONS'].sort().join(', ');
  app.route({
    method: 'OPTIONS',
    url: path,
    handler: (_request, reply) => reply.code(204).headers({ allow, 'access-control-allow-methods': allow }).send(),
  });
  const others = allMethods.filter((method) => !methods.has(method));
  app.route({
    method: methods.has('GET') ? others : [...others.filter((method) => method !== 'GET'), 'GET', 'HEAD'],
    url: path,
    exposeHeadRoute: false,
    handler: (_request, reply) => reply.code(405).header('allow', allow).send({ message: 'Method not allowed' }),
  });
}

async function answer(endpoint: Endpoint, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const result: AdminReply = await endpoint.handle(toCall(request));
  reply.code(result.status);
  if (result.body === undefined) return reply.send();
  reply.type(result.contentType ?? 'application/json; charset=utf-8');
  return reply.send(typeof result.body === 'string' ? result.body : JSON.stringify(result.body));
}

function toCall(request: FastifyRequest): AdminCall {
  const { url, method, ip: remote } = request;
  const end = url.indexOf('?');
  return {
    params: request.params as Readonly<Record<string, string>>,
    query: firstOfEach(request.query as Readonly<Record<string, string | readonly string[]>>),
    body: Buffer.isBuffer(request.body) ? request.body : null,
    contentType: readContentType(request),
    origin: { remote, method, path: shownPath(end < 0 ? url : url.slice(0, end)) },
    showsSecrets: request.showsSecrets,
  };
}

/** Of an argument that is given several times the first counts, as in Kong. */
function firstOfEach(query: Readonly<Record<string, string | readonly string[]>>): Readonly<Record<string, string>> {
  const result: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [name, value] of Object.entries(query)) {
    result[name] = typeof value === 'string' ? value : (value[0] ?? '');
  }
  return result;
}

/** @throws {AdminError} 400 when a body has several: Node keeps the first, and others may have read the second */
function readContentType({ headers, body, raw: { rawHeaders } }: FastifyRequest): string {
  const names = rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'content-type');
  if (names.length > 1 && body !== undefined) throw new AdminError(400, { message: 'more than one Content-Type' });
  return headers['content-type'] ?? '';
}
