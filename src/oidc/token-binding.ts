import { isJsonObject, type JsonObject } from '../lib/json.ts';

/** How a token is bound to a key of its holder, and the member of its `cnf` that says so. */
export type BindingMember =
  /** Thumbprint of a certificate (RFC 8705 §3.1). */
  | 'x5t#S256'
  /** Thumbprint of a DPoP key (RFC 9449 §6.1). */
  | 'jkt';

/**
 * What the `cnf` claims (RFC 7800 §3.1) of a token say under `member`: in the token, and in what its issuer says of it.
 * Empty: the token is not bound in this way. Null: it is meant to be, but what is there cannot be compared.
 */
export function boundTo(sources: readonly (JsonObject | null)[], member: BindingMember): readonly string[] | null {
  const found: string[] = [];
  for (const source of sources) {
    const confirmation = source?.cnf;
    if (confirmation === undefined || confirmation === null) continue;
    if (!isJsonObject(confirmation)) return null;
    const thumbprint = Object.hasOwn(confirmation, member) ? confirmation[member] : undefined;
    if (thumbprint === undefined) continue;
    if (typeof thumbprint !== 'string') return null;
    found.push(thumbprint);
  }
  return found;
}
