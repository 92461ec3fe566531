import { Agent, request } from 'node:http';
import { serviceClient } from '../test/support/idp.ts';
import { basic } from './contenders.ts';

/** Times of first requests, milliseconds; the same client stands at the same place of both lists. */
export interface FirstRequests {
  readonly count: number;
  /** The token call alone, as the client itself would make it. */
  readonly bareMs: readonly number[];
  /** The same call made by gw, its token verified, and the answer of the upstream. */
  readonly throughGwMs: readonly number[];
}

/** Clients of the provider whose credentials gw has never seen: each is good for one first request. */
export const oneTimeClients = Array.from({ length: 300 }, (_, at) => ({
  id: `one-time-${at}`,
  secret: `${at}-${serviceClient.secret}`,
}));

/** Pairs of requests that get machine code made on both ways before the first figure counts. */
const WARM_UP = 40;

const agent = new Agent({ keepAlive: true, maxSockets: 1 });

/**
 * How much longer the first request with a credential takes than the token call it cannot do without. Both ways in turn,
 * over connections that are open; gw knows the provider's document and keys.
 */
export async function firstRequests(gw: string, issuer: string, count: number): Promise<FirstRequests> {
  const bareMs: number[] = [];
  const throughGwMs: number[] = [];
  const warmUp = Math.min(WARM_UP, oneTimeClients.length - count);
  for (const [at, { id, secret }] of oneTimeClients.slice(0, warmUp + count).entries()) {
    const authorization = basic(id, secret);
    const bare = await timed(() => askForToken(issuer, authorization));
    const through = await timed(() => send(`${gw}/secured/1k`, 'GET', { authorization }, ''));
    if (at < warmUp) continue;
    bareMs.push(bare);
    throughGwMs.push(through);
  }
  return { count, bareMs, throughGwMs };
}

/** An access token for callers that bring one. */
export async function tokenOf(issuer: string): Promise<string> {
  const answer = await askForToken(issuer, basic(serviceClient.id, serviceClient.secret));
  return (JSON.parse(answer) as { access_token: string }).access_token;
}

function askForToken(issuer: string, authorization: string): Promise<string> {
  const headers = { authorization, 'content-type': 'application/x-www-form-urlencoded' };
  return send(`${issuer}/token`, 'POST', headers, 'grant_type=client_credentials&scope=read');
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

/** The body of an answer. @throws {Error} when it is not 200 */
function send(url: string, method: string, headers: Readonly<Record<string, string>>, body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, agent, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      response.once('end', () => {
        if (response.statusCode === 200) resolve(text);
        else reject(new Error(`${url} answered ${response.statusCode}: ${text}`));
      });
    });
    sent.once('error', reject).end(body);
  });
}
