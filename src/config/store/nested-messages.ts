import type { JsonObject, JsonPath } from '../../lib/json.ts';

type Writable = { [key: string]: Writable | string } | (Writable | string | null)[];

/** Something said about the value at a path. */
export interface PlacedMessage {
  readonly path: JsonPath;
  readonly message: string;
}

/**
 * Messages in the shape of what they are about, as Kong's `fields` have them: records in records, lists with holes,
 * and what is about a record as a whole in a list under `@entity`. What is about nothing stands under `error`.
 */
export function nestMessages(messages: readonly PlacedMessage[]): JsonObject {
  const root: Writable = {};
  for (const { path, message } of messages) insert(root, path.length === 0 ? ['error'] : path, message);
  return root;
}

function insert(root: Writable, path: JsonPath, message: string): void {
  let node = root;
  for (const [depth, step] of path.entries()) {
    const next = path[depth + 1];
    const existing = read(node, step);
    if (next === undefined) {
      // Two findings at one place, or one at a record whose members have findings too.
      if (existing === null) write(node, step, step === '@entity' && !Array.isArray(node) ? [message] : message);
      else if (typeof existing === 'string') write(node, step, `${existing}; ${message}`);
      else if (step === '@entity' && Array.isArray(existing)) existing.push(message);
      else insert(existing, ['@entity'], message);
      return;
    }
    if (existing === null || typeof existing === 'string') {
      const child: Writable = typeof next === 'number' ? [] : {};
      write(node, step, child);
      if (typeof existing === 'string') insert(child, ['@entity'], existing);
      node = child;
    } else node = existing;
  }
}

function read(node: Writable, step: string | number): Writable | string | null {
  if (Array.isArray(node)) return typeof step === 'number' ? (node[step] ?? null) : null;
  return Object.hasOwn(node, step) ? (node[step] ?? null) : null;
}

function write(node: Writable, step: string | number, value: Writable | string): void {
  if (!Array.isArray(node)) {
    Object.defineProperty(node, step, { value, enumerable: true, configurable: true, writable: true });
    return;
  }
  // A finding about the list itself has no place among its items; it goes first.
  const index = typeof step === 'number' ? step : 0;
  while (node.length < index) node.push(null);
  node[index] = value;
}
