import type { TLSSocket } from 'node:tls';
import type { Dispatcher } from 'undici';
import type { Cache } from '../cache/cache.ts';
import type { EntitySet } from '../entities/entity-set.ts';
import type { RunKind } from '../entities/kinds.ts';
import type { Clock } from '../lib/clock.ts';
import type { JsonPath, JsonSchema } from '../lib/json.ts';
import type { AdminEndpoint } from './admin.ts';
import type { Exchange } from './exchange.ts';
import type { FindingCode } from './finding-code.ts';
import type { Logger } from './log.ts';

/** What a plugin may reach outside the exchange. Owned by the gateway, outlives a reload. */
export interface PluginHost {
  /** The cache of a namespace; the same object for the same name. */
  cache<Value>(namespace: string): Cache<Value>;
  readonly http: Dispatcher;
  readonly clock: Clock;
  readonly log: Logger;
  /** Whether callers are told how they were authenticated, in a header (`auth_debug_header`); off in production. */
  readonly authDebugHeader: boolean;
  /** Addresses, alone or in CIDR form, that are never called on behalf of an identity provider (`idp_denied_addresses`). */
  readonly deniedIdpAddresses: readonly string[];
  /** PEM authorities that systems a plugin calls are verified against (`lua_ssl_trusted_certificate`); null: those of Node. */
  readonly trustedCertificates: readonly string[] | null;
  /** State that instances share and a reload keeps: made on first use, one per name. A `close()` on it runs at the end. */
  shared<State extends object>(name: string, create: () => State): State;
}

/** Which configured instance is being built. */
export interface PluginInstance {
  readonly id: string;
  /** For people: `global`, `service "orders"`, `route "r1"`, `consumer "bob"`, or several joined by ` + `. */
  readonly scope: string;
  /** The entities it {@link PluginDefinition.looksAt}, of the snapshot being built, for look-ups such as `anonymous`. */
  readonly entities: EntitySet;
}

/** Something wrong with one configured plugin that its JSON Schema cannot say. */
export interface PluginFinding {
  /** Relative to `config`. */
  readonly path: JsonPath;
  readonly code: string;
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly hint?: string;
}

/** What a check may ask about the rest of the config. */
export interface CheckLookups {
  /** Whether a consumer has this username or id. */
  consumer(nameOrId: string): boolean;
  certificate(id: string): boolean;
  caCertificate(id: string): boolean;
  /** True when the files are part of something larger, so that what is not there may be elsewhere. */
  readonly isPartial: boolean;
}

/**
 * What is known about a kind of plugin without running it, enough to check configs: a checker loads no more than this.
 * Importing it has no side effects.
 */
export interface PluginDescription<Config extends object = object> {
  readonly name: string;
  readonly version: string;
  /** Higher runs earlier; equal and non-zero: the later name first. */
  readonly priority: number;
  /** Protocols of the routes it can run on; the default of `protocols`. */
  readonly protocols: readonly string[];
  /** JSON Schema of `config`: types, enums, defaults, `required`. Annotation `x-secret: true` marks what is never shown. */
  readonly schema: JsonSchema;
  /** What its {@link check} can report: each code `<plugin>/<name>` with what its page says. */
  readonly codes?: Readonly<Record<string, FindingCode>>;
  /**
   * Checks JSON Schema cannot say. `config` has its defaults; `given` is what the author wrote. Offline: no network,
   * no files. Must not throw on a config of wrong shape; it is called only when the schema found no error.
   */
  check?(
    config: Config,
    given: Readonly<Record<string, unknown>>,
    report: (finding: PluginFinding) => void,
    entities?: CheckLookups,
  ): void;
}

/** One configured instance for {@link PluginDefinition.checkOnline}. */
export interface OnlineSubject<Config extends object = object> {
  /** With its defaults, free of errors. */
  readonly config: Config;
  /** What the author wrote. */
  readonly given: Readonly<Record<string, unknown>>;
  readonly report: (finding: PluginFinding) => void;
}

/** What {@link PluginDefinition.checkOnline} is told of the machine it runs on. */
export interface OnlineSurroundings {
  /** Whether gw, started here with the same settings, would have an Admin API that no other machine can reach. */
  readonly isAdminLocal: boolean;
}

/** A kind of plugin that can run: what the registry holds, one per name. Importing it has no side effects. */
export interface PluginDefinition<Config extends object = object> extends PluginDescription<Config> {
  /**
   * Builds the handler for one configured instance. No network here. It serves all snapshots in which the instance, its
   * scope and what it {@link PluginDefinition.looksAt} are the same; the last of them closes it.
   */
  create(config: Config, host: PluginHost, instance: PluginInstance): PluginHandler;
  /**
   * Kinds of entities an instance looks at: it sees no others, and is built anew when an entity of theirs changes. Without
   * it an instance sees all entities, and is built anew when any of them changes.
   */
  looksAt?(config: Config): readonly RunKind[];
  /** Whether an instance looks at the certificates of clients: then TLS listeners ask for one. */
  wantsClientCertificate?(config: Config): boolean;
  /**
   * Asks the systems that configs name whether they fit together; the only check that uses the network. Gets all
   * instances at once, so that what they share is asked once. What does not work is a finding, never a rejection.
   */
  checkOnline?(subjects: readonly OnlineSubject<Config>[], surroundings: OnlineSurroundings): Promise<void>;
  /** What it has to say of itself in `GET /status`, as JSON; nothing secret. */
  status?(host: PluginHost): unknown;
  /** Endpoints it adds to the Admin API (Kong's `api.lua`). */
  admin?(host: PluginHost): readonly AdminEndpoint[];
}

/** One configured plugin. Implement as a class; a missing method costs nothing at run time. */
export interface PluginHandler {
  certificate?(socket: TLSSocket): void | Promise<void>;
  rewrite?(exchange: Exchange): void | Promise<void>;
  access?(exchange: Exchange): void | Promise<void>;
  headerFilter?(exchange: Exchange): void;
  /** Sees every chunk and, with `last`, the end (then `chunk` may be empty); what it returns is sent. */
  bodyFilter?(exchange: Exchange, chunk: Buffer, last: boolean): Buffer | null;
  log?(exchange: Exchange): void;
  close?(): void | Promise<void>;
}
