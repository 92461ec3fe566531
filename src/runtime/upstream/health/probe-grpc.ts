import { connect, constants } from 'node:http2';
import { bracketed } from '../service-address.ts';
import type { HealthSign } from './health-rules.ts';
import { outcome, type ProbeTarget } from './probe-outcome.ts';

/** `HealthCheckRequest` without a service: the state of the server as a whole. A frame of length 0. */
const EMPTY_MESSAGE = Buffer.alloc(5);
/** A frame with `HealthCheckResponse { status: SERVING }`: field 1, varint, 1. */
const SERVING = Buffer.from([0, 0, 0, 0, 2, 0x08, 0x01]);
const NOT_SERVING = 0;

/** Asks the standard health service of gRPC, `grpc.health.v1.Health/Check`. Anything but SERVING counts as status 0. */
export function probeGrpc({ ip, port, host, timeoutMs, tls }: ProbeTarget): Promise<HealthSign> {
  const session = connect(`${tls === null ? 'http' : 'https'}://${bracketed(ip)}:${port}`, { ...tls });
  session.unref();
  return outcome(session, timeoutMs, (settle) => {
    session.on('error', () => settle('connection'));
    const stream = session.request({
      [constants.HTTP2_HEADER_METHOD]: 'POST',
      [constants.HTTP2_HEADER_PATH]: '/grpc.health.v1.Health/Check',
      [constants.HTTP2_HEADER_AUTHORITY]: host,
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('error', () => settle('connection'));
    stream.on('end', () => settle(Buffer.concat(chunks).equals(SERVING) ? 'success' : NOT_SERVING));
    stream.end(EMPTY_MESSAGE);
  });
}
