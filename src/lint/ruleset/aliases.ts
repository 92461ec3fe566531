import { listOf } from '../../config/draft.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../lib/json.ts';
import { nearest } from '../../lib/nearest.ts';

/** Aliases of aliases, no deeper than this. */
const MAX_DEPTH = 16;

/**
 * The JSONPath expressions that one of a rule stands for: itself, or those of the alias it begins with (`#Name`), each
 * with the rest behind it. A text instead says what is wrong.
 */
export function expandGiven(expression: string, aliases: JsonObject, depth = 0): readonly string[] | string {
  if (!expression.startsWith('#')) return [expression];
  const [whole = '', name = ''] = /^#([A-Za-z][\w-]*)/.exec(expression) ?? [];
  if (name === '') return `"${expression}" is not an alias: write "#" and its name`;
  if (!Object.hasOwn(aliases, name)) {
    const meant = nearest(name, Object.keys(aliases));
    return `there is no alias "${name}"${meant === null ? ' in "aliases"' : `; did you mean "${meant}"?`}`;
  }
  if (depth >= MAX_DEPTH) return `the alias "${name}" leads back to itself`;
  const expanded: string[] = [];
  for (const target of targetsOf(aliases[name])) {
    const found = expandGiven(`${target}${expression.slice(whole.length)}`, aliases, depth + 1);
    if (typeof found === 'string') return found;
    expanded.push(...found);
  }
  return expanded.length > 0 ? expanded : `the alias "${name}" has no JSONPath expression`;
}

/** A text, a list of texts, or Spectral's form with `targets` per format. */
function targetsOf(value: JsonValue | undefined): readonly string[] {
  if (typeof value === 'string') return [value];
  if (isJsonObject(value))
    return listOf(value.targets).flatMap((target) => targetsOf(isJsonObject(target) ? target.given : target));
  return listOf(value).filter((entry) => typeof entry === 'string');
}
