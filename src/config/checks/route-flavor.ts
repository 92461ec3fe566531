import type { RouterFlavor } from '../../router/router.ts';
import { type Draft, textOf, textsOf } from '../draft.ts';
import type { Findings } from '../findings.ts';

/** Checks what only some router flavors take. `flavor` is `null` when nobody has stated one. */
export function checkFlavor(
  { document, path, fields, given }: Draft,
  flavor: RouterFlavor | null,
  findings: Findings,
): void {
  if (flavor === 'traditional' || flavor === 'traditional_compatible') {
    for (const field of ['expression', 'priority']) {
      if (given[field] === undefined || given[field] === null) continue;
      const message = `"${field}" does not exist with router_flavor "${flavor}"`;
      findings.add('route/flavor', document, [...path, field], message, { at: 'key', hint: useExpressions });
    }
  }
  for (const [index, sni] of flavor === 'traditional' ? textsOf(fields.snis) : []) {
    if (!sni.includes('*')) continue;
    const message = `SNI "${sni}" cannot have a "*" with router_flavor "traditional"`;
    const hint = 'list the names, or use router_flavor = traditional_compatible';
    findings.add('route/flavor', document, [...path, 'snis', index], message, { hint });
  }
  if (textOf(fields.path_handling) !== 'v1' || flavor === 'traditional') return;
  const where = flavor === null ? 'with the default router flavor' : `with router_flavor "${flavor}"`;
  const message = `"path_handling: v1" does nothing ${where}: paths are joined as with v0`;
  findings.add('route/path-handling', document, [...path, 'path_handling'], message, {
    hint: 'remove it, or set router_flavor = traditional',
  });
}

const useExpressions = 'set router_flavor = expressions, in kong.conf or as KONG_ROUTER_FLAVOR';
