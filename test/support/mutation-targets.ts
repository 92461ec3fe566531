import { isAlias, isMap, isScalar, isSeq, parseDocument, type Node, type Pair, type Scalar, type YAMLMap } from 'yaml';
import type { JsonPath, JsonSchema } from '../../src/lib/json.ts';
import { entityList, neededFields, referenceFields, uniqueFields } from './entity-facts.ts';
import { below, knownKeys, knownTypes, knownValues, type Place, type SchemaFacts } from './schema-facts.ts';

/** What is done to a file. */
export const mutationKinds = [
  ...(['rename key', 'wrong type', 'remove required', 'bad value', 'out of range'] as const),
  ...(['dangling reference', 'duplicate name'] as const),
] as const;

/** One of {@link mutationKinds}. */
export type MutationKind = (typeof mutationKinds)[number];

/** A key-value pair whose key is a text. */
export type TextPair = Pair<Scalar, Node | null>;

/** A place where a mutation must be noticed, by what schemas and Kong's rules say. */
export interface Target {
  readonly kind: MutationKind;
  readonly path: JsonPath;
  /** The map around, and which of its pairs it is; `null` for list items. */
  readonly map: YAMLMap | null;
  readonly pair: TextPair | null;
  readonly value: Node | null;
  /** Keys, types, values or texts that would be right here, so that the mutation avoids them. */
  readonly right: ReadonlySet<string>;
  /** For numbers: one that is out of range. For duplicates: the texts that others have, with their nodes. */
  readonly wrong: readonly (readonly [string, Node | null])[];
}

/** Everything in a text that can be mutated so that a checker must notice; `null` if the text is not plain YAML. */
export function findTargets(text: string, facts: SchemaFacts): readonly Target[] | null {
  const document = parseDocument(text, { uniqueKeys: true, merge: true, logLevel: 'silent' });
  if (document.errors.length > 0 || text.includes('${{')) return null;
  const finder = new TargetFinder(facts, document.contents, text);
  finder.visit(document.contents, { schema: facts.root, file: facts.root }, [], null, null);
  return [...finder.targets, ...finder.duplicates()];
}

class TargetFinder {
  readonly targets: Target[] = [];
  readonly #facts: SchemaFacts;
  readonly #hasDefaults: boolean;
  readonly #hasLookups: boolean;
  readonly #isAliased: boolean;
  /** By list and unique field: the entities that have it. */
  readonly #named = new Map<string, { readonly target: Target; readonly text: string }[]>();
  readonly #text: string;
  /** Plugins whose config is merged over another, or has partials filled in. */
  readonly #shared = new Set<string>();

  constructor(facts: SchemaFacts, root: Node | null, text: string) {
    this.#facts = facts;
    this.#text = text;
    this.#hasDefaults = isMap(root) && root.getIn(['_info', 'defaults']) !== undefined;
    this.#hasLookups = isMap(root) && root.getIn(['_info', 'default_lookup_tags']) !== undefined;
    this.#isAliased = /(?:^|[\s[{,])\*\w/.test(text);
  }

  visit(node: Node | null, given: Place | null, path: JsonPath, map: YAMLMap | null, pair: TextPair | null): void {
    // What is repeated elsewhere may be right here and wrong there.
    if (node === null || isAlias(node) || (this.#isAliased && hasAnchor(node))) return;
    const place = given === null ? null : this.#facts.follow(given.schema, given.file);
    if (place !== null) this.#addValue(node, place.schema, path, map, pair);
    if (isSeq(node)) {
      const items = place === null ? null : below(place.schema, 0);
      for (const [index, item] of node.items.entries()) {
        this.visit(
          item as Node | null,
          items === null || place === null ? null : { ...place, schema: items },
          [...path, index],
          null,
          null,
        );
      }
    }
    if (isMap(node)) this.#visitMap(node, place, path);
  }

  #visitMap(map: YAMLMap, place: Place | null, path: JsonPath): void {
    const pairs = textPairs(map);
    if (pairs === null) return;
    const list = entityList(path);
    if (list === 'plugins' && (map.has('_config') || map.has('partials'))) this.#shared.add(JSON.stringify(path));
    const known = place === null ? null : knownKeys(place.schema);
    const needed = this.#neededKeys(map, place?.schema ?? {}, list, path);
    for (const pair of pairs) {
      const key = String(pair.key.value);
      const at = [...path, key];
      if (known?.has(key) === true) this.#add('rename key', at, map, pair, known, []);
      if (needed.has(key)) this.#add('remove required', at, map, pair, new Set(), []);
      if (list !== null) this.#addEntityField(list, at, map, pair);
      if (key === '_comment' || key === '_ignore' || key === '_plugin_configs') continue;
      this.visit(pair.value, this.#placeBelow(place, map, list, key), at, map, pair);
    }
  }

  #placeBelow(place: Place | null, map: YAMLMap, list: string | null, key: string): Place | null {
    if (list === 'plugins' && key === 'config') {
      const schema = this.#facts.pluginConfig(String(map.get('name')));
      return schema === null ? null : { schema, file: schema };
    }
    const schema = place === null ? null : below(place.schema, key);
    return schema === null || place === null ? null : { ...place, schema };
  }

  /** Keys that must be there, unless something else in the file could bring them. */
  #neededKeys(map: YAMLMap, schema: JsonSchema, list: string | null, path: JsonPath): ReadonlySet<string> {
    if (this.#hasDefaults || this.#isAliased) return new Set();
    if (path.includes('config') && !this.#ownsConfig(path)) return new Set();
    const required = Array.isArray(schema.required) && schema.anyOf === undefined && schema.oneOf === undefined;
    const keys = new Set(required ? (schema.required as readonly string[]) : []);
    const choice = neededFields(list ?? '').filter((field) => map.has(field));
    if (choice.length === 1 && choice[0] !== undefined) keys.add(choice[0]);
    if (path.length === 0) keys.add('_format_version');
    return keys;
  }

  /** Whether the config at `path` is complete by itself: not merged over another, no partial filled in. */
  #ownsConfig(path: JsonPath): boolean {
    return !this.#shared.has(JSON.stringify(path.slice(0, path.indexOf('config'))));
  }

  #addEntityField(list: string, path: JsonPath, map: YAMLMap, pair: TextPair): void {
    const field = String(pair.key.value);
    const { value } = pair;
    if (list === 'plugins' && field === 'name' && isScalar(value)) {
      this.#add('bad value', path, map, pair, new Set([String(value.value)]), []);
    }
    if (field in referenceFields(list)) {
      const inner = isMap(value) ? (textPairs(value) ?? []) : [];
      const own = isScalar(value) && typeof value.value === 'string' ? [[pair, path] as const] : [];
      for (const [reference, at] of [
        ...own,
        ...inner.map((each) => [each, [...path, String(each.key.value)]] as const),
      ]) {
        if (!isScalar(reference.value)) continue;
        if (!this.#hasLookups) this.#add('dangling reference', at, map, reference, new Set(), []);
      }
    }
    if (!uniqueFields(list).includes(field) || !isScalar(value) || typeof value.value !== 'string') return;
    const key = `${list}.${field}`;
    const target = { kind: 'duplicate name', path, map, pair, value, right: new Set<string>(), wrong: [] } as const;
    this.#named.set(key, [...(this.#named.get(key) ?? []), { target, text: value.value }]);
  }

  /** Names that nothing refers to, each with those that are taken by an entity before it. */
  duplicates(): readonly Target[] {
    return [...this.#named.values()].flatMap((entries) =>
      entries.flatMap(({ target, text }, index) => {
        const wrong = entries.slice(0, index).map((other) => [other.text, other.target.value] as const);
        return wrong.length === 0 || this.#isMentioned(text) ? [] : [{ ...target, wrong }];
      }),
    );
  }

  /** Whether a name stands in the text more than once: it may be referred to. */
  #isMentioned(name: string): boolean {
    return this.#text.indexOf(name) !== this.#text.lastIndexOf(name);
  }

  #addValue(node: Node, schema: JsonSchema, path: JsonPath, map: YAMLMap | null, pair: TextPair | null): void {
    const types = knownTypes(schema);
    const isNull = isScalar(node) && node.value === null;
    if (types !== null && path.length > 0 && !isNull) this.#add('wrong type', path, map, pair, types, [], node);
    const values = knownValues(schema);
    if (values !== null && isScalar(node) && typeof node.value === 'string') {
      this.#add('bad value', path, map, pair, new Set(values), [], node);
    }
    const { minimum, maximum } = schema;
    const wrong = [
      typeof maximum === 'number' ? [maximum + 1] : [],
      typeof minimum === 'number' ? [minimum - 1] : [],
    ].flat();
    if (wrong.length > 0 && isScalar(node) && typeof node.value === 'number' && types !== null) {
      this.#add(
        'out of range',
        path,
        map,
        pair,
        new Set(),
        wrong.map((number) => [String(number), null]),
        node,
      );
    }
  }

  #add(
    kind: MutationKind,
    path: JsonPath,
    map: YAMLMap | null,
    pair: TextPair | null,
    right: ReadonlySet<string>,
    wrong: Target['wrong'],
    value: Node | null = pair?.value ?? null,
  ): void {
    this.targets.push({ kind, path, map, pair, value, right, wrong });
  }
}

function hasAnchor(node: Node): boolean {
  return (isScalar(node) || isMap(node) || isSeq(node)) && node.anchor !== undefined;
}

/** The pairs of a map with text keys; `null` when it has merge keys or others, whose effect is not ours to judge. */
function textPairs(map: YAMLMap): readonly TextPair[] | null {
  const pairs = map.items as readonly Pair<Node, Node | null>[];
  return pairs.every(({ key }) => isScalar(key) && key.value !== '<<' && key.anchor === undefined)
    ? (pairs as readonly TextPair[])
    : null;
}
