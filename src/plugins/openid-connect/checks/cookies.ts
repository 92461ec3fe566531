import { type CheckContext, isGiven } from './context.ts';

/** Browsers drop a cookie with `SameSite=None` that is not `Secure`. */
export function checkCookies(context: CheckContext): void {
  for (const cookie of ['session_cookie', 'authorization_cookie']) {
    if (context.fields[`${cookie}_secure`] !== false) continue;
    const name = [`${cookie}_same_site`, `${cookie}_samesite`].find((field) => context.fields[field] === 'None');
    if (name === undefined) continue;
    const path = isGiven(context, name) ? name : `${cookie}_secure`;
    const message = `browsers drop a cookie with "${name}" None that is not secure`;
    context.error([path], 'openid-connect/cookie', message, `set "${cookie}_secure" to true`);
  }
}
