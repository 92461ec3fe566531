import { textOf, textsOf } from '../../config/draft.ts';
import { allKinds, type EntityKind, entityKinds } from '../../entities/kinds.ts';
import { isJsonObject, type JsonObject } from '../../lib/json.ts';
import { nameOf } from '../context.ts';
import type { LintRule } from '../rule.ts';

const kindNames = allKinds.filter((kind) => entityKinds[kind].nameField !== null && !entityKinds[kind].hasSecretNames);

/** Entities that nobody can be told about. */
export const unnamedEntity: LintRule = {
  name: 'unnamed-entity',
  severity: 'off',
  title: 'an entity without a name',
  explanation:
    'A name makes an entity findable in logs, metrics and findings, and lets decK and gw tell what has changed. Kong ' +
    'derives the id of an entity from its name; without one it gets a random id at each start.',
  bad: `services:
- name: orders
  url: https://orders.internal
  routes:
  - paths: [/orders]`,
  good: `services:
- name: orders
  url: https://orders.internal
  routes:
  - name: orders
    paths: [/orders]`,
  options: {
    type: 'object',
    additionalProperties: false,
    properties: {
      kinds: {
        type: 'array',
        items: { enum: ['services', 'routes', 'consumers', 'partials', 'keys', 'key_sets'] },
        default: ['services', 'routes'],
        description: 'which kinds need a name',
      },
    },
  },
  check(context, report, options) {
    for (const kind of kindsIn(options)) {
      const { nameField, label } = entityKinds[kind];
      for (const draft of context.all(kind)) {
        if (nameField === null || textOf(draft.fields[nameField]) !== null) continue;
        report({ place: draft, message: `this ${label} has no "${nameField}"` });
      }
    }
  },
};

/** Names after a pattern. */
export const namingConvention: LintRule = {
  name: 'naming-convention',
  severity: 'off',
  title: 'a name does not follow the convention',
  explanation:
    'The option "patterns" has a regular expression per kind of entity (services, routes, consumers, upstreams, …) ' +
    'that names must match as a whole. Without it, names of services and routes are lower-case words with "-" between.',
  bad: `services:
- name: OrdersService
  url: https://orders.internal
  routes:
  - name: orders
    paths: [/orders]`,
  good: `services:
- name: orders
  url: https://orders.internal
  routes:
  - name: orders
    paths: [/orders]`,
  options: {
    type: 'object',
    additionalProperties: false,
    properties: {
      patterns: {
        type: 'object',
        propertyNames: { enum: kindNames },
        additionalProperties: { type: 'string', format: 'regex' },
        default: { services: '[a-z0-9]+(-[a-z0-9]+)*', routes: '[a-z0-9]+(-[a-z0-9]+)*' },
        description: 'a regular expression per kind',
      },
    },
  },
  check(context, report, { patterns }) {
    for (const [kind, source] of Object.entries(isJsonObject(patterns) ? patterns : {})) {
      if (typeof source !== 'string') continue;
      const pattern = new RegExp(`^(?:${source})$`, 'u');
      const { nameField, label } = entityKinds[kind as EntityKind];
      for (const draft of context.all(kind as EntityKind)) {
        const name = nameField === null ? null : textOf(draft.fields[nameField]);
        if (nameField === null || name === null || pattern.test(name)) continue;
        const message = `${label} "${name}" does not match the pattern "${source}"`;
        report({ place: draft, path: [nameField], message });
      }
    }
  },
};

/** Entities that say whose they are. */
export const missingTags: LintRule = {
  name: 'missing-tags',
  severity: 'off',
  title: 'an entity without the tags it should have',
  explanation:
    'Tags tell whose an entity is and let decK work on a part of a gateway. Each entity of the kinds in "kinds" needs a ' +
    'tag; with "patterns", one that matches each of these regular expressions. "_info.select_tags" counts.',
  bad: `services:
- name: orders
  url: https://orders.internal
  routes:
  - name: orders
    tags: [team-shop]
    paths: [/orders]`,
  good: `services:
- name: orders
  url: https://orders.internal
  tags: [team-shop]
  routes:
  - name: orders
    tags: [team-shop]
    paths: [/orders]`,
  options: {
    type: 'object',
    additionalProperties: false,
    properties: {
      kinds: {
        type: 'array',
        items: { enum: allKinds.filter((kind) => !entityKinds[kind].hasSecretNames) },
        default: ['services', 'routes'],
        description: 'which kinds need tags',
      },
      patterns: {
        type: 'array',
        items: { type: 'string', format: 'regex' },
        default: [],
        description: 'regular expressions; each needs a tag that matches it as a whole',
      },
    },
  },
  check(context, report, options) {
    const patterns = textsOf(options.patterns).map(([, source]) => new RegExp(`^(?:${source})$`, 'u'));
    for (const kind of kindsIn(options)) {
      for (const draft of context.all(kind)) {
        const tags = textsOf(draft.fields.tags).map(([, tag]) => tag);
        const lacking = patterns.find((pattern) => !tags.some((tag) => pattern.test(tag)));
        if (tags.length > 0 && lacking === undefined) continue;
        const path = tags.length > 0 ? ['tags'] : [];
        const what =
          tags.length === 0 ? 'has no tags' : `has no tag that matches "${lacking?.source.slice(4, -2) ?? ''}"`;
        report({ place: draft, path, message: `${nameOf(draft)} ${what}` });
      }
    }
  },
};

function kindsIn(options: JsonObject): readonly EntityKind[] {
  return textsOf(options.kinds).map(([, kind]) => kind as EntityKind);
}
