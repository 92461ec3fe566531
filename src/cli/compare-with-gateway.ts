import { compareConfigs, type ConfigDiff } from '../config/diff/compare-configs.ts';
import type { Inspection } from '../config/load-config.ts';
import { configText } from '../config/render/config-text.ts';
import type { JsonObject, JsonValue } from '../lib/json.ts';
import { isJsonObject } from '../lib/json.ts';
import { REDACTED } from '../lib/secret.ts';
import { pluginCatalog } from '../plugins/registry.ts';
import type { AdminFlags } from './admin-flags.ts';
import { fetchConfig, inspectFetched, printErrors } from './dump-gateway.ts';
import { type ColorChoice, printNote } from './terminal.ts';

/** Stands for a key that the gateway does not show: what would be checked must look like one. */
const HIDDEN_KEY = '{vault://env/gw-hidden}';

/**
 * What would change in a running gateway if it got the config of a file. Secrets that it does not show are not
 * compared, which stderr says. `null`, after saying why, when what it answers is no config that can be compared.
 * @throws {UsageError} {RemoteError}
 */
export async function compareWithGateway(
  file: Inspection,
  flags: AdminFlags & { readonly color: ColorChoice },
): Promise<ConfigDiff | null> {
  const { config, isRedacted } = await fetchConfig(flags, { withIds: true });
  if (isRedacted) printNote('gw: the gateway does not show its secrets: they are not compared');
  const running = inspectFetched(configText(withoutHiddenKeys(config), 'json'), 'the running gateway');
  if (running.entities === null) {
    printErrors(running, flags.color);
    return null;
  }
  return compareConfigs(running, file, pluginCatalog, isHidden);
}

/** Also of a list, all entries of which are hidden together. */
function isHidden(value: JsonValue): boolean {
  if (Array.isArray(value)) return value.length > 0 && (value as readonly JsonValue[]).every(isHidden);
  return value === REDACTED || value === HIDDEN_KEY;
}

function withoutHiddenKeys(config: JsonObject): JsonObject {
  const certificates = Array.isArray(config.certificates) ? (config.certificates as readonly JsonValue[]) : [];
  if (certificates.length === 0) return config;
  return { ...config, certificates: certificates.map((entity) => (isJsonObject(entity) ? withKeys(entity) : entity)) };
}

function withKeys(certificate: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(certificate).map(([field, value]) => [field, value === REDACTED ? HIDDEN_KEY : value]),
  );
}
