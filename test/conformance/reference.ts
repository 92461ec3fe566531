import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/lib/package-info.ts';

/** A schema as Kong's documentation publishes it (OpenAPI's dialect). */
export interface ReferenceSchema {
  readonly type?: string;
  readonly enum?: readonly (string | number)[];
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, ReferenceSchema>>;
  readonly required?: readonly string[];
  readonly items?: ReferenceSchema;
  readonly additionalProperties?: boolean | ReferenceSchema;
  readonly oneOf?: readonly ReferenceSchema[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly nullable?: boolean;
  readonly 'x-lua-required'?: boolean;
  readonly 'x-referenceable'?: boolean;
  readonly 'x-encrypted'?: boolean;
  readonly 'x-speakeasy-type-override'?: string;
}

/** What is published about a plugin. */
export interface ReferencePlugin {
  readonly properties: {
    readonly config: ReferenceSchema;
    readonly protocols: ReferenceSchema;
    readonly consumer?: ReferenceSchema;
    readonly consumer_group?: ReferenceSchema;
    readonly route?: ReferenceSchema;
    readonly service?: ReferenceSchema;
  };
  readonly 'x-supported-partials'?: readonly { readonly name: string; readonly paths: readonly string[] }[];
}

const folder = join(packageRoot, '../shared/kong-reference');

/** Whether the published data is on this machine. */
export function hasReference(): boolean {
  return existsSync(folder);
}

/** Names of all plugins there is data about. */
export function referenceNames(): readonly string[] {
  return readdirSync(join(folder, 'plugins'))
    .map((file) => file.replace(/\.json$/, ''))
    .sort();
}

/** What is published about one plugin. */
export function readReference(name: string): ReferencePlugin {
  return JSON.parse(readFileSync(join(folder, 'plugins', `${name}.json`), 'utf8')) as ReferencePlugin;
}

/** What is published about the configs of partials, by type. */
export function readPartials(): Readonly<Record<string, ReferenceSchema>> {
  const { schemas } = JSON.parse(readFileSync(join(folder, 'entities.json'), 'utf8')) as {
    readonly schemas: { readonly Partial: { readonly oneOf: readonly PartialVariant[] } };
  };
  const variants = schemas.Partial.oneOf.map(({ properties }) => [properties.type.const, properties.config] as const);
  return Object.fromEntries(variants);
}

interface PartialVariant {
  readonly properties: { readonly type: { readonly const: string }; readonly config: ReferenceSchema };
}

/** Dotted paths, beginning with `config.`, of fields that take vault references, by plugin. */
export function readReferenceable(): Readonly<Record<string, readonly string[]>> {
  const text = readFileSync(join(folder, 'plugin-referenceable-fields.json'), 'utf8');
  return JSON.parse(text) as Readonly<Record<string, readonly string[]>>;
}

/** Priorities by plugin. */
export function readPriorities(): Readonly<Record<string, number>> {
  const text = readFileSync(join(folder, 'plugin-priorities.json'), 'utf8');
  return (JSON.parse(text) as { readonly priorities: Readonly<Record<string, number>> }).priorities;
}
