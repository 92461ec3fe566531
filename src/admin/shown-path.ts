import { isEntityId } from '../config/store/endpoint-key.ts';
import { entityKinds } from '../entities/kinds.ts';
import { REDACTED } from '../lib/secret.ts';
import { collections } from './routes/collections.ts';

/** What paths say before the name of an entity whose name is a secret, such as a key. */
const beforeSecrets: ReadonlySet<string> = new Set(
  collections
    .filter(({ kind }) => entityKinds[kind].hasSecretNames)
    .flatMap(({ name, nestedName }) => [name, nestedName]),
);

/** A path as logs may show it: without names that are secrets. Ids are none. */
export function shownPath(path: string): string {
  const steps = path.split('/');
  return steps
    .map((step, index) => (beforeSecrets.has(decoded(steps[index - 1] ?? '')) && !isEntityId(step) ? REDACTED : step))
    .join('/');
}

function decoded(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    return step;
  }
}
