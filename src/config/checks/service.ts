import type { JsonObject, JsonPath } from '../../lib/json.ts';
import { serviceDefaults } from '../../entities/defaults.ts';
import { nearest } from '../../lib/nearest.ts';
import type { Draft } from '../draft.ts';
import { textOf } from '../draft.ts';
import type { Findings } from '../findings.ts';
import { parseServiceUrl } from '../service-url.ts';
import { isHost } from './host.ts';

const protocols = ['grpc', 'grpcs', 'http', 'https', 'tcp', 'tls', 'tls_passthrough', 'udp', 'ws', 'wss'];
const pathlessProtocols = new Set(['tcp', 'tls', 'udp', 'grpc', 'grpcs']);
const tlsFields = ['client_certificate', 'tls_verify', 'tls_verify_depth', 'ca_certificates'];

/** A service's fields with `url` taken apart; the `url` wins over the fields it stands for. */
export function serviceFields(fields: JsonObject): JsonObject {
  const url = textOf(fields.url);
  const parts = url === null ? null : parseServiceUrl(url);
  if (parts === null || typeof parts === 'string') return fields;
  const { protocol, host, port, path } = parts;
  return { ...fields, protocol, host, port, path };
}

/** What the schema cannot say about a service. */
export function checkService(draft: Draft, findings: Findings): void {
  const hasUrl = textOf(draft.fields.url) !== null;
  if (hasUrl && !checkUrl(draft, findings)) return;
  const fields = serviceFields(draft.fields);
  const at = (field: string): JsonPath => [...draft.path, hasUrl ? 'url' : field];
  const { host } = fields;
  if (host === undefined || host === null) {
    // A url of a wrong type, or a misspelt key, has a finding of its own.
    const isMeant = Object.entries(draft.given).some(
      ([key, value]) => value !== null && nearest(key, ['host', 'url']) !== null,
    );
    if (isMeant) return;
    const hint = 'give it a "host", or a "url" such as http://example.com:8080/path';
    findings.add('service/no-host', draft.document, [...draft.path, 'host'], '"host" is missing', { at: 'key', hint });
  } else if (typeof host === 'string' && host !== '' && !isHost(host)) {
    const hint = /^[^:]+:\d+$/.test(host) ? 'put the port into "port"' : null;
    findings.add('service/host', draft.document, at('host'), `host "${host}" is not a host name or address`, { hint });
  }
  checkPath(draft, fields, at('path'), findings);
  checkTlsFields(draft, fields, findings);
}

function checkUrl(draft: Draft, findings: Findings): boolean {
  const path = [...draft.path, 'url'];
  const parts = parseServiceUrl(textOf(draft.fields.url) ?? '');
  if (typeof parts === 'string') {
    findings.add('service/url', draft.document, path, `"url" cannot be used: ${parts}`);
    return false;
  }
  if (!protocols.includes(parts.protocol)) {
    const message = `"url" has the scheme "${parts.protocol}"; a service speaks one of ${protocols.join(', ')}`;
    const meant = nearest(parts.protocol, protocols);
    findings.add('service/url', draft.document, path, message, {
      hint: meant === null ? null : `did you mean "${meant}"?`,
    });
    return false;
  }
  if (parts.dropped.length > 0) {
    const message = `a service has no place for the ${parts.dropped.join(', ')} of this "url": without effect`;
    findings.add('service/url-part', draft.document, path, message);
  }
  return true;
}

function checkPath(draft: Draft, fields: JsonObject, at: JsonPath, findings: Findings): void {
  const path = textOf(fields.path);
  if (path === null) return;
  const protocol = textOf(fields.protocol) ?? serviceDefaults.protocol;
  if (pathlessProtocols.has(protocol)) {
    const hint = at.at(-1) === 'url' ? 'remove the path, also a final slash, from "url"' : 'remove "path"';
    findings.add('service/field', draft.document, at, `a service that speaks ${protocol} has no path`, { hint });
    return;
  }
  const problem = whyNotServicePath(path);
  if (problem !== null) findings.add('service/path', draft.document, at, `path ${problem}`);
}

function whyNotServicePath(path: string): string | null {
  if (!path.startsWith('/')) return 'must begin with "/"';
  if (path.includes('//')) return 'must not have empty segments ("//")';
  const badEscape = /%(?![0-9a-fA-F]{2}).{0,2}/.exec(path);
  if (badEscape !== null) return `has "${badEscape[0]}", which is no percent-encoding`;
  const odd = /[^A-Za-z0-9\-._~!$&'()*+,;=:@/%]/u.exec(path);
  return odd === null ? null : `has the character "${odd[0]}": write it percent-encoded`;
}

function checkTlsFields(draft: Draft, fields: JsonObject, findings: Findings): void {
  const protocol = textOf(fields.protocol) ?? serviceDefaults.protocol;
  if (protocol === 'https' || protocol === 'tls' || protocol === 'wss') return;
  for (const field of tlsFields) {
    if ((fields[field] ?? null) === null) continue;
    const message = `"${field}" needs protocol https or tls; this service speaks ${protocol}`;
    findings.add('service/field', draft.document, [...draft.path, field], message, { at: 'key' });
  }
}
