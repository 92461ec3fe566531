import { Chalk } from 'chalk';
import type { RouteRow } from '../route-table.ts';
import { visible } from './visible-text.ts';

const heads = ['route', 'hosts', 'paths', 'methods', 'service', 'plugins'] as const;

/** Columns wider than this push the others off the screen. */
const MAX_WIDTH = 48;

/** Routes as a table, in the order in which they are tried. Ends without a line break. */
export function formatRoutes(rows: readonly RouteRow[], options: { readonly color: boolean }): string {
  const paint = new Chalk({ level: options.color ? 1 : 0 });
  if (rows.length === 0) return 'no routes';
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

function cellsOf({ route, hosts, paths, methods, headers, snis, service, plugins }: RouteRow): readonly string[] {
  const conditions = [...headers.map((name) => `+header ${name}`), ...(snis ?? []).map((name) => `+sni ${name}`)];
  return [
    route,
    listOf(hosts),
    [listOf(paths), ...conditions].join(' '),
    listOf(methods),
    service ?? '-',
    plugins.length === 0 ? '-' : plugins.join(', '),
  ];
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
