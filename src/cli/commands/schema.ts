import { Command } from 'commander';
import type { EditorSchemaParts } from '../../config/editor-schema.ts';
import type { JsonSchema } from '../../lib/json.ts';
import { nearest } from '../../lib/nearest.ts';
import { printResult } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';

const examples = `
Examples:
  gw schema                        the whole file, for editors (draft-07)
  gw schema > kong.schema.json     then, in kong.yml: # yaml-language-server: $schema=./kong.schema.json
  gw schema openid-connect         the config of one plugin
  gw schema route                  one kind of entity
  gw schema --list                 what there is`;

/** Declares `gw schema`. */
export function schemaCommand(): Command {
  return new Command('schema')
    .description('print a JSON Schema: of the whole file, of an entity or of the config of a plugin')
    .argument('[name]', 'a plugin such as openid-connect, or an entity such as route')
    .option('--list', 'print the names of entities and plugins')
    .addHelpText('after', examples)
    .action(async (name: string | undefined, flags: { readonly list?: true }) => {
      const { readSchemaFolder } = await import('../../config/schema-folder.ts');
      const parts = readSchemaFolder();
      if (flags.list === true) {
        printResult([...Object.keys(parts.entities), ...Object.keys(parts.plugins)].join('\n'));
        return;
      }
      const { bundleEditorSchema } = await import('../../config/editor-schema.ts');
      printResult(JSON.stringify(chooseSchema(name ?? null, parts, bundleEditorSchema(parts)), null, 2));
    });
}

/** A plugin's config stands alone; an entity needs those that may be nested in it. */
function chooseSchema(name: string | null, parts: EditorSchemaParts, whole: JsonSchema): JsonSchema {
  if (name === null) return whole;
  if (Object.hasOwn(parts.entities, name)) {
    return { $schema: whole.$schema ?? '', $ref: `#/definitions/${name}`, definitions: whole.definitions ?? {} };
  }
  const schema = Object.hasOwn(parts.plugins, name) ? parts.plugins[name] : undefined;
  if (schema !== undefined) return schema;
  const meant = nearest(name, [...Object.keys(parts.plugins), ...Object.keys(parts.entities)]);
  const hint = meant === null ? 'gw schema --list prints the names' : `did you mean "${meant}"?`;
  throw new UsageError(`there is no schema "${name}"`, hint);
}
