import { nearest } from '../lib/nearest.ts';
import type { KongConf } from './kong-conf.ts';
import { inertPrefixes, inertSettings } from './inert-settings.ts';
import type { SettingDefinition } from './setting-definition.ts';
import { type SettingName, type Settings, settingTable } from './setting-table.ts';
import { UsageError } from './usage-error.ts';

/** Where setting values may come from, strongest first: flags, `GW_*`, `KONG_*`, `kong.conf`, defaults. */
export interface SettingSources {
  readonly flags: Readonly<Partial<Record<SettingName, string>>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly conf: KongConf | null;
}

/** Something to tell about the sources that does not stop a start. */
export interface SettingNote {
  readonly level: 'warning' | 'info';
  readonly message: string;
}

/** The outcome of {@link resolveSettings}. */
export interface ResolvedSettings {
  readonly settings: Settings;
  readonly notes: readonly SettingNote[];
}

const settingNames = Object.keys(settingTable) as SettingName[];
const aliases: ReadonlySet<string> = new Set(
  Object.values<SettingDefinition<unknown>>(settingTable).flatMap((definition) => definition.aliases ?? []),
);
/** Read elsewhere: the key of a shared cache must not travel through settings. */
const otherOwnVariables: ReadonlySet<string> = new Set(['cache_key']);
/** What Kubernetes injects for a service called `kong`. */
const kubernetesVariable = /^KONG_(?:.*_SERVICE_(?:HOST|PORT)(?:_.*)?|.*PORT(?:_.*)?)$/;

/**
 * Decides every setting. A value that does not parse names the place it came from.
 * @throws {UsageError} listing all bad values, one a line
 */
export function resolveSettings(sources: SettingSources): ResolvedSettings {
  const values: Partial<Record<SettingName, unknown>> = {};
  const problems: string[] = [];
  for (const name of settingNames) {
    const { text, origin } = findValue(name, sources);
    try {
      values[name] = settingTable[name].parse(text);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      problems.push(`${name} (${origin}): ${error.message}${error.hint === null ? '' : `; ${error.hint}`}`);
    }
  }
  if (problems.length > 0) throw new UsageError(`cannot use these settings:\n  ${problems.join('\n  ')}`);
  return { settings: values as Settings, notes: [...envNotes(sources.env), ...confNotes(sources.conf)] };
}

/** The text of a setting and where it stands. In each source its own name beats the others Kong knows it by. */
function findValue(name: SettingName, sources: SettingSources): { text: string; origin: string } {
  const flag = sources.flags[name];
  if (flag !== undefined) return { text: flag, origin: `--${name.replaceAll('_', '-')}` };
  const definition: SettingDefinition<unknown> = settingTable[name];
  const spellings = [name, ...(definition.aliases ?? [])];
  for (const prefix of definition.isOurs ? ['GW_'] : ['GW_', 'KONG_']) {
    for (const spelling of spellings) {
      const variable = `${prefix}${spelling.toUpperCase()}`;
      const text = sources.env[variable];
      if (text !== undefined) return { text, origin: variable };
    }
  }
  for (const spelling of spellings) {
    const text = sources.conf?.values.get(spelling);
    if (sources.conf !== null && text !== undefined) return { text, origin: sources.conf.path };
  }
  return { text: definition.defaultText, origin: 'default' };
}

function envNotes(env: SettingSources['env']): SettingNote[] {
  const notes: SettingNote[] = [];
  const inert: string[] = [];
  for (const variable of Object.keys(env).sort()) {
    const match = /^(KONG|GW)_(.+)$/.exec(variable);
    if (match?.[2] === undefined || kubernetesVariable.test(variable)) continue;
    const isOurs = match[1] === 'GW';
    const verdict = judgeName(match[2].toLowerCase(), isOurs);
    if (verdict === 'inert') inert.push(variable);
    else if (verdict !== 'known' && verdict !== 'unknown') {
      const meant = `${match[1] ?? ''}_${verdict.meant.toUpperCase()}`;
      notes.push({ level: 'warning', message: `unknown variable ${variable}: did you mean ${meant}?` });
    }
  }
  if (inert.length > 0) notes.push({ level: 'info', message: `no effect in gw: ${inert.join(', ')}` });
  return notes;
}

function confNotes(conf: KongConf | null): SettingNote[] {
  if (conf === null) return [];
  const notes: SettingNote[] = [];
  const inert: string[] = [];
  for (const name of conf.values.keys()) {
    const verdict = judgeName(name, true);
    if (verdict === 'known') continue;
    if (verdict === 'inert') inert.push(name);
    else {
      const meant = verdict === 'unknown' ? '' : `: did you mean "${verdict.meant}"?`;
      notes.push({ level: 'warning', message: `${conf.path}: unknown setting "${name}"${meant}` });
    }
  }
  if (inert.length > 0) notes.push({ level: 'info', message: `${conf.path}: no effect in gw: ${inert.join(', ')}` });
  return notes;
}

function judgeName(name: string, withOurs: boolean): 'known' | 'inert' | 'unknown' | { readonly meant: string } {
  const names = settingNames.filter((candidate) => withOurs || !settingTable[candidate].isOurs);
  if (names.includes(name as SettingName) || aliases.has(name) || (withOurs && otherOwnVariables.has(name)))
    return 'known';
  if (inertSettings.has(name) || inertPrefixes.some((prefix) => name.startsWith(prefix))) return 'inert';
  const meant = nearest(name, [...names, ...inertSettings]);
  return meant === null ? 'unknown' : { meant };
}
