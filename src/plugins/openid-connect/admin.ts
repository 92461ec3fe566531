import type { AdminEndpoint, AdminReply, AdminRequest } from '../../pdk/admin.ts';
import type { PluginHost } from '../../pdk/plugin.ts';
import { discoveryUrl } from '../../oidc/discovery-url.ts';
import type { IssuerView } from '../../oidc/issuer-view.ts';
import { sharedState } from './shared-state.ts';
import { lookupNamespaces } from './token-methods.ts';

const notFound: AdminReply = { status: 404, body: { message: 'Not found' } };
const noContent: AdminReply = { status: 204 };

/**
 * What the plugin adds to the Admin API, shaped as Kong's. Issuers appear as soon as a plugin is configured with them;
 * `configuration` is null until the first request has made gw fetch it.
 */
export function adminEndpoints(host: PluginHost): readonly AdminEndpoint[] {
  const views = (): readonly IssuerView[] => sharedState(host).issuers.views();
  return [
    {
      method: 'GET',
      path: '/openid-connect/issuers',
      handle: () => ({ status: 200, body: { data: views(), next: null } }),
    },
    { method: 'DELETE', path: '/openid-connect/issuers', handle: () => forgetIssuers(host) },
    {
      method: 'GET',
      path: '/openid-connect/issuers/:key',
      handle: ({ params }) => {
        const found = views().find((view) => isCalled(view, params.key ?? ''));
        return found === undefined ? notFound : { status: 200, body: found };
      },
    },
    { method: 'DELETE', path: '/openid-connect/issuers/:key', handle: (request) => forgetIssuer(host, request) },
    { method: 'GET', path: '/openid-connect/jwks', handle: () => publishedKeys(host) },
    { method: 'DELETE', path: '/openid-connect/jwks', handle: () => rotateKeys(host) },
  ];
}

/** For `GET /status`: the state of each issuer without documents and keys. */
export function issuerStatus(host: PluginHost): unknown {
  return {
    issuers: sharedState(host)
      .issuers.views()
      .map(({ id, issuer, gw }) => ({ id, issuer, ...gw })),
  };
}

/** For providers, which verify with them what gw's own clients sign. */
async function publishedKeys(host: PluginHost): Promise<AdminReply> {
  const keys = await sharedState(host).keys.published();
  return keys.length === 0 ? notFound : { status: 200, body: { keys }, contentType: 'application/jwk-set+json' };
}

async function rotateKeys(host: PluginHost): Promise<AdminReply> {
  await sharedState(host).keys.rotate();
  return noContent;
}

async function forgetIssuers(host: PluginHost): Promise<AdminReply> {
  const shared = sharedState(host);
  await shared.issuers.forgetAll();
  await forgetAnswers(host);
  shared.clearLanes();
  return noContent;
}

async function forgetIssuer(host: PluginHost, { params }: AdminRequest): Promise<AdminReply> {
  const shared = sharedState(host);
  const wasThere = await shared.issuers.forget(params.key ?? '');
  if (wasThere) await forgetAnswers(host);
  shared.clearLanes();
  return wasThere ? noContent : notFound;
}

/**
 * What is known of tokens is forgotten with an issuer. Keys are digests that do not tell whose a token is, so that the
 * tokens of other issuers are looked at once more, too.
 */
async function forgetAnswers(host: PluginHost): Promise<void> {
  await Promise.all(lookupNamespaces.map((namespace) => host.cache(namespace).clear()));
}

function isCalled(view: IssuerView, key: string): boolean {
  return view.id === key || view.issuer === key || discoveryUrl(view.issuer) === discoveryUrl(key);
}
