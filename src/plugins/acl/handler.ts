import type { EntitySet } from '../../entities/entity-set.ts';
import type { Exchange } from '../../pdk/exchange.ts';
import type { PluginHandler } from '../../pdk/plugin.ts';
import type { AclConfig } from './config.ts';

const CONSUMER_GROUPS = 'X-Consumer-Groups';
const AUTHENTICATED_GROUPS = 'X-Authenticated-Groups';
const NONE: readonly string[] = [];

/** The groups a caller is judged by, and the header that tells the upstream. */
interface CallerGroups {
  readonly names: readonly string[];
  readonly header: typeof CONSUMER_GROUPS | typeof AUTHENTICATED_GROUPS;
}

/**
 * One configured instance. A consumer is judged by its ACL groups, anybody else by the groups that the authentication
 * plugin found in a token. Who has neither is refused: 401 without a credential, 403 with one.
 */
export class AclHandler implements PluginHandler {
  readonly #listed: ReadonlySet<string>;
  readonly #isDeny: boolean;
  readonly #hidesGroups: boolean;
  readonly #prefersAuthenticated: boolean;
  readonly #countsConsumerGroups: boolean;
  readonly #groupsByConsumer: ReadonlyMap<string, readonly string[]>;

  constructor(config: AclConfig, entities: EntitySet) {
    const deny = config.deny ?? NONE;
    this.#isDeny = deny.length > 0;
    this.#listed = new Set(this.#isDeny ? deny : (config.allow ?? NONE));
    this.#hidesGroups = config.hide_groups_header ?? false;
    this.#prefersAuthenticated = config.always_use_authenticated_groups ?? false;
    this.#countsConsumerGroups = config.include_consumer_groups ?? false;
    this.#groupsByConsumer = aclGroupsByConsumer(entities);
  }

  access(exchange: Exchange): void {
    const groups = this.#groupsOf(exchange);
    if (groups === null) {
      refuse(exchange);
      return;
    }
    const isListed = groups.names.some((name) => this.#listed.has(name));
    if (isListed === this.#isDeny) forbid(exchange);
    else this.#tellUpstream(exchange, groups);
  }

  /** `null` for a caller of whom no groups are known, where not even an empty list of them can be judged. */
  #groupsOf(exchange: Exchange): CallerGroups | null {
    const { consumer, authenticatedGroups: found } = exchange;
    if (consumer === null || this.#prefersAuthenticated) {
      if (found !== null) return { names: this.#withConsumerGroups(exchange, found), header: AUTHENTICATED_GROUPS };
      const own = this.#withConsumerGroups(exchange, NONE);
      return own.length === 0 ? null : { names: own, header: CONSUMER_GROUPS };
    }
    // An anonymous consumer has no credential; what a token said of the caller goes before what the stand-in has.
    if (exchange.credential === null && found !== null) {
      return { names: this.#withConsumerGroups(exchange, found), header: AUTHENTICATED_GROUPS };
    }
    const own = this.#withConsumerGroups(exchange, this.#groupsByConsumer.get(consumer.id) ?? NONE);
    return own.length === 0 && !this.#isDeny ? null : { names: own, header: CONSUMER_GROUPS };
  }

  #withConsumerGroups(exchange: Exchange, names: readonly string[]): readonly string[] {
    if (!this.#countsConsumerGroups || exchange.groups.length === 0) return names;
    return [...new Set([...names, ...exchange.groups.map(({ name }) => name)])];
  }

  #tellUpstream({ upstream }: Exchange, { names, header }: CallerGroups): void {
    upstream.removeHeader(CONSUMER_GROUPS);
    upstream.removeHeader(AUTHENTICATED_GROUPS);
    const value = this.#hidesGroups ? null : headerValue(names);
    if (value !== null) upstream.setHeader(header, value);
  }
}

function refuse(exchange: Exchange): void {
  if (exchange.credential !== null) forbid(exchange);
  else exchange.exit(401, { message: 'Unauthorized' });
}

function forbid(exchange: Exchange): void {
  exchange.exit(403, { message: 'You cannot consume this service' });
}

/** Names as one header, UTF-8 as one character per byte; `null` when there are none or they cannot be sent. */
function headerValue(names: readonly string[]): string | null {
  if (names.length === 0) return null;
  const bytes = Buffer.from(names.join(', '), 'utf8').toString('latin1');
  for (let at = 0; at < bytes.length; at++) {
    const code = bytes.charCodeAt(at);
    if (code < 0x20 || code === 0x7f) return null;
  }
  return bytes;
}

function aclGroupsByConsumer({ acls }: EntitySet): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const { consumer, group } of acls) {
    const known = groups.get(consumer.id);
    if (known === undefined) groups.set(consumer.id, [group]);
    else known.push(group);
  }
  return groups;
}
