import { decodeJwt } from 'jose';
import { serviceClient } from '../support/idp.ts';
import type { Stage } from './stage.ts';

/** One request of the walk-through and what came of it. */
export interface Step {
  readonly title: string;
  readonly status: number;
  readonly ms: number;
  /** What is worth seeing, a line each. No complete token, no secret. */
  readonly lines: readonly string[];
  /** What was expected and did not happen; empty when all is well. */
  readonly failures: readonly string[];
}

/** The credential to try it with, as curl takes it. */
export const userArgument = `${serviceClient.id}:${serviceClient.secret}`;

/** Makes the requests of the walk-through, one after the other. */
export async function walkThrough(stage: Stage): Promise<readonly Step[]> {
  const anything = `${stage.gatewayUrl}/anything?hello=world`;
  const none = await call(anything, null);
  const first = await call(anything, userArgument);
  const second = await call(anything, userArgument);
  const tokenCalls = stage.idp.counts().token;
  const wrong = await call(anything, `${serviceClient.id}:not-the-secret`);
  const issuers = await call(`${stage.adminUrl}/openid-connect/issuers`, null);
  return [
    step('no credential', none, 401, [none.text], []),
    exchanged(stage, first),
    cached(second, tokenCalls),
    step('wrong secret', wrong, 401, [wrong.text], []),
    listed(stage, issuers),
  ];
}

interface Answer {
  readonly status: number;
  readonly ms: number;
  readonly text: string;
}

async function call(url: string, user: string | null): Promise<Answer> {
  const headers = user === null ? {} : { authorization: `Basic ${Buffer.from(user).toString('base64')}` };
  const started = performance.now();
  const answer = await fetch(url, { headers });
  const text = await answer.text();
  return { status: answer.status, ms: performance.now() - started, text: text.trim() };
}

function exchanged(stage: Stage, answer: Answer): Step {
  const authorization = headersSeen(answer).Authorization ?? '(no Authorization header)';
  const token = /^Bearer (\S+)$/.exec(authorization)?.[1] ?? null;
  const leaked = answer.text.includes(serviceClient.secret) || authorization.includes('Basic ');
  const claims = token === null ? {} : decodeJwt(token);
  const lines = [
    `upstream saw  Authorization: ${shortened(authorization)}`,
    `the token says  client_id ${text(claims.client_id)}, scope ${text(claims.scope)}, aud ${text(claims.aud)}`,
    `upstream saw ${leaked ? 'THE SECRET' : 'no Basic and no secret'}`,
  ];
  return step('client credentials', answer, 200, lines, [
    token === null ? 'the upstream should have seen a bearer token' : null,
    leaked ? 'the secret reached the upstream' : null,
    claims.iss === stage.idp.issuer ? null : `the token should come from ${stage.idp.issuer}`,
  ]);
}

function cached(answer: Answer, tokenCalls: number): Step {
  const lines = [`from the cache: ${tokenCalls} call to the token endpoint in all`];
  return step('the same again', answer, 200, lines, [
    tokenCalls === 1 ? null : `the token endpoint should have been called once, not ${tokenCalls} times`,
  ]);
}

function listed(stage: Stage, answer: Answer): Step {
  const rows = (parsed(answer.text) as { data?: { issuer?: string; keys?: { alg?: string }[] }[] } | null)?.data ?? [];
  const lines = rows.map(({ issuer, keys = [] }) => {
    const algorithms = [...new Set(keys.map(({ alg }) => alg ?? '?'))].join(', ');
    return `${issuer ?? '?'}, discovery document and ${keys.length} key${keys.length === 1 ? '' : 's'} (${algorithms})`;
  });
  const found = rows.find(({ issuer }) => issuer === stage.idp.issuer);
  return step('issuers (Admin API)', answer, 200, lines, [
    (found?.keys?.length ?? 0) > 0 ? null : `${stage.idp.issuer} and its keys should be listed`,
  ]);
}

function step(
  title: string,
  answer: Answer,
  expected: number,
  lines: readonly string[],
  failures: readonly (string | null)[],
): Step {
  const wrongStatus = answer.status === expected ? null : `status should be ${expected}: ${answer.text}`;
  const { status, ms } = answer;
  return { title, status, ms, lines, failures: [wrongStatus, ...failures].filter((failure) => failure !== null) };
}

/** The request headers in the upstream's echo. */
function headersSeen(answer: Answer): Readonly<Record<string, string>> {
  return (parsed(answer.text) as { headers?: Record<string, string> } | null)?.headers ?? {};
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return null;
  }
}

function shortened(authorization: string): string {
  return authorization.length > 40
    ? `${authorization.slice(0, 26)}… (${authorization.length} characters)`
    : authorization;
}

function text(claim: unknown): string {
  return typeof claim === 'string' ? claim : JSON.stringify(claim ?? null);
}
