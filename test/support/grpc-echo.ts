import {
  type Client,
  credentials,
  makeGenericClientConstructor,
  Metadata,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerReadableStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
  status,
  type ServiceDefinition,
} from '@grpc/grpc-js';
import { EventEmitter } from 'node:events';

const asText = {
  requestSerialize: (text: string): Buffer => Buffer.from(text),
  requestDeserialize: (bytes: Buffer): string => bytes.toString(),
  responseSerialize: (text: string): Buffer => Buffer.from(text),
  responseDeserialize: (bytes: Buffer): string => bytes.toString(),
};

const path = (name: string): string => `/test.Echo/${name}`;

/** All four kinds of calls, with text for messages so that no schema is needed. */
const echoService: ServiceDefinition = {
  one: { path: path('One'), requestStream: false, responseStream: false, ...asText },
  collect: { path: path('Collect'), requestStream: true, responseStream: false, ...asText },
  count: { path: path('Count'), requestStream: false, responseStream: true, ...asText },
  chat: { path: path('Chat'), requestStream: true, responseStream: true, ...asText },
};

/** A running gRPC server. */
export interface GrpcEcho {
  readonly url: string;
  readonly port: number;
  /** Emits `call` with metadata and deadline of each, `cancelled` when a call is given up. */
  readonly events: EventEmitter;
  close(): Promise<void>;
}

/**
 * Starts a gRPC server: `One` answers its message; `Collect` joins what it gets; `Count` answers 1 to the number it got;
 * `Chat` answers each message at once. `One` with `fail NAME text` fails with that status, with `wait` never answers.
 */
export async function startGrpcEcho(): Promise<GrpcEcho> {
  const server = new Server();
  const events = new EventEmitter();
  server.addService(echoService, {
    one: (call: ServerUnaryCall<string, string>, done: sendUnaryData<string>) => {
      events.emit('call', call.metadata, call.getDeadline());
      call.on('cancelled', () => events.emit('cancelled'));
      answerOne(call, done);
    },
    collect: (call: ServerReadableStream<string, string>, done: sendUnaryData<string>) => {
      const parts: string[] = [];
      call.on('data', (part: string) => parts.push(part));
      call.on('end', () => done(null, parts.join('+')));
    },
    count: (call: ServerWritableStream<string, string>) => {
      for (let n = 1; n <= Number(call.request); n++) call.write(String(n));
      call.end();
    },
    chat: (call: ServerDuplexStream<string, string>) => {
      call.on('data', (message: string) => call.write(`re: ${message}`));
      call.on('cancelled', () => events.emit('cancelled'));
      call.on('end', () => call.end());
    },
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    events,
    close: () => {
      server.forceShutdown();
      return Promise.resolve();
    },
  };
}

function answerOne(call: ServerUnaryCall<string, string>, done: sendUnaryData<string>): void {
  const failure = /^fail ([A-Z_]+) (.*)$/.exec(call.request);
  if (failure !== null) {
    const metadata = new Metadata();
    metadata.set('x-detail', 'in the trailers');
    done({ code: status[failure[1] as keyof typeof status], details: failure[2] ?? '', metadata });
    return;
  }
  if (call.request === 'wait') return;
  const initial = new Metadata();
  initial.set('x-initial', 'in the head');
  call.sendMetadata(initial);
  const trailers = new Metadata();
  trailers.set('x-final', 'in the trailers');
  done(null, call.request, trailers);
}

/** A client of that service. */
export type EchoClient = Client & Record<'one' | 'collect' | 'count' | 'chat', (...args: never[]) => unknown>;

/** Connects to a port of this machine; `ca` is the PEM of the authority for TLS. */
export function grpcEchoClient(port: number, ca?: string): EchoClient {
  const Echo = makeGenericClientConstructor(echoService, 'Echo');
  const security = ca === undefined ? credentials.createInsecure() : credentials.createSsl(Buffer.from(ca));
  return new Echo(`localhost:${port}`, security) as unknown as EchoClient;
}
