/** The fields of a service that its `url` stands for. */
export interface ServiceUrl {
  readonly protocol: string;
  readonly host: string;
  readonly port: number;
  readonly path: string | null;
  /** What the url has and a service has no place for: user name, query or fragment. */
  readonly dropped: readonly string[];
}

/** Takes the `url` shorthand apart; a text is what is wrong with it. Without a port it is 443 for https, else 80. */
export function parseServiceUrl(url: string): ServiceUrl | string {
  const match = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?\/\/([^/?#]*)([^?#]*)(\?[^#]*)?(#.*)?$/.exec(url);
  if (match === null) return 'it has no scheme such as "http://"';
  const [, scheme, authority = '', path = '', query, fragment] = match;
  const at = authority.lastIndexOf('@');
  const [, host = '', portText] = /^(.*?)(?::(\d*))?$/.exec(authority.slice(at + 1)) ?? [];
  if (host === '') return 'it has no host';
  const port = portText === undefined || portText === '' ? null : Number(portText);
  if (port !== null && port > 65_535) return `its port ${port} is not between 0 and 65535`;
  // As in Kong, port 443 without a scheme means https.
  const protocol = (scheme ?? (port === 443 ? 'https' : 'http')).toLowerCase();
  const dropped = [
    ...(at >= 0 ? ['user name'] : []),
    ...(query === undefined ? [] : ['query']),
    ...(fragment === undefined ? [] : ['fragment']),
  ];
  return { protocol, host, port: port ?? (protocol === 'https' ? 443 : 80), path: path === '' ? null : path, dropped };
}
