import { Chalk, type ChalkInstance } from 'chalk';
import type { RouteRow } from '../route-table.ts';
import { visible } from './visible-text.ts';

/** Columns wider than this push the others off the screen. */
const MAX_WIDTH = 48;

interface Section {
  readonly heads: readonly string[];
  readonly rows: readonly RouteRow[];
  readonly cellsOf: (row: RouteRow) => readonly string[];
}

/** Routes as a table, in the order in which they are tried; those of other connections than HTTP in one of their own. */
export function formatRoutes(rows: readonly RouteRow[], options: { readonly color: boolean }): string {
  const paint = new Chalk({ level: options.color ? 1 : 0 });
  if (rows.length === 0) return 'no routes';
  const sections: readonly Section[] = [
    {
      heads: ['route', 'hosts', 'paths', 'methods', 'service', 'plugins'],
      rows: rows.filter(({ isStream }) => !isStream),
      cellsOf: httpCells,
    },
    {
      heads: ['connections', 'protocols', 'server names', 'sources', 'destinations', 'service'],
      rows: rows.filter(({ isStream }) => isStream),
      cellsOf: streamCells,
    },
  ];
  return sections
    .filter((section) => section.rows.length > 0)
    .map((section) => formatSection(section, paint))
    .join('\n\n');
}

function formatSection({ heads, rows, cellsOf }: Section, paint: ChalkInstance): string {
  const cells = rows.map((row) => cellsOf(row).map(clip));
  const widths = heads.map((head, column) => Math.max(head.length, ...cells.map((line) => line[column]?.length ?? 0)));
  const line = (texts: readonly string[]): string =>
    texts
      .map((text, column) => text.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  const body = rows.flatMap((row, index) => {
    const note = noteOf(row);
    const text = line(cells[index] ?? []);
    return note === null ? [text] : [paint.yellow(text), paint.dim(`  ${note}`)];
  });
  return [paint.bold(line(heads)), ...body].join('\n');
}

function httpCells(row: RouteRow): readonly string[] {
  const { route, hosts, methods, headers, snis, sources, destinations, service, plugins } = row;
  const conditions = [
    ...headers.map((name) => `+header ${name}`),
    ...(snis ?? []).map((name) => `+sni ${name}`),
    ...(sources ?? []).map((place) => `+source ${place}`),
    ...(destinations ?? []).map((place) => `+destination ${place}`),
  ];
  return [
    route,
    row.expression === null ? listOf(hosts) : `priority ${row.priority ?? 0}`,
    [row.expression?.replaceAll(/\s+/g, ' ') ?? listOf(row.paths), ...conditions].join(' '),
    row.expression === null ? listOf(methods) : '',
    service ?? '-',
    plugins.length === 0 ? '-' : plugins.join(', '),
  ];
}

function streamCells({
  route,
  protocols,
  snis,
  sources,
  destinations,
  service,
  expression,
}: RouteRow): readonly string[] {
  const name = expression === null ? listOf(snis) : expression.replaceAll(/\s+/g, ' ');
  return [route, protocols.join(', '), name, listOf(sources), listOf(destinations), service ?? '-'];
}

function listOf(values: readonly string[] | null): string {
  return values === null || values.length === 0 ? '*' : values.join(', ');
}

function noteOf({ shadowedBy, idle }: RouteRow): string | null {
  if (idle !== null) return `never tried: ${idle}`;
  if (shadowedBy.length === 0) return null;
  return `takes no request: ${shadowedBy.map((name) => `"${visible(name)}"`).join(' and ')} come${shadowedBy.length === 1 ? 's' : ''} first`;
}

function clip(text: string): string {
  const safe = visible(text);
  return safe.length <= MAX_WIDTH ? safe : `${safe.slice(0, MAX_WIDTH - 1)}…`;
}
