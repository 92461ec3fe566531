import type { Test } from 'tap';
import { Caches } from '../../src/cache/caches.ts';
import { openMemoryStore } from '../../src/cache/memory-store.ts';
import type { Issuer } from '../../src/oidc/issuer.ts';
import { IssuerRegistry } from '../../src/oidc/issuer-registry.ts';
import type { IssuerSettings } from '../../src/oidc/issuer-settings.ts';
import { ProviderHttp } from '../../src/oidc/provider-http.ts';
import { directTransport } from '../../src/oidc/transport.ts';
import { CapturedLog } from './captured-log.ts';
import { FakeClock } from './clock.ts';

/** An issuer registry and what a test needs around it. */
export interface TestIssuers {
  readonly registry: IssuerRegistry;
  readonly caches: Caches;
  readonly http: ProviderHttp;
  readonly clock: FakeClock;
  readonly log: CapturedLog;
  /** An issuer with default settings but for those given. */
  readonly acquire: (issuer: string, settings?: Partial<IssuerSettings>, pluginId?: string) => Issuer;
}

/** An issuer registry with all it needs, on a clock of the test's. */
export function issuersFor(t: Test): TestIssuers {
  const clock = new FakeClock();
  const log = new CapturedLog();
  const caches = new Caches({ store: openMemoryStore(), clock, log });
  const http = new ProviderHttp();
  t.teardown(() => http.close());
  const registry = new IssuerRegistry({
    discovery: caches.open('discovery'),
    jwks: caches.open('jwks'),
    http,
    clock,
    log,
  });
  const acquire = (issuer: string, settings: Partial<IssuerSettings> = {}, pluginId = 'plugin') =>
    registry.acquire({ ...defaults, issuer, ...settings }, { pluginId, scope: 'global' });
  return { registry, acquire, clock, log, caches, http };
}

const defaults: IssuerSettings = {
  issuer: '',
  discoveryHeaders: [],
  timeoutMs: 5000,
  sslVerify: true,
  transport: directTransport,
  cacheTtlMs: 3_600_000,
  rediscoveryLifetimeMs: 30_000,
  usingPseudoIssuer: false,
  endpoints: {},
  jwksEndpoint: null,
  extraJwksUris: [],
};
