import type { EntityKind } from '../../../src/entities/kinds.ts';
import type { JsonObject } from '../../../src/lib/json.ts';
import { selfSignedPair } from '../../support/certificates.ts';
import { issueCertificate } from '../../support/issued-certificate.ts';

/** Ids of entities that samples refer to. */
export type Seeds = Readonly<Partial<Record<EntityKind, string>>>;

/** Kinds in an order in which each refers to those before it. Without filter chains: each needs an owner of its own. */
export const seedOrder = [
  ...(['certificates', 'ca_certificates', 'services', 'routes', 'consumers', 'consumer_groups'] as const),
  ...(['partials', 'plugins', 'upstreams', 'targets', 'snis', 'vaults', 'key_sets', 'keys'] as const),
  ...(['acls', 'keyauth_credentials', 'keyauth_enc_credentials', 'basicauth_credentials'] as const),
  ...(['hmacauth_credentials', 'jwt_secrets', 'mtls_auth_credentials', 'oauth2_credentials', 'oauth2_tokens'] as const),
  ...(['degraphql_routes', 'graphql_ratelimiting_cost_decorations'] as const),
] satisfies readonly EntityKind[];

const pair = selfSignedPair('sample.test');
const authorities = Array.from({ length: 4 }, (_, index) =>
  issueCertificate({ name: `authority ${index}`, isAuthority: true }),
);

/** An entity that refers to others where it can. Samples with different numbers may stand side by side. */
export function sample(kind: EntityKind, number: number, seeds: Seeds): JsonObject {
  const name = `${kind.replaceAll('_', '-')}-${number}`;
  const to = (target: EntityKind): JsonObject => ({ id: seeds[target] ?? '' });
  const consumer = to('consumers');
  switch (kind) {
    case 'certificates':
      return { cert: pair.cert, key: pair.key };
    case 'ca_certificates':
      return { cert: authorities[number % authorities.length]?.cert ?? '' };
    case 'services':
      return { name, protocol: 'https', host: 'sample.test', client_certificate: to('certificates') };
    case 'routes':
      return { name, paths: [`/${name}`], service: to('services') };
    case 'consumers':
      return { username: name, custom_id: `${name}-id` };
    case 'partials':
      return { name, type: 'redis-ce', config: { host: 'redis.test' } };
    case 'plugins':
      return pluginSample(number, seeds);
    case 'upstreams':
      return { name: `${name}.test`, client_certificate: to('certificates') };
    case 'targets':
      return { target: `127.0.0.1:${1000 + number}`, upstream: to('upstreams') };
    case 'snis':
      return { name: `${name}.test`, certificate: to('certificates') };
    case 'vaults':
      return { name: 'env', prefix: name, config: { prefix: 'SAMPLE_' } };
    case 'keys':
      return { name, kid: name, set: to('key_sets'), jwk: JSON.stringify({ kty: 'oct', kid: name, k: 'c2FtcGxl' }) };
    case 'filter_chains':
      return { name, filters: [{ name: 'sample' }], service: to('services') };
    case 'acls':
      return { group: name, consumer };
    case 'basicauth_credentials':
      return { username: name, password: 'sample', consumer };
    case 'hmacauth_credentials':
      return { username: name, consumer };
    case 'mtls_auth_credentials':
      return { subject_name: name, consumer, ca_certificate: to('ca_certificates') };
    case 'oauth2_credentials':
      return { name, client_id: name, consumer };
    case 'oauth2_tokens':
      return { expires_in: 60, access_token: name, credential: to('oauth2_credentials'), service: to('services') };
    case 'degraphql_routes':
      return { uri: `/${name}`, query: '{ sample }', service: to('services') };
    case 'graphql_ratelimiting_cost_decorations':
      return { type_path: `Query.sample${number}`, service: to('services') };
    case 'keyauth_credentials':
    case 'keyauth_enc_credentials':
    case 'jwt_secrets':
      return { key: name, consumer };
    default:
      return { name };
  }
}

/** Number 1 is for everything; others have all scopes at once, so that they are found below all of them. */
function pluginSample(number: number, seeds: Seeds): JsonObject {
  const scopes = {
    service: 'services',
    route: 'routes',
    consumer: 'consumers',
    consumer_group: 'consumer_groups',
  } as const;
  const all = Object.entries(scopes).map(([field, kind]) => [field, { id: seeds[kind] ?? '' }] as const);
  return {
    name: number === 2 ? 'request-transformer' : 'rate-limiting',
    instance_name: `plugin-${number}`,
    config: number === 2 ? {} : { minute: 5 },
    ...(number === 1 ? {} : Object.fromEntries(all)),
  };
}
