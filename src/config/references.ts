import { allKinds, type EntityKind, entityKinds } from '../entities/kinds.ts';
import { isJsonObject, type JsonPath, type JsonValue } from '../lib/json.ts';
import { nearest } from '../lib/nearest.ts';
import { type Draft, type DraftSet, isMembership, listOf, parentOf, textOf } from './draft.ts';
import { type EntityIndex, type Referable, type Reference, readReference } from './entity-index.ts';
import { unsureKinds } from './unsure-kinds.ts';
import type { Findings } from './findings.ts';

/** What the references of one entity lead to. */
export interface ResolvedReferences {
  /** Ids by field. */
  readonly ids: Readonly<Record<string, string>>;
  /** True when one of them leads outside the files (`_info.default_lookup_tags`) or nowhere. */
  readonly isIncomplete: boolean;
}

/** What is known about entities that are not in the files. */
export interface Outside {
  /** Kinds that may live outside the files. */
  readonly kinds: ReadonlySet<string>;
  /** True when a file could not be read: what is missing may be in there. */
  readonly isPartial: boolean;
}

/** Resolves all references and reports those that lead nowhere. */
export function resolveReferences(
  drafts: DraftSet,
  index: EntityIndex,
  outside: Outside,
  findings: Findings,
): ReadonlyMap<Draft, ResolvedReferences> {
  const resolved = new Map<Draft, ResolvedReferences>();
  const resolver = new Resolver(index, outside, findings);
  for (const kind of allKinds) {
    const facts = entityKinds[kind];
    const fields = Object.entries(facts.references);
    for (const draft of drafts[kind]) {
      const ids: Record<string, string> = {};
      let isIncomplete = false;
      for (const [field, target] of fields) {
        const id = resolver.resolve(draft, field, target);
        if (id === null) isIncomplete = true;
        else if (id !== undefined) ids[field] = id;
        else if (facts.required.includes(field)) isIncomplete = resolver.reportMissing(draft, field);
      }
      resolved.set(draft, { ids, isIncomplete });
    }
  }
  for (const draft of drafts.plugins) resolver.checkPartials(draft);
  return resolved;
}

/** Looking for the nearest name costs as much as there are names. */
const MAX_HINTS = 200;

class Resolver {
  readonly #index: EntityIndex;
  readonly #outside: Outside;
  readonly #findings: Findings;

  /** Kinds of which some entity could not be read as what it is: what refers to them is not judged. */
  readonly #unsure: ReadonlySet<EntityKind>;
  #hints = 0;

  constructor(index: EntityIndex, outside: Outside, findings: Findings) {
    this.#index = index;
    this.#unsure = unsureKinds(findings.errors(), (file, path) => findings.isList(file, path));
    this.#outside = outside;
    this.#findings = findings;
  }

  /** The id a field leads to; `undefined` when it is not set, `null` when it leads nowhere. */
  resolve(draft: Draft, field: string, target: EntityKind): string | null | undefined {
    const parent = parentOf(draft, field);
    const given = draft.given[field] ?? draft.fields[field];
    const reference = readReference(given);
    if (reference === null) {
      if (parent !== null) return this.#index.idOf(parent);
      // A value of another form has a finding of its own.
      return isBlank(given) ? undefined : null;
    }
    const found = this.#find(target, reference);
    const path: JsonPath = [...draft.path, field, ...reference.path];
    if (found !== null) this.#checkName(draft, target, found, [field], given);
    if (parent !== null) {
      if (found?.id === this.#index.idOf(parent)) return found.id;
      if (found === null && this.#isUnsure(target, reference.text)) return null;
      const message = `this ${labelOf(draft)} stands inside another ${spoken(field)} than the one it names; "${field}" must be left out here`;
      this.#findings.add('reference/parent', draft.document, path, message, { hint: `remove "${field}"` });
      return null;
    }
    if (found !== null) return found.id;
    this.#reportDangling(draft, target, reference, path);
    return null;
  }

  /** @returns true: without it the entity is of no use */
  reportMissing(draft: Draft, field: string): true {
    const isMisspelt = Object.keys(draft.given).some((key) => key !== field && nearest(key, [field]) !== null);
    const isNamed = (draft.given[field] ?? null) !== null;
    if (isMisspelt || isNamed) return true;
    const message = `"${field}" is missing: nothing says which ${spoken(field)} this ${labelOf(draft)} belongs to`;
    const hint = `name it, or write the ${labelOf(draft)} inside its ${spoken(field)}`;
    this.#findings.add('reference/missing', draft.document, [...draft.path, field], message, { at: 'key', hint });
    return true;
  }

  /** Partials of a plugin are a list of links, each with the place in the config that it fills. */
  checkPartials(draft: Draft): void {
    for (const [index, link] of listOf(draft.fields.partials).entries()) {
      const reference = readReference(link);
      if (reference === null) {
        this.#checkNamed(draft, index, link);
        continue;
      }
      const found = this.#find('partials', reference);
      if (found !== null) this.#checkName(draft, 'partials', found, ['partials', index], link);
      else this.#reportDangling(draft, 'partials', reference, [...draft.path, 'partials', index, ...reference.path]);
    }
  }

  /**
   * A link with nothing but a place says nothing; one with other keys or values has findings of its own. A warning:
   * decK's own tests have files with such links.
   */
  #checkNamed(draft: Draft, index: number, link: JsonValue): void {
    if (!isJsonObject(link) || (link.path ?? null) === null) return;
    const isBare = Object.entries(link).every(([key, value]) => key === 'path' || (isLinkName(key) && value === null));
    if (!isBare) return;
    const message = 'nothing says which partial this link means: "id" and "name" are missing';
    const place: JsonPath = [...draft.path, 'partials', index];
    const hint = 'name the partial';
    this.#findings.add('reference/missing', draft.document, place, message, { hint, severity: 'warning' });
  }

  /** Kong looks at the id only, so that a name beside it can be that of another entity without being noticed. */
  #checkName(draft: Draft, target: EntityKind, found: Referable, at: JsonPath, given: JsonValue | undefined): void {
    const { nameField, label } = entityKinds[target];
    if (nameField === null || found.name === null || !isJsonObject(given) || textOf(given.id) === null) return;
    const name = textOf(given[nameField]);
    if (name === null || name === found.name || this.#isUnsure(target, name)) return;
    const path = [...draft.path, ...at, nameField];
    const message = `the ${label} with this id is "${found.name}", not "${name}": Kong goes by the id`;
    this.#findings.add('reference/mismatch', draft.document, path, message, {
      hint: 'leave one of "id" and the name out',
    });
  }

  /** Whether the entity may be there, with an error that keeps it from being found. */
  #isUnsure(target: EntityKind, text: string): boolean {
    return this.#unsure.has(target) || this.#index.maybeMeant(target, text);
  }

  #find(kind: EntityKind, { text, by }: Reference): Referable | null {
    if (by === 'id') return this.#index.findById(kind, text);
    return by === 'name' ? this.#index.findByName(kind, text) : this.#index.find(kind, text);
  }

  /** decK writes memberships and partial links of entities that it leaves in the gateway: then it lists none of them. */
  #isMaybeElsewhere(draft: Draft, target: EntityKind): boolean {
    const isLink = target === 'partials' || isMembership(draft);
    return isLink && this.#index.isEmpty(target);
  }

  #reportDangling(draft: Draft, target: EntityKind, { text, by }: Reference, path: JsonPath): void {
    if (this.#outside.isPartial || this.#isUnsure(target, text)) return;
    const label = entityKinds[target].label;
    if (this.#outside.kinds.has(target) || this.#isMaybeElsewhere(draft, target)) {
      const message = `${label} "${text}" is not in the files, so this ${labelOf(draft)} has no effect in gw`;
      this.#findings.add('reference/outside', draft.document, path, message);
      return;
    }
    const isSecret = entityKinds[target].hasSecretNames;
    const isHinted = by !== 'id' && !isSecret && this.#hints++ < MAX_HINTS;
    const meant = isHinted ? nearest(text, this.#index.names(target)) : null;
    const message = isSecret ? `there is no such ${label}` : `there is no ${label} "${text}"`;
    const hint = meant === null ? null : `did you mean "${meant}"?`;
    this.#findings.add('reference/dangling', draft.document, path, message, { hint });
  }
}

function labelOf(draft: Draft): string {
  return entityKinds[draft.kind].label;
}

function isLinkName(key: string): boolean {
  return key === 'id' || key === 'name';
}

/** A field name as words: `consumer_group` is a consumer group. */
function spoken(field: string): string {
  return field.replaceAll('_', ' ');
}

/** Nothing, or what Lua takes for an empty map. */
function isBlank(value: JsonValue | undefined): boolean {
  if (value === undefined || value === null) return true;
  return isJsonObject(value) ? Object.keys(value).length === 0 : Array.isArray(value) && value.length === 0;
}
