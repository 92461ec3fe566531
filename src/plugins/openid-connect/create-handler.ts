import type { IssuerRecord } from '../../oidc/issuer-record.ts';
import { verifyingKey } from '../../oidc/jwt-check.ts';
import { WatchedHttp } from '../../oidc/watched-http.ts';
import type { PluginHost, PluginInstance } from '../../pdk/plugin.ts';
import { AuthReports } from './auth-reports.ts';
import { ClaimsCache, type TokenAnswer } from './claims-cache.ts';
import { compileConfig } from './compile-config.ts';
import type { OpenidConnectConfig } from './config.ts';
import { findAnonymous } from './consumer.ts';
import { createTokenExchange } from './create-token-exchange.ts';
import type { Decision } from './decision.ts';
import { DecisionMaker } from './decision-maker.ts';
import { FastLane, type HitCounter } from './fast-lane.ts';
import { grantMethods } from './grant-methods.ts';
import { OpenidConnectHandler } from './handler.ts';
import { OwnClients } from './own-clients.ts';
import { createProofOfPossession } from './proof/create-proof-of-possession.ts';
import { Responses } from './responses.ts';
import { sharedState } from './shared-state.ts';
import { type CachedToken, TokenCache } from './token-cache.ts';
import { tokenMethods } from './token-methods.ts';

/** Puts one configured instance together. Talks to nobody: the issuer is first asked by a request that needs it. */
export function createHandler(
  config: OpenidConnectConfig,
  host: PluginHost,
  instance: PluginInstance,
): OpenidConnectHandler {
  const shared = sharedState(host);
  const settings = compileConfig(config);
  const salt = config.cache_tokens_salt ?? '';
  const user = { pluginId: instance.id, scope: instance.scope };
  const issuer = shared.issuers.acquire(settings.issuer, user);
  const http = shared.http.through(settings.issuer.transport);
  const ownClients = new OwnClients({
    settings: settings.clients,
    issuer,
    keys: shared.keys,
    http,
    clock: host.clock,
    certificates: instance.entities.certificates,
  });
  const { record } = issuer;
  const tokens = host.cache<CachedToken>('tokens');
  const lane = settings.allowsFastLane ? new FastLane(hitCounters(host, record)) : null;
  if (lane !== null) shared.lanes.add(lane);
  const grant = {
    issuer,
    settings: settings.token,
    rules: settings.rules,
    lifetimes: settings.lifetimes,
    cache: settings.cachesTokens ? new TokenCache(tokens, host.clock, record) : null,
    salt: salt === '' ? `${shared.salt}:${instance.id}` : salt,
    http: new WatchedHttp(http, record, 'token'),
    clock: host.clock,
  };
  const verified = new ClaimsCache(
    settings.cachesTokens ? host.cache<TokenAnswer>('verified-tokens') : null,
    // Nobody is spared a question by remembering a bad token, but room for good ones is lost, and what is bad now because
    // of a clock or a key that is not known yet may be good in a moment.
    { ...settings.lifetimes, cacheTtlNegMs: 0 },
    host.clock,
    record,
  );
  const exchange = createTokenExchange({
    settings,
    grant: { ...grant, cache: new TokenCache(tokens, host.clock, record) },
    clients: ownClients,
    issuers: shared.issuers,
    user,
    verified,
  });
  const { methods, userInfo } = tokenMethods({
    ...{ settings, issuer, host, verified, http, salt: grant.salt },
    clients: ownClients,
    exchange: exchange?.exchange ?? null,
  });
  return new OpenidConnectHandler({
    settings,
    methods: [...methods, ...grantMethods(grant, settings.grants, ownClients)],
    userInfo,
    possession: createProofOfPossession(config, settings.possession, {
      tokens: settings.bearerToken,
      entities: instance.entities,
      salt: grant.salt,
      usedProofs: shared.usedProofs,
      clock: host.clock,
      log: host.log,
    }),
    decisions: new DecisionMaker({
      ...{ config, settings, entities: instance.entities, log: host.log },
      keyOf: (token) => verifyingKey(token, issuer),
    }),
    clients: ownClients,
    responses: new Responses(config),
    lane,
    logsAnonymous: host.log.level === 'debug' || host.log.level === 'trace',
    reports: host.authDebugHeader ? new AuthReports() : null,
    anonymous: settings.anonymous === null ? null : findAnonymous(settings.anonymous, instance.entities),
    release: () => {
      shared.issuers.release(issuer, user);
      exchange?.release();
      ownClients.release();
      http.release();
      if (lane !== null) shared.lanes.delete(lane);
    },
  });
}

/** A remembered outcome is a hit of the cache it came from, and one of its issuer. */
function hitCounters(host: PluginHost, record: IssuerRecord): (decision: Decision) => HitCounter {
  const counter = (namespace: string): HitCounter => {
    const cache = host.cache(namespace);
    return {
      countHit: () => {
        cache.countHit();
        record.countHit();
      },
    };
  };
  const tokens = counter('tokens');
  const lookups: Readonly<Record<string, HitCounter>> = {
    bearer: counter('verified-tokens'),
    introspection: counter('introspection'),
    userinfo: counter('userinfo'),
  };
  return ({ source }) => (source === null ? tokens : (lookups[source.method] ?? tokens));
}
