import { AdminError } from '../endpoint.ts';

/** One step of an argument's name into what it means: a key, a position counted from 1, or the end of a list. */
export type ArgumentStep =
  | { readonly to: 'key'; readonly key: string }
  | { readonly to: 'position'; readonly position: number }
  | { readonly to: 'end' };

/** Bodies nest no deeper, whatever their type. */
export const MAX_DEPTH = 32;

/** Longer names are no fields, and reading brackets without end takes quadratic time. */
const MAX_NAME = 1_024;

/** Keys that mean something to JavaScript objects. */
const barredKeys: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** @throws {AdminError} 400 for a key that no body may have */
export function checkKey(key: string): void {
  if (barredKeys.has(key)) throw new AdminError(400, { message: `"${key}" is no name for a field` });
}

/** @throws {AdminError} 400 */
export function tooDeep(): AdminError {
  return new AdminError(400, { message: `the body nests deeper than ${MAX_DEPTH} levels` });
}

/** Names that say nothing about nesting. */
const literalName = /^\.|\.$/;
/** Brackets that were encoded twice. */
const encodedBrackets = /%5B(.*?)%5D/gi;
/** Parts between dots; a dot in brackets belongs to the key there. */
const dottedParts = /(?:[^.](?:\[[^\]]*\])*)+/g;
const bracketed = /\[([^\]]*)\]/g;
const digits = /^\d{1,9}$/;

/**
 * Where an argument of Kong's forms goes: `config.headers[x.y]` to a key of a map, `paths[]` to the end of a list,
 * `paths[2]` to its second entry. See Kong's `api/arguments_decoder`.
 * @throws {AdminError} 400 when it is too deep or a key is barred
 */
export function readArgumentPath(name: string): readonly ArgumentStep[] {
  if (name.length > MAX_NAME) throw new AdminError(400, { message: `a name has more than ${MAX_NAME} characters` });
  const steps = stepsOf(name);
  if (steps.length > MAX_DEPTH) throw tooDeep();
  for (const step of steps) if (step.to === 'key') checkKey(step.key);
  return steps;
}

function stepsOf(raw: string): readonly ArgumentStep[] {
  if (literalName.test(raw)) return [{ to: 'key', key: raw }];
  const name = raw.replace(encodedBrackets, '[$1]');
  const steps = (name.match(dottedParts) ?? [name]).flatMap(readPart);
  const last = steps.length - 1;
  // Only the last step adds: what is nested in a list without positions belongs to its first entry.
  return steps.map((step, index) => (step.to === 'end' && index < last ? { to: 'position', position: 1 } : step));
}

/** One part: a name and what follows it in brackets. The name may itself begin with a bracket. */
function readPart(part: string): readonly ArgumentStep[] {
  const at = part.indexOf('[', 1);
  const inBrackets = at < 0 ? [] : [...part.slice(at).matchAll(bracketed)].map(([, text = '']) => text);
  if (inBrackets.length === 0) return [{ to: 'key', key: part }];
  return [
    { to: 'key', key: part.slice(0, at) },
    ...inBrackets.map((text): ArgumentStep => {
      if (text === '') return { to: 'end' };
      return digits.test(text) ? { to: 'position', position: Number(text) } : { to: 'key', key: text };
    }),
  ];
}
