import { isJsonObject } from '../../lib/json.ts';

interface Member {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/**
 * The top-level members of a JSON object in text form. Taking a member out leaves the text of the others alone:
 * parsing and writing again would round big numbers and lose a member that is given twice.
 */
export class JsonMembers {
  readonly #text: string;
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #members: readonly Member[];

  private constructor(text: string, values: Readonly<Record<string, unknown>>) {
    this.#text = text;
    this.#values = values;
    this.#members = scan(text);
  }

  /** Null for anything but a JSON object: bad JSON, a list, `null`. */
  static parse(text: string): JsonMembers | null {
    try {
      const value: unknown = JSON.parse(text);
      return isJsonObject(value) ? new JsonMembers(text, value) : null;
    } catch {
      return null;
    }
  }

  /** The member's text; null when it is absent, no string, or given more than once. */
  get(name: string): string | null {
    if (this.#members.filter((member) => member.name === name).length !== 1) return null;
    const value = this.#values[name];
    return typeof value === 'string' ? value : null;
  }

  /** The text without any member of these names. */
  without(names: readonly string[]): string {
    const kept = this.#members.filter((member) => !names.includes(member.name));
    if (kept.length === this.#members.length) return this.#text;
    return `{${kept.map((member) => this.#text.slice(member.start, member.end)).join(',')}}`;
  }
}

/** Finds the members of a text that `JSON.parse` accepted as an object, so no error can occur here. */
function scan(text: string): Member[] {
  const members: Member[] = [];
  let start = text.indexOf('{') + 1;
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const char = text[at];
    if (char === '"') at = endOfString(text, at);
    else if (char === '{' || char === '[') depth += 1;
    else if (depth > 0 && (char === '}' || char === ']')) depth -= 1;
    else if (depth === 0 && (char === ',' || char === '}')) {
      const name = nameOf(text.slice(start, at));
      if (name !== null) members.push({ name, start, end: at });
      start = at + 1;
    }
  }
  return members;
}

/** Position of the quote that closes the string opened at `start`. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '"') return at;
  }
  return text.length;
}

function nameOf(member: string): string | null {
  const start = member.indexOf('"');
  if (start < 0) return null;
  return JSON.parse(member.slice(start, endOfString(member, start) + 1)) as string;
}
