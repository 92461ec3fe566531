import { parseHeaderBuffers, parseSize, parseTime } from './nginx-values.ts';
import { kong, nginx, type SettingDefinition } from './setting-definition.ts';
import { parseCount } from './setting-parsers.ts';

/** Settings about what a client may send and how long it may take: directives of nginx. */
export const limitSettings = {
  client_max_body_size: nginx('client_max_body_size', '0', parseSize, 'largest request body, else 413; 0 for no limit'),
  large_client_header_buffers: nginx(
    'large_client_header_buffers',
    '4 8k',
    parseHeaderBuffers,
    'count × size is the most that a request line and all headers may take, size the most for the request line, else 414, and for one header, else 494',
  ),
  max_headers: nginx('max_headers', '1000', parseCount, 'most header lines of a request, else 494; 0 for no limit'),
  client_header_timeout: nginx(
    'client_header_timeout',
    '60s',
    parseTime,
    'time for a TLS handshake, and for the headers of a request, else 408',
  ),
  client_body_timeout: nginx(
    'client_body_timeout',
    '60s',
    parseTime,
    'time between two pieces of a request body, else 408',
  ),
  send_timeout: nginx('send_timeout', '60s', parseTime, 'time between two pieces of a response that a client takes'),
  keepalive_timeout: nginx(
    'keepalive_timeout',
    '75s',
    parseTime,
    'time that a connection may wait for its next request',
  ),
  keepalive_requests: nginx('keepalive_requests', '10000', parseCount, 'requests on one connection; 0 for no limit'),
  http2_max_concurrent_streams: nginx(
    'http2_max_concurrent_streams',
    '128',
    parseCount,
    'open streams on one HTTP/2 connection',
  ),
  worker_connections: {
    ...kong('auto', parseConnections, 'client connections at most, those beyond it are closed; `auto` for 16384'),
    aliases: ['nginx_events_worker_connections'],
  } satisfies SettingDefinition<number>,
} as const;

function parseConnections(text: string): number {
  return text.trim() === 'auto' ? 16_384 : parseCount(text);
}
