import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:http2';
import { request } from 'node:https';

/** A client's certificate with its key, both PEM. */
export interface ClientPair {
  readonly cert: string;
  readonly key: string;
}

/** What came back, read to its end. */
export interface TlsAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
}

/** Sends a request over a TLS connection of its own, with or without a certificate; whose the server's is does not matter. */
export async function sendOverTls(
  url: string,
  headers: Readonly<Record<string, string>>,
  pair: ClientPair | null,
): Promise<TlsAnswer> {
  const call = request(url, { headers, ...pair, rejectUnauthorized: false, agent: false }).end();
  const [answer] = (await once(call, 'response')) as [IncomingMessage];
  return { status: answer.statusCode ?? 0, headers: answer.headers, text: await textOf(answer) };
}

/** The same in HTTP/2. */
export async function sendOverHttp2(
  url: string,
  headers: Readonly<Record<string, string>>,
  pair: ClientPair | null,
): Promise<TlsAnswer> {
  const session = connect(url, { ...pair, rejectUnauthorized: false });
  try {
    const stream = session.request({ ':path': new URL(url).pathname, ...headers });
    const [answer] = (await once(stream, 'response')) as [Record<string, unknown>];
    return { status: Number(answer[':status']), headers: answer, text: await textOf(stream) };
  } finally {
    session.close();
  }
}

async function textOf(stream: AsyncIterable<unknown>): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return text;
}
