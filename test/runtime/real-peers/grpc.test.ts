import {
  type ClientDuplexStream,
  type ClientReadableStream,
  type ClientUnaryCall,
  type ClientWritableStream,
  Metadata,
  type ServiceError,
  status,
} from '@grpc/grpc-js';
import { once } from 'node:events';
import t, { type Test } from 'tap';
import { selfSignedPair } from '../../support/certificates.ts';
import { type EchoClient, type GrpcEcho, grpcEchoClient, startGrpcEcho } from '../../support/grpc-echo.ts';
import { send, sendRaw } from '../../support/http.ts';
import { type GatewayFields, gatewayTo, type ProtocolGateway } from '../../support/protocol-gateway.ts';

interface Setting {
  readonly upstream: GrpcEcho;
  readonly gw: ProtocolGateway;
  readonly client: EchoClient;
}

async function startSetting(t: Test, fields: GatewayFields = {}): Promise<Setting> {
  const upstream = await startGrpcEcho();
  const gw = await gatewayTo(t, upstream, {
    ...fields,
    service: { protocol: 'grpc', ...fields.service },
    route: { protocols: ['grpc', 'grpcs'], ...fields.route },
  });
  const client = grpcEchoClient(gw.http2Port);
  t.teardown(() => client.close());
  return { upstream, gw, client };
}

interface Outcome {
  readonly error: ServiceError | null;
  readonly answer: string | undefined;
  readonly metadata: Metadata;
  readonly code: number;
  readonly trailers: Metadata;
}

type Unary = (message: string, metadata: Metadata, options: object, done: Done) => ClientUnaryCall;
type Done = (error: ServiceError | null, answer?: string) => void;

async function callOne(client: EchoClient, message: string, options: { deadline?: number } = {}): Promise<Outcome> {
  const sent = new Metadata();
  sent.set('x-sent', 'by the client');
  let outcome: { error: ServiceError | null; answer: string | undefined } = { error: null, answer: undefined };
  const done: Done = (error, answer) => (outcome = { error, answer });
  const call = (client.one as unknown as Unary).call(client, message, sent, options, done);
  let metadata = new Metadata();
  call.on('metadata', (received: Metadata) => (metadata = received));
  const [result] = (await once(call, 'status')) as [{ code: number; metadata: Metadata }];
  await new Promise(setImmediate);
  return { ...outcome, metadata, code: result.code, trailers: result.metadata };
}

void t.test('a unary call passes with its metadata in all three places', async (t) => {
  const { upstream, client } = await startSetting(t);
  const called = once(upstream.events, 'call');
  const outcome = await callOne(client, 'hello');
  t.equal(outcome.error, null);
  t.equal(outcome.answer, 'hello');
  t.equal(outcome.code, status.OK);
  t.strictSame(outcome.metadata.get('x-initial'), ['in the head']);
  t.strictSame(outcome.trailers.get('x-final'), ['in the trailers']);
  const [seen] = (await called) as [Metadata];
  t.strictSame(seen.get('x-sent'), ['by the client']);
  t.strictSame(seen.get('x-real-ip'), ['127.0.0.1']);
});

void t.test('a message of several megabytes passes', async (t) => {
  const { client } = await startSetting(t);
  const message = 'x'.repeat(3 * 1024 * 1024);
  const { answer } = await callOne(client, message);
  t.equal(answer?.length, message.length);
});

void t.test('errors of the service keep status, message and metadata', async (t) => {
  const { client } = await startSetting(t);
  const { error } = await callOne(client, 'fail NOT_FOUND no such thing');
  t.equal(error?.code, status.NOT_FOUND);
  t.equal(error?.details, 'no such thing');
  t.strictSame(error?.metadata.get('x-detail'), ['in the trailers']);
});

void t.test('a stream of requests has one answer', async (t) => {
  const { client } = await startSetting(t);
  const answer = await new Promise<string | undefined>((resolve, reject) => {
    const collect = client.collect as unknown as (done: Done) => ClientWritableStream<string>;
    const call = collect.call(client, (error, result) => (error === null ? resolve(result) : reject(error)));
    for (const part of ['a', 'b', 'c']) call.write(part);
    call.end();
  });
  t.equal(answer, 'a+b+c');
});

void t.test('one request has a stream of answers, however many', async (t) => {
  const { client } = await startSetting(t);
  const call = (client.count as unknown as (message: string) => ClientReadableStream<string>).call(client, '2000');
  let last = '';
  let count = 0;
  for await (const message of call as AsyncIterable<string>) {
    last = message;
    count++;
  }
  t.equal(count, 2000);
  t.equal(last, '2000');
});

void t.test('both sides stream at once: each message is answered before the next is sent', async (t) => {
  const { client } = await startSetting(t);
  const call = (client.chat as unknown as () => ClientDuplexStream<string, string>).call(client);
  for (const message of ['one', 'two', 'three']) {
    const answer = once(call, 'data');
    call.write(message);
    t.equal((await answer)[0], `re: ${message}`);
  }
  const ended = once(call, 'status');
  call.end();
  t.equal(((await ended) as [{ code: number }])[0].code, status.OK);
});

void t.test('a call that is cancelled is cancelled at the service', async (t) => {
  const { upstream, client } = await startSetting(t);
  const call = (client.chat as unknown as () => ClientDuplexStream<string, string>).call(client);
  call.on('error', () => undefined);
  const answer = once(call, 'data');
  call.write('hello');
  await answer;
  const cancelled = once(upstream.events, 'cancelled');
  call.cancel();
  await cancelled;
  t.pass('the service heard of it');
});

void t.test('the deadline of a call reaches the service, and ends it there', async (t) => {
  const { upstream, client } = await startSetting(t);
  const called = once(upstream.events, 'call');
  const cancelled = once(upstream.events, 'cancelled');
  const deadline = Date.now() + 300;
  const outcome = callOne(client, 'wait', { deadline });
  const [, seen] = (await called) as [Metadata, Date | number];
  t.ok(Math.abs(Number(seen) - deadline) < 250, 'within what the way there took');
  t.equal((await outcome).code, status.DEADLINE_EXCEEDED);
  await cancelled;
  t.pass('the service gave it up');
});

void t.test('errors of the gateway are gRPC errors', async (t) => {
  const { upstream, gw, client } = await startSetting(t, { service: { read_timeout: 100, retries: 0 } });
  t.equal((await callOne(client, 'wait')).error?.code, status.DEADLINE_EXCEEDED, '504');
  await upstream.close();
  const { error } = await callOne(client, 'nobody there');
  t.equal(error?.code, status.INTERNAL, '502, as Kong maps it');
  t.equal(error?.details, 'An invalid response was received from the upstream server');
  gw.apply({ ...gw.gateway.snapshot.entities, routes: [], services: [] });
  const unknown = await callOne(client, 'no route');
  t.equal(unknown.error?.code, status.NOT_FOUND);
  t.equal(unknown.error?.details, 'no Route matched with those values');
});

void t.test('what is no gRPC call is turned away from a gRPC route', async (t) => {
  const { gw } = await startSetting(t);
  t.match(await send(`${gw.url}/test.Echo/One`, { method: 'POST', body: 'x' }), {
    status: 415,
    text: /Non-gRPC request matched gRPC route/,
  });
  const old = 'POST /test.Echo/One HTTP/1.1\r\nHost: a\r\nContent-Type: application/grpc\r\nContent-Length: 0\r\n';
  t.match(await sendRaw(gw.port, `${old}Connection: close\r\n\r\n`), /^HTTP\/1\.1 426 /);
});

void t.test('a grpcs route wants TLS, and has it', async (t) => {
  const certificate = selfSignedPair('localhost');
  const { gw, client } = await startSetting(t, { route: { protocols: ['grpcs'] } });
  const { error } = await callOne(client, 'in the clear');
  t.equal(error?.code, status.CANCELLED);
  t.equal(error?.details, 'gRPC request matched gRPCs route');
  const { entities } = gw.gateway.snapshot;
  const pem = { id: '5a5ab9a4-0000-4000-8000-000000000001', cert: certificate.cert, key: certificate.key };
  gw.apply({
    ...entities,
    certificates: [{ ...pem, cert_alt: null, key_alt: null, tags: null, created_at: 0, updated_at: 0 }],
    snis: [
      {
        id: '5a5ab9a4-0000-4000-8000-000000000002',
        name: 'localhost',
        certificate: { id: pem.id },
        tags: null,
        created_at: 0,
        updated_at: 0,
      },
    ],
  });
  const tls = await gw.gateway.listen({ host: '127.0.0.1', port: 0, isTls: true, isHttp2: true });
  const secure = grpcEchoClient(tls.port, certificate.cert);
  t.teardown(() => secure.close());
  t.equal((await callOne(secure, 'encrypted')).answer, 'encrypted');
});

t.end();
