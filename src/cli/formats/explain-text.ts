import { Chalk } from 'chalk';
import type { PlannedPlugin } from '../../runtime/plugin-plan.ts';
import type { Explanation } from '../explain-request.ts';
import { visible } from './visible-text.ts';

/** An explanation for people. Ends without a line break. */
export function formatExplanation(explanation: Explanation, options: { readonly color: boolean }): string {
  const paint = new Chalk({ level: options.color ? 1 : 0 });
  const { request, route, service, redirect, upstream, prefix, captures, plugins, losers } = explanation;
  const lines = [`${request.method} ${request.scheme}://${visible(request.host)}${visible(request.path)}`];
  const row = (label: string, text: string): void => void lines.push(`  ${paint.dim(label.padEnd(9))} ${text}`);
  if (route === null) row('route', paint.yellow('none: 404 "no Route matched with those values"'));
  else row('route', `${paint.green(nameOf(route))}${pathsText(route.paths)}`);
  if (service !== null) row('service', nameOf(service));
  if (redirect !== null) row('redirect', `${redirect}: the route demands https`);
  if (upstream !== null) row('upstream', `${visible(upstream.url)}  (Host: ${visible(upstream.host)})`);
  if (prefix !== null) row('stripped', visible(prefix));
  for (const [name, value] of Object.entries(captures ?? {})) row('captured', `${visible(name)} = ${visible(value)}`);
  for (const [index, plugin] of plugins.entries()) row(index === 0 ? 'plugins' : '', pluginText(plugin));
  for (const [index, { route: label, paths, why }] of losers.entries()) {
    row(index === 0 ? 'others' : '', `${visible(label)}${pathsText(paths)}: ${visible(why)}`);
  }
  return lines.join('\n');
}

function pluginText({ name, scope, isRun, forConsumers }: PlannedPlugin): string {
  const from = scope ?? 'only for some consumers';
  const others = forConsumers.length === 0 ? '' : `; instead for ${forConsumers.join(', ')}`;
  return visible(`${name} (${from}${others})${isRun ? '' : ', not run by gw yet'}`);
}

function pathsText(paths: readonly string[] | null): string {
  return paths === null ? '' : ` [${visible(paths.join(', '))}]`;
}

function nameOf({ id, name }: { readonly id: string; readonly name: string | null }): string {
  return visible(name ?? id);
}
