import { type Draft, type DraftSet, parentOf, textOf, textsOf } from '../draft.ts';
import { type EntityIndex, readReference } from '../entity-index.ts';
import type { Findings } from '../findings.ts';

const streamProtocols: ReadonlySet<string> = new Set(['tcp', 'tls', 'tls_passthrough', 'udp']);

/**
 * Plugins on routes for connections that are not HTTP: there is no request for them to work on.
 * @param isRun whether gw runs a plugin elsewhere; one that it does not run at all has a finding already
 */
export function checkStreamPlugins(
  drafts: DraftSet,
  index: EntityIndex,
  isRun: (plugin: Draft) => boolean,
  findings: Findings,
): void {
  const routes = new Map(drafts.routes.filter(isStream).map((route) => [index.idOf(route), route]));
  if (routes.size === 0) return;
  for (const plugin of drafts.plugins) {
    if (plugin.fields.enabled === false || !isRun(plugin)) continue;
    const route = parentOf(plugin, 'route') ?? null;
    const id = route === null ? referredId(plugin, index) : index.idOf(route);
    const owner = id === null ? undefined : routes.get(id);
    if (owner === undefined) continue;
    const spoken = textsOf(owner.fields.protocols).map(([, protocol]) => protocol);
    const message = `"${textOf(plugin.fields.name) ?? ''}" has no effect on a route for ${spoken.join(', ')}: plugins of gw work on requests`;
    findings.add('route/stream-plugin', plugin.document, plugin.path, message);
  }
}

/** Kong goes by the first protocol. */
function isStream(route: Draft): boolean {
  const [first] = textsOf(route.fields.protocols);
  return first !== undefined && streamProtocols.has(first[1]);
}

function referredId(plugin: Draft, index: EntityIndex): string | null {
  const reference = readReference(plugin.given.route ?? plugin.fields.route);
  return reference === null ? null : (index.find('routes', reference.text)?.id ?? null);
}
