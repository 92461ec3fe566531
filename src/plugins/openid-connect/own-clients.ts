import type { Certificate } from '../../entities/certificate.ts';
import type { Clock } from '../../lib/clock.ts';
import { Secret } from '../../lib/secret.ts';
import { ClientTls } from '../../oidc/client-tls.ts';
import type { Issuer } from '../../oidc/issuer.ts';
import type { ProviderHttp } from '../../oidc/provider-http.ts';
import type { SigningKeys } from '../../oidc/signing-keys.ts';
import { ConfiguredClient, type OwnClient } from './own-client.ts';
import type { OwnClientsSettings } from './own-client-settings.ts';
import { onlyHeader } from './request-arguments.ts';
import type { RequestSearch } from './request-search.ts';

export type { OwnClient, PreparedClient } from './own-client.ts';

/** What {@link OwnClients} is made of. */
export interface OwnClientsParts {
  readonly settings: OwnClientsSettings;
  readonly issuer: Issuer;
  readonly keys: SigningKeys;
  readonly http: ProviderHttp;
  readonly clock: Clock;
  /** Of the snapshot; one of them is what `tls_client_auth_cert_id` names. */
  readonly certificates: readonly Certificate[];
}

/** The clients of the gateway's own that one instance has, for grants and checks in which the gateway is the client. */
export class OwnClients {
  readonly isEmpty: boolean;
  /** For what happens without a request. */
  readonly first: OwnClient | null;
  /** Whether more than the credential decides the outcome: the caller may name a client somewhere in its request. */
  readonly isChosenByRequest: boolean;
  readonly #clients: readonly OwnClient[];
  readonly #argument: string | null;
  readonly #headers: readonly string[];
  readonly #release: () => void;

  constructor({ settings, issuer, keys, http, clock, certificates }: OwnClientsParts) {
    const tls = clientTls(settings, certificates, http.trustedCertificates);
    if (typeof tls !== 'string') http.clientAgents.retain(tls);
    this.#release = () => {
      if (typeof tls !== 'string') http.clientAgents.release(tls);
    };
    const context = { issuer, keys, clock, tls, endpoints: settings.endpoints };
    this.#clients = settings.clients.map((client) => new ConfiguredClient(client, context));
    this.isEmpty = this.#clients.length === 0;
    this.first = this.#clients[0] ?? null;
    this.#argument = settings.argument;
    this.isChosenByRequest = settings.argument !== null;
    const header = (settings.argument ?? '').toLowerCase().replaceAll('_', '-');
    this.#headers = [`x-${header}`, header];
    // A provider can then fetch them before the first request.
    if (settings.generatedKeys.length > 0) keys.prepare(settings.generatedKeys);
  }

  /** The client that the caller names (`client_arg`) by its id or its place, counted from 1; else the first. */
  async select(search: RequestSearch): Promise<OwnClient | null> {
    if (this.#argument === null) return this.first;
    const name = await this.#named(search, this.#argument);
    if (name === null) return this.first;
    const byPlace = /^[1-9]\d{0,3}$/.test(name) ? this.#clients[Number(name) - 1] : undefined;
    return this.#clients.find(({ id }) => id === name) ?? byPlace ?? this.first;
  }

  /** Lets go of connections with the certificate. */
  release(): void {
    this.#release();
  }

  async #named({ request, args }: RequestSearch, argument: string): Promise<string | null> {
    for (const header of this.#headers) {
      const value = onlyHeader(request, header);
      if (value !== null) return value;
    }
    return args.query.get(argument) ?? (await args.body())?.get(argument) ?? null;
  }
}

/** The certificate of own clients, or why there is none. */
function clientTls(
  settings: OwnClientsSettings,
  certificates: readonly Certificate[],
  trusted: readonly string[] | null,
): ClientTls | string {
  const { certificateId, certificateVerify } = settings;
  if (certificateId === null) return '"tls_client_auth_cert_id" is not set';
  const found = certificates.find(({ id }) => id === certificateId);
  if (found === undefined) return `there is no certificate "${certificateId}"`;
  try {
    return new ClientTls(found.cert, new Secret(found.key), certificateVerify, trusted);
  } catch {
    return `certificate and key of "${certificateId}" cannot be used together`;
  }
}
