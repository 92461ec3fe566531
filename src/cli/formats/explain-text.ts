import { Chalk } from 'chalk';
import type { PlannedPlugin } from '../../runtime/plugin-plan.ts';
import type { Explanation, Loser } from '../routing/explain-question.ts';
import type { UpstreamView } from '../routing/model-route.ts';
import { visible } from './visible-text.ts';

/** An explanation for people. Ends without a line break. */
export function formatExplanation(explanation: Explanation, options: { readonly color: boolean }): string {
  const paint = new Chalk({ level: options.color ? 1 : 0 });
  const { request, route, service, upstream, prefix, captures, plugins, losers } = explanation;
  const lines = [
    `${request.method === null ? '' : `${request.method} `}${request.scheme}://${visible(request.host)}${visible(request.path)}`,
  ];
  const row = (label: string, text: string): void => void lines.push(`  ${paint.dim(label.padEnd(9))} ${text}`);
  if (route === null) row('route', paint.yellow(noRouteText(explanation)));
  else row('route', `${paint.green(nameOf(route))}${pathsText(route)}`);
  if (service !== null) row('service', nameOf(service));
  const own = route === null ? null : ownText(explanation);
  if (own !== null) row(explanation.redirect === null ? 'answer' : 'redirect', own);
  if (upstream !== null) row('upstream', `${visible(upstream.url)}${hostText(upstream)}`);
  const balanced = upstream?.balanced ?? null;
  if (balanced !== null) row('balanced', visible(balancedText(balanced)));
  if (prefix !== null) row('stripped', visible(prefix));
  for (const [name, value] of Object.entries(captures ?? {})) row('captured', `${visible(name)} = ${visible(value)}`);
  for (const [index, plugin] of plugins.entries()) row(index === 0 ? 'plugins' : '', pluginText(plugin));
  for (const [index, { route: label, why, ...matched }] of losers.entries()) {
    row(index === 0 ? 'others' : '', `${visible(label)}${pathsText(matched)}: ${visible(why)}`);
  }
  return lines.join('\n');
}

function noRouteText({ status, message }: Explanation): string {
  return status === null ? 'none: the connection is closed' : `none: ${status} "${message ?? ''}"`;
}

/** What the gateway answers by itself to a request of a route. */
function ownText({ status, redirect, location, message }: Explanation): string | null {
  if (status === null) return null;
  if (redirect === null) return `${status} "${message ?? ''}"`;
  return `${status}: the route demands https${location === null ? '' : `; to ${visible(location)}`}`;
}

function hostText({ url, host }: NonNullable<Explanation['upstream']>): string {
  if (/^(?:tcp|tls|udp)/.test(url)) return '';
  return `  (Host: ${host === null ? "the target's" : visible(host)})`;
}

/** More targets than these are counted. */
const MAX_TARGETS = 5;

function balancedText({ name, algorithm, targets }: UpstreamView): string {
  const shown = targets.slice(0, MAX_TARGETS).map(({ target, weight }) => `${target} (${weight})`);
  const rest = targets.length - shown.length;
  const list = shown.length === 0 ? 'no targets' : shown.join(', ');
  return `upstream "${name}", ${algorithm}: ${list}${rest === 0 ? '' : ` and ${rest} more`}`;
}

function pluginText({ name, scope, isRun, forConsumers }: PlannedPlugin): string {
  const from = scope ?? 'only for some consumers';
  const others = forConsumers.length === 0 ? '' : `; instead for ${forConsumers.join(', ')}`;
  return visible(`${name} (${from}${others})${isRun ? '' : ', not run by gw yet'}`);
}

/** Longer expressions are cut: they are for reading in the file. */
const MAX_EXPRESSION = 80;

function pathsText({ paths, expression }: Pick<Loser, 'paths' | 'expression'>): string {
  if (paths !== null) return ` [${visible(paths.join(', '))}]`;
  if (expression === null) return '';
  const text = visible(expression.replaceAll(/\s+/g, ' '));
  return ` [${text.length > MAX_EXPRESSION ? `${text.slice(0, MAX_EXPRESSION - 1)}…` : text}]`;
}

function nameOf({ id, name }: { readonly id: string; readonly name: string | null }): string {
  return visible(name ?? id);
}
