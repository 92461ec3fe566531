import { type Collection, collections, type Pair, pairs } from '../../../src/admin/routes/collections.ts';
import { entityKinds } from '../../../src/entities/kinds.ts';
import { componentName, reference } from './component-schemas.ts';
import type { Operation } from './operation.ts';

const paging = ['size', 'offset', 'tags'];

/** Everything that is done with single entities, by the table that the endpoints are made of. */
export function entityOperations(): readonly Operation[] {
  return [
    ...collections.filter(({ isNestedOnly }) => !isNestedOnly).flatMap(collectionOperations),
    ...pairs.flatMap((pair) => [...nestedOperations(pair), ...(pair.hasWayUp ? upwardOperations(pair) : [])]),
  ];
}

function collectionOperations(collection: Collection): readonly Operation[] {
  const { kind, name } = collection;
  const lists = {
    path: `/${name}`,
    where: '',
    query: kind === 'consumers' ? [...paging, 'custom_id'] : paging,
    isNested: false,
  };
  const [list, make] = listOperations(collection, lists);
  const [show, ...others] = oneOperations(collection, `/${name}/:key`, '', false);
  // A group alone comes with its members and plugins.
  const wrapped = { '200': reference('ConsumerGroupWithMembers') };
  const alone = kind === 'consumer_groups' ? { answers: wrapped, query: ['list_consumers'] } : {};
  return [list, make, { ...show, ...alone }, ...others];
}

function nestedOperations({ parent, child }: Pair): readonly Operation[] {
  const path = `/${parent.name}/:key/${child.nestedName}`;
  const where = ` of ${one(entityKinds[parent.kind].label)}`;
  return [
    ...listOperations(child, { path, where, query: paging, isNested: true }),
    ...oneOperations(child, `${path}/:child`, where, true),
  ];
}

interface Listed {
  readonly path: string;
  /** After the name of what is listed. */
  readonly where: string;
  readonly query: readonly string[];
  readonly isNested: boolean;
}

function listOperations({ kind }: Collection, { path, where, query, isNested }: Listed): [Operation, Operation] {
  const { label } = entityKinds[kind];
  const name = componentName(kind);
  const common = { path, tag: kind };
  const missing = isNested ? (['NotFound'] as const) : [];
  return [
    {
      ...{ ...common, method: 'GET', summary: `List ${plural(label)}${where}`, query },
      answers: { '200': reference(`${name}Page`) },
      refusals: ['Problem', ...missing],
    },
    {
      ...{ ...common, method: 'POST', summary: `Make ${one(label)}${where}` },
      body: reference(`${name}Body`),
      answers: { '201': reference(name) },
      refusals: ['Problem', ...missing, 'WritesOff', 'Conflict', 'Unsupported'],
    },
  ];
}

type FourOperations = [Operation, Operation, Operation, Operation];

function oneOperations({ kind }: Collection, path: string, where: string, isNested: boolean): FourOperations {
  const { label } = entityKinds[kind];
  const answers = { '200': reference(componentName(kind)) };
  const body = reference(`${componentName(kind)}Body`);
  const common = { path, tag: kind, answers };
  return [
    { ...common, method: 'GET', summary: `Show ${one(label)}${where}`, refusals: ['NotFound'] },
    {
      ...{ ...common, method: 'PUT', summary: `Put ${one(label)}${where} in place of another, or make it`, body },
      refusals: ['Problem', ...(isNested ? (['NotFound'] as const) : []), 'WritesOff', 'Conflict', 'Unsupported'],
    },
    {
      ...{ ...common, method: 'PATCH', summary: `Change fields of ${one(label)}${where}`, body },
      refusals: ['Problem', 'NotFound', 'WritesOff', 'Conflict', 'Unsupported'],
    },
    {
      ...{ ...common, method: 'DELETE', summary: `Remove ${one(label)}${where}`, answers: { '204': null } },
      refusals: ['Problem', ...(isNested ? (['NotFound'] as const) : []), 'WritesOff'],
    },
  ];
}

function upwardOperations({ parent, child, field }: Pair): readonly Operation[] {
  const where = ` that ${one(entityKinds[child.kind].label)} refers to`;
  const [show, put, patch, remove] = oneOperations(parent, `/${child.name}/:key/${field}`, where, true);
  const refused = { summary: 'Not possible: remove it by its own path', answers: {} };
  return [show, put, patch, { ...remove, ...refused, refusals: ['NotFound', 'WritesOff'] }];
}

function plural(label: string): string {
  return label.endsWith('y') ? `${label.slice(0, -1)}ies` : `${label}s`;
}

function one(label: string): string {
  return `${/^(?:[aeio]|up|SNI|mtls|hmac)/i.test(label) ? 'an' : 'a'} ${label}`;
}
