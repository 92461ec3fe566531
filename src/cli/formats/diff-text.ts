import { Chalk, type ChalkInstance } from 'chalk';
import type { ConfigDiff, EntityDifference } from '../../config/diff/compare-configs.ts';
import { isSameConfig } from '../../config/diff/compare-configs.ts';
import type { FieldChange } from '../../config/diff/field-changes.ts';
import type { JsonValue } from '../../lib/json.ts';
import { visible } from './visible-text.ts';

/** For people: `+` what is new, `~` what changes, `-` what goes, then a count. */
export function formatDiffText(diff: ConfigDiff, options: { readonly color: boolean }): string {
  const paint = new Chalk({ level: options.color ? 1 : 0 });
  if (isSameConfig(diff)) return 'no differences';
  return [
    ...diff.removed.map((entity) => paint.red(`- ${title(entity)}`)),
    ...diff.changed.flatMap((entity) => [
      paint.yellow(`~ ${title(entity)}`),
      ...entity.changes.map((change) => changeLine(change, paint)),
    ]),
    ...diff.added.map((entity) => paint.green(`+ ${title(entity)}`)),
    '',
    diffSummary(diff),
  ].join('\n');
}

/** For comments in pull requests: a table of what changes. */
export function formatDiffMarkdown(diff: ConfigDiff): string {
  if (isSameConfig(diff)) return 'No differences.';
  const row = (sign: string, entity: EntityDifference, what: string): string =>
    `| ${sign} | ${cell(title(entity))} | ${what} |`;
  return [
    `**${diffSummary(diff)}**`,
    '',
    '| | entity | change |',
    '|---|---|---|',
    ...diff.removed.map((entity) => row('−', entity, 'removed')),
    ...diff.changed.map((entity) => row('~', entity, entity.changes.map(markdownChange).join('<br>'))),
    ...diff.added.map((entity) => row('+', entity, 'added')),
  ].join('\n');
}

/** For machines; `version` changes when the shape does. */
export function formatDiffJson(diff: ConfigDiff): string {
  const summary = { added: diff.added.length, changed: diff.changed.length, removed: diff.removed.length };
  return JSON.stringify({ version: 1, summary, ...diff }, null, 2);
}

function diffSummary({ added, changed, removed }: ConfigDiff): string {
  return `${added.length} added, ${changed.length} changed, ${removed.length} removed`;
}

/** `plugin "cors" (route "orders")`. */
function title({ label, name, scope }: EntityDifference): string {
  const of = Object.entries(scope).map(([field, to]) => `${field.replaceAll('_', ' ')} "${visible(to)}"`);
  const named = name === null ? label : `${label} "${visible(name)}"`;
  return of.length === 0 ? named : `${named} (${of.join(', ')})`;
}

function changeLine({ path, from, to }: FieldChange, paint: ChalkInstance): string {
  return `    ${path.join('.')}: ${paint.red(show(from))} → ${paint.green(show(to))}`;
}

function markdownChange({ path, from, to }: FieldChange): string {
  return `\`${cell(path.join('.'))}\`: ${cell(show(from))} → ${cell(show(to))}`;
}

function show(value: JsonValue): string {
  return value === null ? '(not set)' : visible(typeof value === 'string' ? value : JSON.stringify(value));
}

function cell(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('|', '\\|').replaceAll('`', '\\`').replaceAll('<', '&lt;');
}
