import type { EntityKind } from '../../src/entities/kinds.ts';
import type { EntityEdit, Row } from '../../src/config/store/entity-view.ts';
import type { JsonObject } from '../../src/lib/json.ts';
import { selfSignedPair } from './certificates.ts';
import { issueCertificate } from './issued-certificate.ts';

const pair = selfSignedPair('example.test');
const authority = issueCertificate({ name: 'authority', isAuthority: true, notAfter: Date.UTC(2040, 0, 1) });

const to = (row: Row): JsonObject => ({ id: row.id });

/** Makes one entity of each kind that the Admin API serves, in an order in which each finds what it refers to. */
export function createSamples(edit: EntityEdit): readonly (readonly [EntityKind, Row])[] {
  const made: [EntityKind, Row][] = [];
  const create = (kind: EntityKind, fields: JsonObject): Row => {
    const row = edit.create(kind, fields);
    made.push([kind, row]);
    return row;
  };
  const certificate = create('certificates', { cert: pair.cert, key: pair.key, tags: ['a'] });
  create('snis', { name: 'example.test', certificate: to(certificate) });
  const ca = create('ca_certificates', { cert: authority.cert });
  const service = create('services', { name: 's', host: 'h', client_certificate: to(certificate), protocol: 'https' });
  const route = create('routes', { name: 'r', paths: ['/r'], headers: { 'x-a': ['1'] }, service: to(service) });
  const consumer = create('consumers', { username: 'u', custom_id: 'c' });
  const group = create('consumer_groups', { name: 'g' });
  create('consumer_group_consumers', { consumer: to(consumer), consumer_group: to(group) });
  create('plugins', { name: 'key-auth', service: to(service), config: { key_names: ['k'] } });
  create('plugins', { name: 'rate-limiting', consumer_group: to(group), config: { minute: 5 }, instance_name: 'i' });
  create('plugins', { name: 'openid-connect', route: to(route), config: { issuer: 'https://idp.test/' } });
  create('plugins', { name: 'acl', config: { allow: ['a'] } });
  const upstream = create('upstreams', { name: 'up', healthchecks: { active: { type: 'tcp' } } });
  create('targets', { target: '127.0.0.1:80', upstream: to(upstream) });
  create('vaults', { name: 'env', prefix: 'my-env', config: { prefix: 'X_' } });
  const set = create('key_sets', { name: 'set' });
  create('keys', { name: 'k', kid: '1', set: to(set), jwk: '{"kty":"oct","kid":"1","k":"YWJj"}' });
  create('keyauth_credentials', { consumer: to(consumer) });
  create('basicauth_credentials', { consumer: to(consumer), username: 'u', password: 'p' });
  create('hmacauth_credentials', { consumer: to(consumer), username: 'u' });
  create('jwt_secrets', { consumer: to(consumer) });
  create('acls', { consumer: to(consumer), group: 'a' });
  const application = create('oauth2_credentials', {
    consumer: to(consumer),
    name: 'app',
    redirect_uris: ['http://a.test/'],
  });
  create('oauth2_tokens', { credential: to(application), expires_in: 1 });
  create('mtls_auth_credentials', { consumer: to(consumer), subject_name: 'n', ca_certificate: to(ca) });
  create('filter_chains', { name: 'f', service: to(service), filters: [{ name: 'x' }] });
  create('partials', { name: 'p', type: 'redis-ce', config: { host: 'h' } });
  return made;
}
