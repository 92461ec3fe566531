import { splitHostPort } from './request-host.ts';

/** Splits `name:port` at the first colon when digits follow; `fallbackPort` is the port of the listener. */
export function splitRequestHost(host: string, fallbackPort: number): { readonly name: string; readonly port: number } {
  const { name, port } = splitHostPort(host);
  return { name, port: port ?? fallbackPort };
}
