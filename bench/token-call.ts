import { Agent, request } from 'node:http';
import { serviceClient } from '../test/support/idp.ts';
import { basic } from './contenders.ts';

/** Clients of the provider whose credentials gw has never seen: each is good for one first request. */
export const oneTimeClients = Array.from({ length: 600 }, (_, at) => ({
  id: `one-time-${at}`,
  secret: `${at}-${serviceClient.secret}`,
}));

const agent = new Agent({ keepAlive: true, maxSockets: 1 });

/** An access token of the bench's own provider, for callers that bring one. */
export async function tokenOf(issuer: string): Promise<string> {
  const answer = await askForToken(`${issuer}/token`, basic(serviceClient.id, serviceClient.secret), 'read');
  return (JSON.parse(answer) as { access_token: string }).access_token;
}

/** The call that nobody gets round: what a client does for a token of its own (RFC 6749 §4.4). */
export function askForToken(endpoint: string, authorization: string, scope: string): Promise<string> {
  const headers = { authorization, 'content-type': 'application/x-www-form-urlencoded' };
  return send(endpoint, 'POST', headers, `grant_type=client_credentials&scope=${scope}`);
}

/** The body of an answer. @throws {Error} when it is not 200 */
export function send(
  url: string,
  method: string,
  headers: Readonly<Record<string, string>> = {},
  body = '',
): Promise<string> {
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
