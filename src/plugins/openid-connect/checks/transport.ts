import { type CheckContext, isGiven, isReference } from './context.ts';

const CODE = 'openid-connect/proxy';

/** Proxies that can be asked, and settings that do nothing without one. */
export function checkTransport(context: CheckContext): void {
  for (const name of ['http_proxy', 'https_proxy']) {
    const url = context.fields[name];
    if (typeof url === 'string' && !isReference(url) && !isProxyUrl(url)) {
      context.error([name], CODE, `"${name}" is not an absolute http or https URL`, 'write "http://" in front');
    }
    const authorization = `${name}_authorization`;
    if (isGiven(context, authorization) && !isGiven(context, name)) {
      context.warning([authorization], CODE, `"${authorization}" does nothing without "${name}"`);
    }
  }
  if (isGiven(context, 'no_proxy') && !isGiven(context, 'http_proxy') && !isGiven(context, 'https_proxy')) {
    context.warning(['no_proxy'], CODE, '"no_proxy" does nothing without a proxy');
  }
}

function isProxyUrl(text: string): boolean {
  return /^https?:\/\//i.test(text) && URL.canParse(text);
}
