import type { JsonObject, JsonValue } from '../../lib/json.ts';
import { AdminError } from '../endpoint.ts';
import { readArgumentPath } from './argument-path.ts';
import type { Argument, ArgumentValue } from './arguments.ts';

/** Everything that arguments say about one place. */
class Place {
  /** Said of the place itself, or added to the list there. */
  readonly values: ArgumentValue[] = [];
  readonly entries = new Map<number, Place>();
  readonly members = new Map<string, Place>();
  /** Whether some name said that there is a list, even of one entry. */
  isList = false;

  member(key: string): Place {
    return placeIn(this.members, key);
  }

  entry(position: number): Place {
    return placeIn(this.entries, position);
  }

  /** @param name of the argument, for the message */
  value(name: string): JsonValue {
    const isList = this.isList || this.entries.size > 0 || this.values.length > 1;
    if (this.members.size > 0) {
      if (isList || this.values.length > 0) throw mixed(name);
      return Object.fromEntries([...this.members].map(([key, place]) => [key, place.value(join(name, key))]));
    }
    if (!isList) return this.values[0] ?? null;
    // Gaps are closed: positions give an order and no more.
    const entries = [...this.entries].sort(([a], [b]) => a - b);
    return [...entries.map(([position, place]) => place.value(`${name}[${position}]`)), ...this.values];
  }
}

/**
 * The arguments of a form as one object, by Kong's rules for their names. All values are texts.
 * @throws {AdminError} 400 when a name is not allowed, or two contradict each other
 */
export function nestArguments(list: readonly Argument[]): JsonObject {
  const root = new Place();
  for (const [name, value] of list) {
    let place = root;
    for (const step of readArgumentPath(name)) {
      if (step.to === 'key') place = place.member(step.key);
      else if (step.to === 'position') place = place.entry(step.position);
      else place.isList = true;
    }
    place.values.push(value);
  }
  return Object.fromEntries([...root.members].map(([key, place]) => [key, place.value(key)]));
}

function placeIn<Key>(places: Map<Key, Place>, key: Key): Place {
  let place = places.get(key);
  if (place === undefined) {
    place = new Place();
    places.set(key, place);
  }
  return place;
}

function join(name: string, key: string): string {
  return `${name}.${key}`;
}

function mixed(name: string): AdminError {
  return new AdminError(400, { message: `argument "${name}" is given as a value and as a record` });
}
