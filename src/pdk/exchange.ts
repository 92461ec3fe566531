import type { Consumer } from '../entities/consumer.ts';
import type { ConsumerGroup } from '../entities/consumer-group.ts';
import type { Route } from '../entities/route.ts';
import type { Service } from '../entities/service.ts';
import type { Logger } from './log.ts';

/** The caller's request. Header names are given in lower case; nothing here can be changed. */
export interface ExchangeRequest {
  readonly method: string;
  /** The request target as received, query included. */
  readonly target: string;
  /** The normalised path that routing saw; see `docs/routing.md`. */
  readonly path: string;
  /** The raw query without `?`; empty when there is none. */
  readonly query: string;
  readonly scheme: 'http' | 'https';
  /** The Host header as sent, port included; empty when there is none. */
  readonly host: string;
  readonly httpVersion: string;
  /** Address of the peer. */
  readonly remoteAddress: string;
  /** Whether the connection's own peer is one of `trusted_ips`, so that headers about the client are to be believed. */
  readonly isFromTrusted: boolean;
  /**
   * The URL the client called, without query and as it was written: that of the request, or what a trusted peer says of
   * it in `X-Forwarded-*`. Made anew by each call.
   */
  readonly publicUrl: string;
  /** The client's certificate (DER) of the connection's TLS handshake; `null` without one. Nobody has verified it. */
  readonly clientCertificate: Buffer | null;
  /** Name, value, name, value …, as received. */
  readonly rawHeaders: readonly string[];
  /** The first value of a header. */
  header(name: string): string | undefined;
  /** Every value of a header that was sent more than once, in order. */
  headerAll(name: string): readonly string[];
  /**
   * The whole body, if there is one and it is at most `limit` bytes long. Otherwise `null`, and the body goes to the
   * upstream as it came. May be called more than once.
   */
  body(limit: number): Promise<Buffer | null>;
}

/** What will be sent to the upstream. Names are case-insensitive; `setHeader` replaces what the caller sent. */
export interface UpstreamRequest {
  /** The raw query without `?`. */
  query: string;
  setHeader(name: string, value: string): void;
  /** Drops the caller's header, and what an earlier plugin set. */
  removeHeader(name: string): void;
  /** Replaces the body; `Content-Length` follows. Only after {@link ExchangeRequest.body} returned the old one. */
  setBody(body: Buffer): void;
}

/** What goes back to the caller: the upstream's answer, or the gateway's own. */
export interface ExchangeResponse {
  /** 0 until there is an answer. */
  readonly status: number;
  /** True when the gateway made the answer, not the upstream. */
  readonly isOwn: boolean;
  header(name: string): string | undefined;
  setHeader(name: string, value: string): void;
  removeHeader(name: string): void;
}

/** What an authentication plugin found out about groups, beside the consumer. */
export interface FoundGroups {
  readonly groups?: readonly ConsumerGroup[];
  readonly authenticatedGroups?: readonly string[] | null;
}

/** One request/response pair on its way through the gateway. Never outlives `log`. */
export interface Exchange {
  /** The request id: 32 hex digits, also sent as `X-Kong-Request-Id`. */
  readonly id: string;
  readonly log: Logger;
  /** When the request head was complete, milliseconds since the epoch. */
  readonly startedAt: number;
  readonly request: ExchangeRequest;
  readonly upstream: UpstreamRequest;
  readonly response: ExchangeResponse;
  readonly route: Route | null;
  readonly service: Service | null;
  readonly consumer: Consumer | null;
  /** Consumer groups of the caller: those of the consumer, or those an authentication plugin found by itself. */
  readonly groups: readonly ConsumerGroup[];
  /** What `authenticate` was given: names and values that identify the credential, never a secret. */
  readonly credential: Readonly<Record<string, string>> | null;
  /** Groups that a token speaks of, for the `acl` plugin; `null` when no plugin said any. */
  readonly authenticatedGroups: readonly string[] | null;
  /**
   * Binds a consumer; plugins that run later in this `access` phase get its configuration. The consumer's own groups
   * come with it unless `found` names others.
   */
  authenticate(consumer: Consumer | null, credential?: Readonly<Record<string, string>>, found?: FoundGroups): void;
  /**
   * Answers now. An object body becomes JSON, a string goes out as it is. Later `access` handlers are skipped;
   * `header_filter` … `log` still run.
   */
  exit(status: number, body?: unknown, headers?: Readonly<Record<string, string>>): void;
}
