import { isDeepStrictEqual } from 'node:util';
import { isJsonObject, type JsonSchema } from '../../../lib/json.ts';
import { fieldSupport, implementedMethods } from '../implemented-fields.ts';
import { type CheckContext, isGiven, listOf } from './context.ts';

/** Warns of every field the author set that gw does not run: never in silence, never for a default. */
export function checkFieldSupport(context: CheckContext, schema: JsonSchema): void {
  const methods = listOf(context, 'auth_methods');
  const properties = isJsonObject(schema.properties) ? schema.properties : {};
  for (const [name, value] of Object.entries(context.given)) {
    const support = fieldSupport[name];
    if (support === undefined || typeof support === 'string' || !isGiven(context, name)) continue;
    if (support.methods !== undefined && !support.methods.some((method) => methods.includes(method))) continue;
    const definition = properties[name];
    if (isJsonObject(definition) && isDeepStrictEqual(definition.default, value)) continue;
    context.warning([name], 'plugin/not-implemented', `"${name}" is accepted but not run yet: ${support.missing}`);
  }
}

/** Warns of old names that have a newer one. */
export function checkDeprecated(context: CheckContext, schema: JsonSchema): void {
  const properties = isJsonObject(schema.properties) ? schema.properties : {};
  for (const name of Object.keys(context.given)) {
    const definition = properties[name];
    if (!isJsonObject(definition) || definition.deprecated !== true || !isGiven(context, name)) continue;
    const description = typeof definition.description === 'string' ? definition.description : '';
    const advice = /use (.+)\.$/.exec(description)?.[1]?.replaceAll('`', '"');
    context.warning([name], 'plugin/deprecated', `"${name}" is deprecated`, advice && `use ${advice}`);
  }
}

/** One finding for the methods that are enabled and not run, whether the author listed them or left the default. */
export function checkMethods(context: CheckContext): void {
  const methods = listOf(context, 'auth_methods');
  const path = isGiven(context, 'auth_methods') ? ['auth_methods'] : [];
  const missing = methods.filter((method) => !implementedMethods.has(method)).map((method) => `"${method}"`);
  if (!methods.some((method) => implementedMethods.has(method))) {
    const message = 'no method that gw runs is enabled: every request gets 401';
    context.warning(path, 'openid-connect/no-method', message, 'add "client_credentials" to "auth_methods"');
  }
  if (
    methods.includes('client_credentials') &&
    !methods.includes('bearer') &&
    context.config.client_credentials_param_type?.length === 0
  ) {
    const message = 'client credentials are looked for nowhere: every request gets 401';
    context.warning(['client_credentials_param_type'], 'openid-connect/no-method', message);
  }
  if (missing.length === 0) return;
  const verb = missing.length === 1 ? 'is' : 'are';
  const by = path.length === 0 ? ' (enabled by default)' : '';
  context.warning(
    path,
    'plugin/not-implemented',
    `${missing.join(', ')}${by} ${verb} not run yet: such credentials are not looked for`,
    'set "auth_methods" to [client_credentials] if that is what callers use',
  );
}
