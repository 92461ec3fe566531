import { keyedDigest } from '../../../cache/cache-key.ts';
import type { Clock } from '../../../lib/clock.ts';
import { LruMap } from '../../../lib/lru-map.ts';
import { ProviderConfigError, TokenRequestRejected } from '../../../oidc/errors.ts';
import type { Attempt, AuthMethod, Proven } from '../auth-method.ts';
import { type Credential, clientNames, findCredential, severalAuthorizations } from '../credentials.ts';
import { refusalFor } from '../rejections.ts';
import type { RequestSearch } from '../request-search.ts';
import type { Refusal } from '../responses.ts';
import type { ClientCredentials } from './client-credentials.ts';
import type { Password } from './password.ts';

/** How long it is remembered which grant worked for a credential. */
const REMEMBERED_MS = 60_000;
const MOST_REMEMBERED = 10_000;

/** What the method is made of. */
export interface PasswordOrClientParts {
  readonly password: Password;
  readonly clientCredentials: ClientCredentials;
  readonly salt: string;
  readonly clock: Clock;
}

type Basic = 'password' | 'client_credentials';

/** Which grant worked for a credential. */
interface Known {
  readonly grant: Basic;
  readonly until: number;
}

/**
 * A Basic header when both grants read it there: the credential of a user, or of a client. The password grant is tried
 * first, as Kong does, then client credentials if the provider said no. Kong asks the provider anew on every request;
 * here both outcomes are cached, and which grant worked is remembered, so that an equal request asks nobody.
 *
 * Comes before the two methods of which it is made, which look in the other places.
 */
export class PasswordOrClient implements AuthMethod {
  readonly name = 'password';
  readonly #parts: PasswordOrClientParts;
  /** By a digest of the credential, never by itself. */
  readonly #known = new LruMap<string, Known>(MOST_REMEMBERED);

  constructor(parts: PasswordOrClientParts) {
    this.#parts = parts;
  }

  async find(search: RequestSearch): Promise<Attempt | Refusal | null> {
    const found = await findCredential(search.request, ['header'], search.args, clientNames);
    if (found === 'none') return null;
    return found === 'ambiguous' ? severalAuthorizations : new EitherAttempt(this, found, search);
  }

  /** The attempts with a credential, the one that worked before first. */
  attempts(credential: Credential, search: RequestSearch): readonly [Attempt, Attempt] {
    const password = this.#parts.password.attempt(credential, search);
    const client = this.#parts.clientCredentials.attempt(credential, search);
    const known = this.#known.get(this.#digest(credential));
    const isClient = known?.grant === 'client_credentials' && this.#parts.clock.now() < known.until;
    return isClient ? [client, password] : [password, client];
  }

  /** Remembers what worked, for a minute from when that was found out. Answers until when. */
  remember(credential: Credential, grant: Basic): number {
    const digest = this.#digest(credential);
    const known = this.#known.get(digest);
    const now = this.#parts.clock.now();
    if (known?.grant === grant && now < known.until) return known.until;
    const until = now + REMEMBERED_MS;
    this.#known.set(digest, { grant, until });
    return until;
  }

  #digest({ id, secret }: Credential): string {
    return keyedDigest(this.#parts.salt, ['password or client', id, secret.reveal()]);
  }
}

class EitherAttempt implements Attempt {
  readonly kind = 'attempt';
  readonly place = 'header';
  readonly subject: string;
  readonly isDecidedByHeader: boolean;
  readonly #owner: PasswordOrClient;
  readonly #credential: Credential;
  readonly #attempts: readonly [Attempt, Attempt];
  #method: Basic = 'password';

  constructor(owner: PasswordOrClient, credential: Credential, search: RequestSearch) {
    this.#owner = owner;
    this.#credential = credential;
    this.subject = credential.id;
    this.#attempts = owner.attempts(credential, search);
    this.isDecidedByHeader = this.#attempts.every((attempt) => attempt.isDecidedByHeader);
    this.#method = basicOf(this.#attempts[0]);
  }

  /** The one that worked, once one has. */
  get method(): Basic {
    return this.#method;
  }

  /** Runs the second only when the first ended in a definite "no"; of two failures the graver one counts. */
  async run(): Promise<Proven | Refusal> {
    const [first, second] = this.#attempts;
    const outcome = await settled(first);
    if (outcome.kind === 'proven') return this.#worked(first, outcome);
    const other = await settled(second);
    if (other.kind === 'proven') return this.#worked(second, other);
    return outcome.kind === 'unexpected' ? outcome : other;
  }

  conceal(): void | Promise<void> {
    return this.#attempts[0].conceal();
  }

  #worked(attempt: Attempt, proven: Proven): Proven {
    this.#method = basicOf(attempt);
    const until = this.#owner.remember(this.#credential, this.#method);
    return { ...proven, reusableUntil: Math.min(proven.reusableUntil, until) };
  }
}

/**
 * How an attempt ended. A misfit of config and provider (the grant is off there) does not speak against the other grant.
 *
 * @throws what leaves it open whether the credential is good
 */
async function settled(attempt: Attempt): Promise<Proven | Refusal> {
  try {
    return await attempt.run();
  } catch (error) {
    if (!(error instanceof TokenRequestRejected) && !(error instanceof ProviderConfigError)) throw error;
    return refusalFor(error, attempt.subject);
  }
}

function basicOf(attempt: Attempt): Basic {
  return attempt.method === 'client_credentials' ? 'client_credentials' : 'password';
}
