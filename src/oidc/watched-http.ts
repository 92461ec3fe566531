import type { IssuerRecord, ProviderCall } from './issuer-record.ts';
import type { ProviderHttp } from './provider-http.ts';

/** What can be asked of a provider. */
export type ProviderRequests = Pick<ProviderHttp, 'getDocument' | 'postForm' | 'getOnce'>;

/** Requests of one kind to one issuer, each of which its record hears of. */
export class WatchedHttp implements ProviderRequests {
  readonly #http: ProviderRequests;
  readonly #record: IssuerRecord;
  readonly #call: ProviderCall;

  constructor(http: ProviderRequests, record: IssuerRecord, call: ProviderCall) {
    this.#http = http;
    this.#record = record;
    this.#call = call;
  }

  getDocument(...request: Parameters<ProviderHttp['getDocument']>): ReturnType<ProviderHttp['getDocument']> {
    return this.#record.watch(this.#call, this.#http.getDocument(...request));
  }

  getOnce(...request: Parameters<ProviderHttp['getOnce']>): ReturnType<ProviderHttp['getOnce']> {
    return this.#record.watch(this.#call, this.#http.getOnce(...request));
  }

  postForm(...request: Parameters<ProviderHttp['postForm']>): ReturnType<ProviderHttp['postForm']> {
    return this.#record.watch(this.#call, this.#http.postForm(...request));
  }
}
