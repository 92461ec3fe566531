import type { Consumer } from '../../entities/consumer.ts';
import { identityNames } from './decision.ts';
import { headerValue } from './header-value.ts';

/** Who a request counts as. */
export interface Identity {
  readonly consumer: Consumer | null;
  readonly isAnonymous: boolean;
  /** Identifies a caller that no consumer stands for. */
  readonly credential: string | null;
  readonly authenticatedGroups: readonly string[] | null;
}

/**
 * The headers that name a caller to the upstream, as Kong writes them: name, value, name, value … What cannot be sent is
 * left out, and its name added to `dropped`.
 */
export function identityHeaders(identity: Identity, dropped: string[]): string[] {
  const { consumer, isAnonymous, credential, authenticatedGroups } = identity;
  const headers: string[] = [];
  const add = (name: string, value: string | null): void => {
    const text = value === null || value === '' ? '' : headerValue(value);
    if (text === null) dropped.push(name);
    else if (text !== '') headers.push(name, text);
  };
  if (consumer === null) {
    add(identityNames.credential, credential);
  } else {
    add(identityNames.consumerId, consumer.id);
    add(identityNames.consumerUsername, consumer.username);
    add(identityNames.consumerCustomId, consumer.custom_id);
  }
  if (isAnonymous) headers.push(identityNames.anonymous, 'true');
  add(identityNames.authenticatedGroups, authenticatedGroups?.join(', ') ?? null);
  return headers;
}
