import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { systemClock } from '../../lib/clock.ts';
import type { AdminGuard, Verdict } from '../guard.ts';
import { type ClientCertificatePolicy, judgeCertificate } from './client-certificate.ts';
import { FailedAttempts } from './failed-attempts.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** True when the answer may hold literal secrets. */
    showsSecrets: boolean;
  }
}

/** What decides who may come in. */
export interface Admission {
  readonly guard: AdminGuard;
  /** `null` where callers need none. */
  readonly certificates: ClientCertificatePolicy | null;
  /** Whether callers who may do more than read see literal secrets. */
  readonly showsSecrets: boolean;
}

/** Headers that pages of an allowed origin may send, besides those that any page may. */
const PAGE_HEADERS = 'authorization, content-type, kong-admin-token';
const PAGE_METHODS = 'DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT';
const PREFLIGHT_SECONDS = '600';

/**
 * Turns away, before its body is read, every request that the guard does not let pass, and closes its connection, so
 * that strangers cannot hold the connections that others need. Allowed origins get CORS headers for themselves.
 */
export function admitRequests(app: FastifyInstance, { guard, certificates, showsSecrets }: Admission): void {
  const failures = new FailedAttempts(systemClock);
  app.decorateRequest('showsSecrets', false);
  app.addHook('onRequest', (request, reply, next) => {
    const fault = certificates === null ? null : judgeCertificate(request.raw.socket, certificates);
    if (fault !== null) {
      void turnAway(reply, 400, fault);
      return;
    }
    const verdict = guard.check(request.method, request.headers);
    allowOrigin(reply, verdict, guard.knowsOrigins);
    if (verdict.refusal !== null) refuse(request, reply, verdict.refusal, failures);
    else if (verdict.isPreflight) void answerPreflight(reply);
    else {
      request.showsSecrets = showsSecrets && !verdict.isReader;
      next();
    }
  });
}

function refuse(
  request: FastifyRequest,
  reply: FastifyReply,
  { status, message, isGuess }: NonNullable<Verdict['refusal']>,
  failures: FailedAttempts,
): void {
  const delayMs = isGuess ? failures.record(request.ip) : 0;
  if (delayMs === 0) void turnAway(reply, status, message);
  else failures.wait(delayMs, () => void turnAway(reply, status, message));
}

function turnAway(reply: FastifyReply, status: number, message: string): FastifyReply {
  return reply.code(status).header('connection', 'close').send({ message });
}

/** Never `*`, no credentials, and no word on private networks: what a page needs and no more. */
function allowOrigin(reply: FastifyReply, { origin }: Verdict, knowsOrigins: boolean): void {
  if (knowsOrigins) void reply.header('vary', 'Origin');
  if (origin !== null) void reply.header('access-control-allow-origin', origin);
}

function answerPreflight(reply: FastifyReply): FastifyReply {
  return reply
    .code(204)
    .headers({
      'access-control-allow-methods': PAGE_METHODS,
      'access-control-allow-headers': PAGE_HEADERS,
      'access-control-max-age': PREFLIGHT_SECONDS,
    })
    .send();
}
