import type { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

/** Other names of HTTP and TLS itself: these change this connection only, and gw offers neither that way. */
const OF_THE_CONNECTION = /^(?:h2c?|https?(?:\/.*)?|tls(?:\/.*)?)$/i;

/**
 * The protocols an upgrade asks the upstream for, as `Upgrade` lists them. `null` when the request is to be served as an
 * ordinary one, as RFC 9110 §7.8 allows: nothing of use is asked for, or it has a body that would have to be read first.
 */
export function wantedProtocols(incoming: IncomingMessage): string | null {
  const { headers, httpVersion } = incoming;
  if (httpVersion !== '1.1' || headers['transfer-encoding'] !== undefined) return null;
  if (headers['content-length'] !== undefined && headers['content-length'] !== '0') return null;
  const names = (headers.upgrade ?? '').split(',').map((name) => name.trim());
  const wanted = names.filter((name) => name !== '' && !OF_THE_CONNECTION.test(name));
  return wanted.length === 0 ? null : wanted.join(', ');
}

/**
 * Gives a connection that Node let go of for an upgrade back to `server`, which reads the request again, without what
 * made it an upgrade.
 * @param head bytes that came after the request's head
 */
export function serveWithoutUpgrade(
  incoming: IncomingMessage,
  socket: Socket,
  head: Buffer,
  server: EventEmitter,
): void {
  socket.unshift(Buffer.concat([Buffer.from(headWithoutUpgrade(incoming), 'latin1'), head]));
  server.emit('connection', socket);
}

function headWithoutUpgrade({ method, url, httpVersion, rawHeaders }: IncomingMessage): string {
  let text = `${method ?? 'GET'} ${url ?? '/'} HTTP/${httpVersion}\r\n`;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    const value = rawHeaders[at + 1] ?? '';
    const lower = name.toLowerCase();
    if (lower === 'upgrade' || lower === 'http2-settings') continue;
    const kept = lower === 'connection' ? withoutUpgradeOption(value) : value;
    if (lower !== 'connection' || kept !== '') text += `${name}: ${kept}\r\n`;
  }
  return `${text}\r\n`;
}

function withoutUpgradeOption(value: string): string {
  const options = value.split(',').map((option) => option.trim());
  return options.filter((option) => !/^(?:upgrade|http2-settings)?$/i.test(option)).join(', ');
}
