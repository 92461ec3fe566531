import { inspectConfig, type Inspection } from '../config/load-config.ts';
import { configText } from '../config/render/config-text.ts';
import { dumpConfig } from '../config/render/dump-config.ts';
import { isJsonObject, type JsonObject } from '../lib/json.ts';
import { REDACTED } from '../lib/secret.ts';
import { pluginCatalog } from '../plugins/registry.ts';
import { AdminClient } from './admin-client.ts';
import type { AdminFlags } from './admin-flags.ts';
import { type ExitCode, exitCode } from './exit-code.ts';
import { fetchEntities } from './fetch-entities.ts';
import { formatStylish } from './formats/stylish.ts';
import { type ColorChoice, printable, printNote, wantsColor } from './terminal.ts';
import { writeOutput } from './write-output.ts';

/** What to write, and where. */
export interface DumpOptions extends AdminFlags {
  readonly selectTag?: readonly string[];
  readonly withIds?: true;
  readonly format: 'yaml' | 'json';
  readonly output?: string;
  readonly color: ColorChoice;
}

/** The config of a running gateway. */
export interface FetchedConfig {
  readonly config: JsonObject;
  /** Changes that no file of the gateway holds. */
  readonly unsavedChanges: number;
  /** Whether the gateway keeps secrets to itself. */
  readonly isRedacted: boolean;
}

/**
 * Writes the config of a running gateway, and tells on stderr what a reader should know of it.
 * @throws {UsageError} {RemoteError}
 */
export async function dump(options: DumpOptions): Promise<ExitCode> {
  const { config, unsavedChanges, isRedacted } = await fetchConfig(options, options);
  const text = configText(config, options.format);
  await writeOutput(text, options.output ?? null, 0o600);
  if (unsavedChanges > 0) {
    const changes = unsavedChanges === 1 ? '1 change' : `${unsavedChanges} changes`;
    printNote(`gw: ${changes} through the Admin API are in the memory of the gateway alone (gw_unsaved_changes)`);
  }
  if (isRedacted) {
    printNote(`gw: secrets read ${REDACTED}: the gateway shows them when it takes changes or admin_show_secrets is on`);
    return exitCode.findings;
  }
  const inspection = inspectFetched(text, options.output ?? 'the config');
  if (inspection.entities !== null) return exitCode.fine;
  printErrors(inspection, options.color);
  return exitCode.findings;
}

/** Reads a config from the Admin API. @throws {UsageError} {RemoteError} */
export async function fetchConfig(
  flags: AdminFlags,
  options: { readonly selectTag?: readonly string[]; readonly withIds?: true },
): Promise<FetchedConfig> {
  const client = new AdminClient(flags, process.env);
  try {
    const node = await client.document('/');
    const selectTags = options.selectTag ?? [];
    const rows = await fetchEntities(client, selectTags);
    const config = dumpConfig(rows, { withIds: options.withIds === true, selectTags });
    const { configuration } = node;
    const database = isJsonObject(configuration) ? configuration.database : undefined;
    if (typeof node.version !== 'string') printNote(`gw: what answers at ${printable(client.url)} names no version`);
    return {
      config,
      unsavedChanges: database === 'memory' ? Number(node.gw_unsaved_changes ?? 0) : 0,
      isRedacted: JSON.stringify(config).includes(JSON.stringify(REDACTED)),
    };
  } finally {
    await client.close();
  }
}

/** Tells on stderr what makes a config unfit. */
export function printErrors(inspection: Inspection, color: ColorChoice): void {
  const diagnostics = inspection.diagnostics.filter(({ severity }) => severity === 'error');
  const { sources, counts } = inspection;
  printNote(formatStylish({ sources, counts, diagnostics }, { color: wantsColor(color, process.stderr, process.env) }));
}

/** Checks what was fetched as a file is checked. Templates in it are those of the gateway's own file. */
export function inspectFetched(text: string, name: string): Inspection {
  return inspectConfig([{ name, text }], { catalog: pluginCatalog, now: Date.now(), mockEnv: true });
}
