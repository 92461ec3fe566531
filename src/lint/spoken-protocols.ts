import { type Draft, textOf, textsOf } from '../config/draft.ts';
import { routeDefaults, serviceDefaults } from '../entities/defaults.ts';

/** The protocol of a service, from `url` or `protocol`, in lower case. */
export function protocolOf({ fields }: Draft): string {
  const scheme = /^([a-z_]+):/i.exec(textOf(fields.url) ?? '')?.[1];
  return (scheme ?? textOf(fields.protocol) ?? serviceDefaults.protocol).toLowerCase();
}

/** The protocols of a route: those it names, else Kong's defaults. */
export function protocolsOf(route: Draft): readonly string[] {
  const given = textsOf(route.fields.protocols).map(([, protocol]) => protocol);
  return given.length > 0 ? given : routeDefaults.protocols;
}
