import {
  Composer,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Document,
  type Node,
  type Pair,
  Parser,
} from 'yaml';
import type { JsonPath, JsonValue } from '../lib/json.ts';
import type { Position, Range, RelatedLocation } from './diagnostic.ts';
import {
  type EnvOptions,
  type EnvTemplate,
  expandTemplate,
  hasStandIn,
  hideTemplates,
  replaceStandIns,
} from './env-template.ts';
import type { Source } from './source.ts';
import { isMergePair, ValueReader } from './yaml-value.ts';

/** More aliases than this are an attack, not a config; counted before the text is parsed. */
const MAX_ALIASES = 100_000;

/** A finding about the text itself, before anything is known about entities. */
export interface TextFinding {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly range: Range;
  readonly path: JsonPath;
  readonly related: readonly RelatedLocation[];
}

/** Where a path leads: a stretch of text and, if it went through aliases, the places where they stand. */
export interface Location {
  readonly range: Range;
  readonly related: readonly RelatedLocation[];
}

/** A text scalar with its place. */
export interface TextScalar {
  readonly value: string;
  readonly path: JsonPath;
  readonly range: Range;
}

/** Which part of a key-value pair a finding is about. */
export type Part = 'key' | 'value';

type YamlPair = Pair<Node, Node | null>;

/** A parsed config text: its value, and the only way from a path in that value to a place in the text. */
export class ConfigDocument {
  readonly source: Source;
  /** `null` when the text cannot be read at all. Objects have no prototype and may be shared; do not change them. */
  readonly value: JsonValue;
  /** False when {@link findings} tell that {@link value} is not worth looking at. */
  readonly isReadable: boolean;
  readonly findings: readonly TextFinding[];
  /** Every text scalar that is not inside a comment-like key, once per place. */
  readonly texts: readonly TextScalar[];
  /** Where values came from the environment: they must not be shown. */
  readonly #expanded = new Set<Node>();
  readonly #lines = new LineCounter();
  readonly #reader: ValueReader;
  readonly #root: Node | null;

  constructor(source: Source, env: EnvOptions) {
    this.source = source.text.startsWith('\uFEFF') ? { ...source, text: source.text.slice(1) } : source;
    const findings: TextFinding[] = [];
    const texts: TextScalar[] = [];
    this.findings = findings;
    this.texts = texts;
    const { text, templates } = hideTemplates(this.source.text);
    this.#reader = new ValueReader({
      finding: (code, node, path, message, hint, first) => {
        const related = first === undefined ? [] : [this.#relate(first, 'the first one is here')];
        const location = { range: this.#rangeOf(node), related };
        findings.push({ code, message, path: [...path], ...location, ...(hint === undefined ? {} : { hint }) });
      },
      expand: (scalar, node, path) =>
        hasStandIn(scalar) ? this.#expand(scalar, node, path, templates, env, findings) : scalar,
      text: (value, node, path) => {
        if (!isCommentPath(path)) texts.push({ value, path: [...path], range: this.#rangeOf(node) });
      },
    });
    const problem = this.#tooManyAliases(text);
    const parsed = problem === null ? this.#parse(text, findings) : null;
    if (problem !== null) findings.push(problem);
    this.#root = parsed?.contents ?? null;
    this.value = parsed === null ? null : this.#reader.read(this.#root);
    this.isReadable = parsed !== null && !this.#reader.isUseless && this.#checkRoot(findings);
  }

  /**
   * Where `path` leads. A path that does not exist leads to the nearest parent that does: to its key, or to its first
   * key if it stands in a list. Through an alias or a merge key it leads to where the value is written; the alias is
   * in `related`.
   */
  locate(path: JsonPath, part: Part): Location {
    const related: RelatedLocation[] = [];
    let node = this.#follow(this.#root, related);
    let place = firstKey(node);
    for (const [index, step] of path.entries()) {
      const found = this.#step(node, step, related);
      if (found === null) return { range: this.#rangeOf(place), related };
      const isLast = index === path.length - 1;
      const target = this.#follow(found.value, isLast && part === 'key' ? [] : related);
      const wantsKey = !isLast || part === 'key' || isEmpty(target);
      place = wantsKey ? (found.key ?? firstKey(target)) : target;
      if (isLast && !wantsKey && target !== null) place = target;
      node = target;
    }
    return { range: this.#rangeOf(place), related };
  }

  /** Whether the value at `path` came, wholly or in part, from an environment variable. */
  isFromEnv(path: JsonPath): boolean {
    let node = this.#follow(this.#root, []);
    for (const step of path) node = this.#follow(this.#step(node, step, [])?.value ?? null, []);
    return node !== null && this.#expanded.has(node);
  }

  /** The characters of the scalar at `path`, as written; `null` for anything else. */
  written(path: JsonPath): string | null {
    let node = this.#follow(this.#root, []);
    for (const step of path) node = this.#follow(this.#step(node, step, [])?.value ?? null, []);
    if (!isScalar(node) || node.range === null || node.range === undefined) return null;
    return this.source.text.slice(node.range[0], node.range[1]);
  }

  /** The stretch of text between two offsets. */
  rangeBetween(start: number, end: number): Range {
    const from = Math.min(start, this.source.text.length);
    const to = Math.min(Math.max(from, end), this.source.text.length);
    return { start: this.#position(from), end: this.#position(to) };
  }

  /** Every key-value pair of the text whose key is a text, for looking at keys wherever they are. */
  *pairs(): Generator<{ readonly key: string; readonly value: Node }> {
    const stack: (Node | null)[] = [this.#root];
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      if (isSeq(node)) stack.push(...(node.items as (Node | null)[]));
      if (!isMap(node)) continue;
      for (const item of node.items) {
        const pair = item as YamlPair;
        if (pair.value === null) continue;
        if (isScalar(pair.key)) yield { key: String(pair.key.value), value: pair.value };
        stack.push(pair.value);
      }
    }
  }

  #tooManyAliases(text: string): TextFinding | null {
    const alias = /(?<=[\s,[{:-])\*[A-Za-z0-9_]/g;
    let count = 0;
    while (count <= MAX_ALIASES && alias.exec(text) !== null) count++;
    if (count <= MAX_ALIASES) return null;
    const message = `more than ${MAX_ALIASES} aliases: this is not read any further`;
    return { code: 'yaml/alias-bomb', message, range: this.rangeBetween(0, 0), path: [], related: [] };
  }

  /** The first document of the text, as Kong reads it; `null` when it is not YAML. */
  #parse(text: string, findings: TextFinding[]): Document.Parsed | null {
    const composer = new Composer({
      schema: 'failsafe',
      uniqueKeys: false,
      keepSourceTokens: false,
      logLevel: 'silent',
    });
    let first: Document.Parsed | null = null;
    for (const parsed of composer.compose(new Parser(this.#lines.addNewLine).parse(text), true, text.length)) {
      if (first === null) first = parsed;
      else {
        const range = this.rangeBetween(parsed.range[0], parsed.range[0]);
        const message = 'only the first YAML document of a file counts; this one and any further are not read';
        findings.push({ code: 'yaml/extra-document', message, range, path: [], related: [] });
        break;
      }
    }
    const error = first?.errors[0];
    if (error === undefined) return first;
    const [start, end] = error.pos;
    const { code, message, hint } = explainSyntaxError(error.code, error.message);
    // How far the parser gets before it gives up is chance.
    const range = code === 'yaml/too-deep' ? this.rangeBetween(0, 0) : this.rangeBetween(start, end);
    findings.push({ code, message, range, path: [], related: [], ...(hint === null ? {} : { hint }) });
    return null;
  }

  #checkRoot(findings: TextFinding[]): boolean {
    if (isMap(this.#follow(this.#root, []))) return true;
    const isBlank = this.value === null;
    const kind = Array.isArray(this.value) ? 'a list' : 'a single value';
    const range = this.#root === null || isBlank ? this.rangeBetween(0, 0) : this.#rangeOf(this.#root);
    findings.push({
      code: isBlank ? 'yaml/empty' : 'yaml/not-a-map',
      message: isBlank ? 'the file is empty' : `expected a map with "_format_version" and entities, found ${kind}`,
      hint: 'start with: _format_version: "3.0"',
      range,
      path: [],
      related: [],
    });
    return false;
  }

  #expand(
    text: string,
    node: Node,
    path: JsonPath,
    templates: readonly EnvTemplate[],
    env: EnvOptions,
    findings: TextFinding[],
  ): string {
    this.#expanded.add(node);
    return replaceStandIns(text, templates, (template) => {
      const expansion = expandTemplate(template.expression, env);
      if (expansion.ok) return expansion.text;
      const range = this.rangeBetween(template.start, template.end);
      const { code, message } = expansion;
      findings.push({ code, message, range, path: [...path], related: [] });
      return 'unknown';
    });
  }

  /** Steps through aliases, noting where they stand. */
  #follow(node: Node | null, related: RelatedLocation[]): Node | null {
    let current = node;
    while (current !== null && isAlias(current)) {
      related.push(this.#relate(current, `used here through alias "*${current.source}"`));
      const target: Node | null = this.#reader.target(current);
      if (target === null) return current;
      current = target;
    }
    return current;
  }

  #step(
    node: Node | null,
    step: string | number,
    related: RelatedLocation[],
  ): { key: Node | null; value: Node | null } | null {
    if (isSeq(node)) {
      const item = typeof step === 'number' ? node.items[step] : undefined;
      return item === undefined ? null : { key: null, value: item as Node };
    }
    if (!isMap(node)) return null;
    const key = String(step);
    const pairs = node.items as YamlPair[];
    const own = pairs.findLast((pair) => !isMergePair(pair) && keyOf(pair, this.#reader) === key);
    if (own !== undefined) return { key: own.key, value: own.value };
    for (const pair of pairs) {
      const found = isMergePair(pair) ? this.#stepIntoMerge(pair.value, key, related) : null;
      if (found !== null) return found;
    }
    return null;
  }

  #stepIntoMerge(
    node: Node | null,
    key: string,
    related: RelatedLocation[],
  ): { key: Node | null; value: Node | null } | null {
    const passed: RelatedLocation[] = [];
    const target = this.#follow(node, passed);
    const candidates = isSeq(target) ? (target.items as Node[]) : [target];
    for (const candidate of candidates) {
      const via = [...passed];
      const found = this.#step(this.#follow(candidate, via), key, via);
      if (found === null) continue;
      related.push(...via);
      return found;
    }
    return null;
  }

  #relate(node: Node, message: string): RelatedLocation {
    return { file: this.source.name, range: this.#rangeOf(node), message };
  }

  #rangeOf(node: Node | null): Range {
    const [start, end] = node?.range ?? [0, 0];
    return this.rangeBetween(start, end);
  }

  #position(offset: number): Position {
    const { line, col } = this.#lines.linePos(offset);
    return line === 0 ? { line: 1, column: offset + 1, offset } : { line, column: col, offset };
  }
}

function keyOf(pair: YamlPair, reader: ValueReader): string | null {
  const key = isAlias(pair.key) ? reader.target(pair.key) : pair.key;
  return isScalar(key) ? String(key.value) : null;
}

function firstKey(node: Node | null): Node | null {
  const pair = isMap(node) ? (node.items[0] as YamlPair | undefined) : undefined;
  return pair?.key ?? node;
}

/** An empty value has no characters to point at. */
function isEmpty(node: Node | null): boolean {
  return (
    node === null ||
    (isScalar(node) && node.range !== undefined && node.range !== null && node.range[0] === node.range[1])
  );
}

/** Text under these keys is never looked at. */
function isCommentPath(path: JsonPath): boolean {
  return path.includes('_comment') || path.includes('_ignore');
}

function explainSyntaxError(code: string, message: string): { code: string; message: string; hint: string | null } {
  if (code === 'RESOURCE_EXHAUSTION') {
    return { code: 'yaml/too-deep', message: 'values are nested too deeply to be a config', hint: null };
  }
  const firstLine = message.split('\n')[0] ?? message;
  const plain = firstLine
    .replace(/ at line \d+, column \d+:?$/, '')
    .replace(/[.:]$/, '')
    .replace('"quote', 'double quote')
    .replace("'quote", 'single quote');
  const text = `this is not valid YAML: ${plain.charAt(0).toLowerCase()}${plain.slice(1)}`;
  return { code: 'yaml/syntax', message: text, hint: syntaxHints[code] ?? null };
}

const syntaxHints: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'indent with spaces',
  BAD_SCALAR_START: 'quote a text that begins with @, ` or %',
  BLOCK_AS_IMPLICIT_KEY: 'check the indentation, or quote a text that contains ": "',
  MULTILINE_IMPLICIT_KEY: 'check the indentation, or a missing ":" after a key',
  MISSING_CHAR: 'look for a missing quote, comma or bracket just before this place',
  BAD_INDENT: 'check the indentation',
};
