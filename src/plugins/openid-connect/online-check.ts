import { GatewayError } from '../../pdk/errors.ts';
import { fetchDiscovery } from '../../oidc/discovery.ts';
import { documentKey, type IssuerSettings } from '../../oidc/issuer-settings.ts';
import { fetchJwks } from '../../oidc/jwks.ts';
import { KeySet, publicKeyAlgorithms } from '../../oidc/key-set.ts';
import { ProviderHttp } from '../../oidc/provider-http.ts';
import { transportDigest } from '../../oidc/transport.ts';
import {
  type DiscoveryDocument,
  type ProviderMetadata,
  pseudoMetadata,
  readMetadata,
} from '../../oidc/provider-metadata.ts';
import type { OnlineSubject, OnlineSurroundings } from '../../pdk/plugin.ts';
import { isReference } from './checks/context.ts';
import { compileConfig } from './compile-config.ts';
import type { OpenidConnectConfig } from './config.ts';
import type { OnlineCode } from './online-codes.ts';
import { compareWithProvider, verifiesSignatures } from './online-comparison.ts';
import { onlineNeeds } from './online-needs.ts';
import type { Comparison } from './online-report.ts';

/** Providers asked at the same time. */
const MAX_AT_ONCE = 16;
/** A longer `timeout` is for requests of callers; who checks does not want to wait for it. */
const MAX_TIMEOUT_MS = 15_000;

/** Fetches the discovery document and the keys of each issuer, as a first request would, and compares. */
export async function checkOnline(
  subjects: readonly OnlineSubject<OpenidConnectConfig>[],
  surroundings: OnlineSurroundings,
): Promise<void> {
  const http = new ProviderHttp();
  const documents = new ProviderDocuments(http);
  const queue = subjects.values();
  const work = async (): Promise<void> => {
    for (const subject of queue) await checkSubject(subject, surroundings, documents);
  };
  try {
    await Promise.all(Array.from({ length: MAX_AT_ONCE }, work));
  } finally {
    await http.close();
  }
}

/** What providers answered; everything is fetched once. */
class ProviderDocuments {
  readonly #http: ProviderHttp;
  readonly #discovery = new Map<string, Promise<DiscoveryDocument>>();
  readonly #keySets = new Map<string, Promise<KeySet>>();

  constructor(http: ProviderHttp) {
    this.#http = http;
  }

  discovery(settings: IssuerSettings): Promise<DiscoveryDocument> {
    const { issuer, discoveryHeaders: headers } = settings;
    return memoized(this.#discovery, documentKey(settings), () =>
      fetchDiscovery(issuer, this.#http.through(settings.transport), { headers, ...limits(settings) }),
    );
  }

  keySet(uri: string, settings: IssuerSettings): Promise<KeySet> {
    return memoized(this.#keySets, `${settings.sslVerify} ${transportDigest(settings.transport)} ${uri}`, async () => {
      return new KeySet(await fetchJwks(uri, this.#http.through(settings.transport), limits(settings)));
    });
  }
}

function limits({ timeoutMs, sslVerify }: IssuerSettings): { readonly timeoutMs: number; readonly sslVerify: boolean } {
  return { timeoutMs: Math.min(timeoutMs, MAX_TIMEOUT_MS), sslVerify };
}

function memoized<Value>(known: Map<string, Promise<Value>>, key: string, load: () => Promise<Value>): Promise<Value> {
  const value = known.get(key) ?? load();
  known.set(key, value);
  return value;
}

async function checkSubject(
  { config, given, report }: OnlineSubject<OpenidConnectConfig>,
  surroundings: OnlineSurroundings,
  documents: ProviderDocuments,
): Promise<void> {
  const compiled = compileConfig(config);
  // What a secret store holds is not known here.
  if (isReference(compiled.issuer.issuer)) return;
  const needs = onlineNeeds(config, Array.isArray(given.auth_methods), compiled);
  const metadata = await discover({ config, compiled, needs, given, surroundings, report }, documents);
  if (metadata === null || !verifiesSignatures({ needs, compiled })) return;
  const needsKey = !compiled.rules.allowsHmac;
  await checkKeys(report, { settings: compiled.issuer, metadata, needsKey }, documents);
}

async function discover(
  asked: Omit<Comparison, 'source' | 'metadata'>,
  documents: ProviderDocuments,
): Promise<ProviderMetadata | null> {
  const { issuer: settings } = asked.compiled;
  if (settings.usingPseudoIssuer) return pseudoMetadata(settings.issuer, settings);
  const code: OnlineCode = 'openid-connect/online-discovery';
  try {
    const source = await documents.discovery(settings);
    const metadata = readMetadata(source, settings);
    compareWithProvider({ ...asked, source, metadata });
    return metadata;
  } catch (error) {
    const message = `the issuer cannot be discovered: ${reasonOf(error)}`;
    const hint = 'check the address, and that it can be reached from here';
    asked.report({ path: ['issuer'], code, severity: 'error', message, hint });
    return null;
  }
}

/** What {@link checkKeys} compares. */
interface KeyQuestion {
  readonly settings: IssuerSettings;
  readonly metadata: ProviderMetadata;
  /** False when tokens may be signed with the client's secret, too. */
  readonly needsKey: boolean;
}

async function checkKeys(
  report: Comparison['report'],
  { settings, metadata, needsKey }: KeyQuestion,
  documents: ProviderDocuments,
): Promise<void> {
  const code: OnlineCode = 'openid-connect/online-keys';
  const own = settings.jwksEndpoint === null ? ['issuer'] : ['jwks_endpoint'];
  const sources = [
    ...(metadata.jwksUri === null ? [] : [{ uri: metadata.jwksUri, path: own }]),
    ...settings.extraJwksUris.map((uri, index) => ({ uri, path: ['extra_jwks_uris', index] })),
  ].filter(({ uri }) => !isReference(uri));
  let usable = 0;
  let failures = 0;
  for (const { uri, path } of sources) {
    try {
      if (hasUsableKey(await documents.keySet(uri, settings))) usable += 1;
    } catch (error) {
      failures += 1;
      report({ path, code, severity: 'error', message: `the keys cannot be fetched: ${reasonOf(error)}` });
    }
  }
  if (usable > 0 || failures > 0 || !needsKey) return;
  const [message, path] =
    sources.length === 0
      ? ['the identity provider announces no usable "jwks_uri"', ['issuer']]
      : ['the identity provider publishes no key that can verify a signature', own];
  report({ path, code, severity: 'error', message });
}

function hasUsableKey(keys: KeySet): boolean {
  for (const alg of publicKeyAlgorithms) {
    for (const jwk of keys.candidates(alg, null)) if (keys.import(jwk) !== null) return true;
  }
  return false;
}

/** @throws what is no failure of the world */
function reasonOf(error: unknown): string {
  if (error instanceof GatewayError) return error.message;
  throw error;
}
