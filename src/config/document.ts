import { isMap, isScalar, isSeq, LineCounter, type Node, type Pair, type Scalar } from 'yaml';
import type { JsonPath, JsonValue } from '../lib/json.ts';
import { type Anchor, findUnusedAnchors } from './anchors.ts';
import type { Position, Range, RelatedLocation } from './diagnostic.ts';
import {
  type EnvOptions,
  type EnvTemplate,
  expandTemplate,
  hasStandIn,
  hideTemplates,
  replaceStandIns,
} from './env-template.ts';
import { NodeFinder } from './node-finder.ts';
import { scalarOffsets } from './scalar-offsets.ts';
import type { Source } from './source.ts';
import { readFirstDocument } from './yaml-syntax.ts';
import { type ValueEvents, ValueReader } from './yaml-value.ts';

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

/** A text scalar that is a vault reference as a whole, such as `{vault://env/token}`, with its place. */
export interface VaultReference {
  readonly value: string;
  readonly path: JsonPath;
  readonly range: Range;
}

const vaultReference = /^\{vault:\/\/.*\}$/s;

/** Which part of a key-value pair a finding is about. */
export type Part = 'key' | 'value';

/** A parsed config text: its value, and the only way from a path in that value to a place in the text. */
export class ConfigDocument {
  readonly source: Source;
  /** `null` when the text cannot be read at all. Objects have no prototype and may be shared; do not change them. */
  readonly value: JsonValue;
  /** False when {@link findings} tell that {@link value} is not worth looking at. */
  readonly isReadable: boolean;
  readonly findings: readonly TextFinding[];
  /** Whether there is a text that the value was read from. */
  readonly hasText: boolean;
  /** Vault references, once per place in the text; not those that nothing can come of, see {@link isIgnored}. */
  readonly vaultReferences: readonly VaultReference[];
  readonly #findings: TextFinding[] = [];
  readonly #lines = new LineCounter();
  readonly #finder: NodeFinder;
  readonly #root: Node | null;
  /** Scalars whose values came from the environment: they must not be shown. */
  readonly #fromEnv = new Set<Node>();
  /** What these scalars say. */
  readonly #envTexts = new Set<string>();
  #lastOffsets: { readonly node: Scalar; readonly offsets: readonly number[] | null } | null = null;

  /** @param value of a document that comes without a text, such as a request: nothing in it has a place */
  constructor(source: Source, env: EnvOptions, value?: JsonValue) {
    this.source = source.text.startsWith('\uFEFF') ? { ...source, text: source.text.slice(1) } : source;
    this.hasText = value === undefined;
    this.findings = this.#findings;
    const references: VaultReference[] = [];
    this.vaultReferences = references;
    if (value !== undefined) {
      this.#root = null;
      this.value = value;
      this.isReadable = true;
      this.#finder = new NodeFinder(null, new ValueReader(noOne));
      return;
    }
    const { text, templates } = hideTemplates(this.source.text);
    const { root, isReadable, problems } = readFirstDocument(text, this.#lines);
    for (const { start, end, ...problem } of problems) {
      this.#findings.push({ ...problem, range: this.#rangeBetween(start, end), path: [], related: [] });
    }
    if (/^ \s*[^\s#]/.test(this.source.text)) {
      const message = 'the file begins with a space, which decK refuses';
      const hint = 'remove the indentation of the whole file';
      const range = this.#rangeBetween(0, 1);
      this.#findings.push({ code: 'yaml/leading-space', message, hint, range, path: [], related: [] });
    }
    const reader = new ValueReader({
      finding: (code, node, path, message, hint, first) => {
        if (code === 'yaml/ambiguous-scalar' && isIgnored(path, reader)) return;
        const related = first === undefined ? [] : [this.#relate(first, 'the first one is here')];
        const location = { range: this.#rangeOf(node), related };
        this.#findings.push({ code, message, path, ...location, ...(hint === undefined ? {} : { hint }) });
      },
      expand: (scalar, node, path) => (hasStandIn(scalar) ? this.#expand(scalar, node, path, templates, env) : scalar),
      text: (value, node, path) => {
        if (!vaultReference.test(value) || isIgnored(path, reader)) return;
        references.push({ value, path: [...path], range: this.#rangeOf(node) });
      },
    });
    this.#root = root;
    this.value = reader.read(this.#root);
    this.#finder = new NodeFinder(this.#root, reader);
    this.isReadable = isReadable && !reader.isUseless && this.#checkRoot();
  }

  /**
   * Where `path` leads. A path that does not exist leads to the nearest parent that does: to its key, or to its first
   * key if it stands in a list. Through an alias or a merge key it leads to where the value is written; the alias is
   * in `related`.
   */
  locate(path: JsonPath, part: Part): Location {
    const { key, value, via, isExact } = this.#finder.find(path);
    const wantsKey = !isExact || part === 'key' || isEmpty(value) || isBlock(value) || path.length === 0;
    const node = wantsKey ? (key ?? firstKey(value)) : value;
    const related = via.map((alias) => this.#relate(alias, `used here through alias "*${alias.source}"`));
    return { range: this.#rangeOf(node), related };
  }

  /**
   * Where a part of the text scalar at `path` stands; `start` and `end` are offsets into its value. In a value that is
   * not written out, such as one from the environment, parts have no place of their own: then this is {@link locate}.
   */
  locateWithin(path: JsonPath, start: number, end: number): Location {
    const whole = this.locate(path, 'value');
    const { value: node, isExact } = this.#finder.find(path);
    if (!isExact || !isScalar(node) || typeof node.value !== 'string' || this.#fromEnv.has(node)) return whole;
    const offsets = this.#offsetsOf(node, node.value);
    const [from = 0] = node.range ?? [];
    const [first, last] = [offsets?.[start], offsets?.[Math.max(start, end - 1)]];
    if (first === undefined || last === undefined) return whole;
    const isEmptyPart = end <= start;
    return { ...whole, range: this.#rangeBetween(from + first, from + last + (isEmptyPart ? 0 : 1)) };
  }

  /** Many findings can be about parts of one text. */
  #offsetsOf(node: Scalar, value: string): readonly number[] | null {
    if (this.#lastOffsets?.node === node) return this.#lastOffsets.offsets;
    const [from, to] = node.range ?? [0, 0];
    const offsets = scalarOffsets(this.source.text.slice(from, to), node.type, value);
    this.#lastOffsets = { node, offsets };
    return offsets;
  }

  /** Whether the value at `path` came, wholly or in part, from an environment variable. */
  isFromEnv(path: JsonPath): boolean {
    if (this.#fromEnv.size === 0) return false;
    const { value, isExact } = this.#finder.find(path);
    return isExact && value !== null && this.#fromEnv.has(value);
  }

  /** Whether anything at all came from the environment. */
  get hasEnvTexts(): boolean {
    return this.#envTexts.size > 0;
  }

  /** Whether a scalar somewhere says this and has it from the environment; quicker than {@link isFromEnv}. */
  hasEnvText(text: string): boolean {
    return this.#envTexts.has(text);
  }

  /** The characters of the scalar at `path`, as written; `null` for anything else. */
  written(path: JsonPath): string | null {
    const { value, isExact } = this.#finder.find(path);
    if (!isExact || !isScalar(value) || value.range === undefined || value.range === null) return null;
    return this.source.text.slice(value.range[0], value.range[1]);
  }

  /** Every key-value pair of the text whose key is a text, for looking at keys wherever they are. */
  *pairs(): Generator<{ readonly key: string; readonly value: Node }> {
    const stack: (Node | null)[] = [this.#root];
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      if (isSeq(node)) for (const item of node.items) stack.push(item as Node | null);
      if (!isMap(node)) continue;
      for (const item of node.items) {
        const pair = item as Pair<Node, Node | null>;
        if (pair.value === null) continue;
        if (isScalar(pair.key)) yield { key: String(pair.key.value), value: pair.value };
        stack.push(pair.value);
      }
    }
  }

  /** Anchors that no alias uses, in the order of the text. */
  unusedAnchors(): readonly Anchor[] {
    return findUnusedAnchors(this.#root);
  }

  #checkRoot(): boolean {
    if (isMap(this.#finder.find([]).value)) return true;
    const isBlank = this.value === null;
    const kind = Array.isArray(this.value) ? 'a list' : 'a single value';
    this.#findings.push({
      code: isBlank ? 'yaml/empty' : 'yaml/not-a-map',
      message: isBlank ? 'the file is empty' : `expected a map with "_format_version" and entities, found ${kind}`,
      hint: 'start with: _format_version: "3.0"',
      range: isBlank ? this.#rangeBetween(0, 0) : this.#rangeOf(this.#root),
      path: [],
      related: [],
    });
    return false;
  }

  #expand(text: string, node: Node, path: JsonPath, templates: readonly EnvTemplate[], env: EnvOptions): string {
    this.#fromEnv.add(node);
    const said = new Set<string>();
    const expanded = replaceStandIns(text, templates, (template) => {
      const expansion = expandTemplate(template.expression, env);
      if (expansion.ok) return expansion.text;
      const range = this.#rangeBetween(template.start, template.end);
      const { code, message } = expansion;
      if (!said.has(message)) this.#findings.push({ code, message, range, path: [...path], related: [] });
      said.add(message);
      return 'unknown';
    });
    this.#envTexts.add(expanded);
    return expanded;
  }

  #relate(node: Node, message: string): RelatedLocation {
    return { file: this.source.name, range: this.#rangeOf(node), message };
  }

  #rangeOf(node: Node | null): Range {
    const [start, end] = node?.range ?? [0, 0];
    return this.#rangeBetween(start, end);
  }

  #rangeBetween(start: number, end: number): Range {
    const { length } = this.source.text;
    const from = Math.min(start, length);
    return { start: this.#position(from), end: this.#position(Math.min(Math.max(from, end), length)) };
  }

  #position(offset: number): Position {
    const { line, col } = this.#lines.linePos(offset);
    return line === 0 ? { line: 1, column: offset + 1, offset } : { line, column: col, offset };
  }
}

/** For a document without a text, in which nothing is read. */
const noOne: ValueEvents = { finding: () => undefined, expand: (scalar) => scalar, text: () => undefined };

function firstKey(node: Node | null): Node | null {
  const pair = isMap(node) ? (node.items[0] as Pair<Node> | undefined) : undefined;
  return pair?.key ?? node;
}

/** An empty value has no characters to point at. */
function isEmpty(node: Node | null): boolean {
  return node === null || (isScalar(node) && (node.range?.[0] ?? 0) === (node.range?.[1] ?? 0));
}

/** A map or list over several lines is pointed at by its key: its first line is about something else. */
function isBlock(node: Node | null): boolean {
  return (isMap(node) || isSeq(node)) && node.flow !== true;
}

/** Nothing comes of what stands below these keys, unless an anchor makes it available elsewhere. */
function isIgnored(path: JsonPath, reader: ValueReader): boolean {
  return !reader.isInAnchor && (path.includes('_comment') || path.includes('_ignore'));
}
