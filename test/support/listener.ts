import { CertificateTable, serve } from '../../src/runtime/listen/certificate-table.ts';
import { connectionFacts, type ConnectionFacts } from '../../src/runtime/connection-facts.ts';
import { ConnectionLimit } from '../../src/runtime/listen/connection-limit.ts';
import { defaultCertificates } from '../../src/runtime/listen/default-certificates.ts';
import { HttpListener } from '../../src/runtime/listen/http-listener.ts';
import type { ListenAddress } from '../../src/runtime/listen/listen-address.ts';
import { defaultLimits, type ListenLimits } from '../../src/runtime/listen/listen-limits.ts';
import type { RequestHandlers } from '../../src/runtime/listen/request-handlers.ts';
import { defaultTlsPolicy, type TlsPolicy } from '../../src/runtime/listen/tls-policy.ts';
import { emptyEntitySet, type EntitySet } from '../../src/entities/entity-set.ts';
import { once } from '../../src/lib/once.ts';
import { CapturedLog } from './captured-log.ts';

/** What a test may choose about a listener. */
export interface ListenerChoices {
  readonly address?: Partial<ListenAddress>;
  readonly limits?: Partial<ListenLimits>;
  readonly tls?: Partial<TlsPolicy>;
  readonly config?: Partial<Pick<EntitySet, 'certificates' | 'snis'>>;
  readonly handlers?: Partial<RequestHandlers>;
  readonly wantsClientCertificate?: (serverName: string | null) => boolean;
  /** Peers whose PROXY protocol header counts; all when left out. */
  readonly believesProxy?: (peer: string) => boolean;
}

/** A listener on a free port. */
export interface RunningListener {
  readonly listener: HttpListener;
  readonly port: number;
  readonly url: string;
  readonly log: CapturedLog;
  /** Facts of the connection of each request, oldest first. */
  readonly facts: readonly ConnectionFacts[];
  /** Replaces the certificates. */
  reload(config: Partial<Pick<EntitySet, 'certificates' | 'snis'>>): void;
  close(timeoutMs?: number): Promise<void>;
}

/** Starts a listener whose requests are answered with their target, unless the test has handlers of its own. */
export async function startListener(choices: ListenerChoices = {}): Promise<RunningListener> {
  const log = new CapturedLog();
  const facts: ConnectionFacts[] = [];
  const policy = { ...defaultTlsPolicy, ...choices.tls };
  const limits = { ...defaultLimits, ...choices.limits };
  let table = new CertificateTable({ ...emptyEntitySet, ...choices.config }, policy, null);
  const byDefault = once(() => serve(defaultCertificates([], Date.now)(), policy));
  const listener = new HttpListener(
    { host: '127.0.0.1', port: 0, ...choices.address },
    { ...echo(facts), ...choices.handlers },
    {
      limits,
      connections: new ConnectionLimit(limits.connections, log),
      tls: {
        policy,
        certificateFor: (name) => table.certificateFor(name) ?? byDefault(),
        wantsClientCertificate: choices.wantsClientCertificate ?? (() => false),
      },
      believesProxy: choices.believesProxy ?? (() => true),
      log: log,
    },
  );
  const { port, url } = await listener.listen();
  return {
    listener,
    port,
    url,
    log,
    facts,
    reload: (config) => {
      table = new CertificateTable({ ...emptyEntitySet, ...config }, policy, table);
    },
    close: (timeoutMs = 0) => listener.close(timeoutMs),
  };
}

function echo(facts: ConnectionFacts[]): RequestHandlers {
  return {
    request(incoming, outgoing) {
      facts.push(connectionFacts(incoming.socket));
      incoming.resume();
      outgoing.end(`http/1 ${incoming.url ?? ''}`);
    },
    stream(stream, rawHeaders) {
      const socket = stream.session?.socket;
      if (socket !== undefined) facts.push(connectionFacts(socket));
      stream.on('error', () => undefined);
      stream.respond({ ':status': 200 });
      stream.end(`http/2 ${rawHeaders[rawHeaders.indexOf(':path') + 1] ?? ''}`);
    },
  };
}
