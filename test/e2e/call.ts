import { Agent, type Dispatcher, request } from 'undici';
import type { HttpbinEcho } from '../support/httpbin-echo.ts';
import { basic } from '../support/http.ts';
import type { Authority, Issued } from './authority.ts';

/** An answer, read to its end. */
export interface Answer {
  readonly status: number;
  readonly challenge: string | null;
  readonly headers: Dispatcher.ResponseData['headers'];
  readonly text: string;
  /** From the first byte sent to the last received, in milliseconds. */
  readonly tookMs: number;
}

/** How a call is made. */
export interface CallOptions {
  /** `id:secret` or `name:password`, for a Basic header. */
  readonly user?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** A form, unless it is a text. */
  readonly body?: string | Readonly<Record<string, string>>;
  readonly via?: Dispatcher;
}

/** One request: a POST when there is a body. */
export async function call(url: string, { user, headers = {}, body, via }: CallOptions = {}): Promise<Answer> {
  const startedAt = performance.now();
  const isForm = typeof body === 'object';
  const response = await request(url, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      ...(user === undefined ? {} : { authorization: basicOf(user) }),
      ...(isForm ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
      ...headers,
    },
    body: isForm ? new URLSearchParams(body).toString() : (body ?? null),
    ...(via === undefined ? {} : { dispatcher: via }),
  });
  const text = await response.body.text();
  const { 'www-authenticate': challenge } = response.headers;
  return {
    status: response.statusCode,
    challenge: typeof challenge === 'string' ? challenge : null,
    headers: response.headers,
    text,
    tookMs: performance.now() - startedAt,
  };
}

function basicOf(user: string): string {
  const colon = user.indexOf(':');
  return basic(user.slice(0, colon), user.slice(colon + 1));
}

/** What the upstream saw. @throws when the answer is not from it */
export function echoOf(answer: Answer): HttpbinEcho {
  return JSON.parse(answer.text) as HttpbinEcho;
}

/** The bearer token that the upstream got; empty when there was none, or the answer is not from the upstream. */
export function tokenOf(answer: Answer): string {
  if (answer.status !== 200) return '';
  return /^Bearer (\S+)$/.exec(echoOf(answer).headers.Authorization ?? '')?.[1] ?? '';
}

/** Connections that trust the authority and show a certificate, if one is given. */
export function tlsAgent(authority: Authority, shown: Issued | null): Agent {
  const own = shown === null ? {} : { cert: shown.certificate, key: shown.key };
  return new Agent({ connect: { ca: authority.certificate, ...own } });
}
