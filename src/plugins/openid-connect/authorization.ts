import type { JsonObject } from '../../lib/json.ts';
import { claimValues, readClaim } from './claims.ts';
import type { OpenidConnectConfig } from './config.ts';

/** One `*_required` list: any of `anyOf` is enough; each of them is met by the whole text or by all of its words. */
interface Requirement {
  readonly what: string;
  readonly path: readonly string[];
  readonly anyOf: readonly { readonly whole: string; readonly words: readonly string[] }[];
}

/** What a token must and must not say for the caller to get through. */
export class Authorization {
  readonly #requirements: readonly Requirement[];
  readonly #forbidden: readonly string[];

  constructor(config: OpenidConnectConfig) {
    this.#requirements = [
      requirement('scope', config.scopes_claim ?? ['scope'], config.scopes_required ?? null),
      requirement('audience', config.audience_claim ?? ['aud'], config.audience_required ?? null),
      requirement('group', config.groups_claim ?? ['groups'], config.groups_required ?? null),
      requirement('role', config.roles_claim ?? ['roles'], config.roles_required ?? null),
    ].filter((entry) => entry !== null);
    this.#forbidden = config.claims_forbidden ?? [];
  }

  /** Null when the token passes; else a fixed phrase that says what is wrong. */
  refusal(claims: JsonObject | null): string | null {
    for (const { what, path, anyOf } of this.#requirements) {
      const values = new Set(claimValues(readClaim(claims, path)));
      const met = anyOf.some(({ whole, words }) => values.has(whole) || words.every((word) => values.has(word)));
      if (!met) return `required ${what} is missing`;
    }
    const forbidden = claims !== null && this.#forbidden.some((name) => Object.hasOwn(claims, name));
    return forbidden ? 'forbidden claim is present' : null;
  }
}

function requirement(what: string, path: readonly string[], required: readonly string[] | null): Requirement | null {
  if (required === null || required.length === 0) return null;
  const anyOf = required
    .map((whole) => ({ whole, words: whole.split(/\s+/).filter((word) => word !== '') }))
    .filter(({ words }) => words.length > 0);
  return { what, path, anyOf };
}
