import { type Address, parseAddress } from '../lib/address-range.ts';
import type { RegexMatch } from '../lib/route-pattern.ts';
import { ExpressionFacts } from './expression/expression-facts.ts';
import type { ExpressionMatch } from './expression/expression-match.ts';
import { type RequestHost, requestHostOf } from './request-host.ts';
import type { RouterFlavor, RouterRequest } from './router.ts';

/**
 * What a router reads of the request it is choosing for; each thing is read when a route first asks for it. One object
 * serves all requests of a router, one after the other.
 */
export class RequestFacts {
  request: RouterRequest = noRequest;
  /** What came of the last regular expression or expression that matched, and whose it was. */
  lastPart: object | null = null;
  lastRegex: RegexMatch | null = null;
  lastExpression: ExpressionMatch | null = null;
  readonly #host: RequestHost;
  /** In `traditional` the port of the Host header says nothing about the connection. */
  readonly #hostHasPort: boolean;
  #hasHost = false;
  #source: Address | null | undefined = undefined;
  #destination: Address | null | undefined = undefined;
  #expressionFacts: ExpressionFacts | null = null;

  constructor(flavor: RouterFlavor) {
    this.#host = requestHostOf(flavor);
    this.#hostHasPort = flavor !== 'traditional';
  }

  /** Turns to another request. */
  load(request: RouterRequest): void {
    this.request = request;
    this.lastPart = null;
    this.#hasHost = false;
    this.#source = undefined;
    this.#destination = undefined;
    this.#expressionFacts = null;
  }

  get host(): RequestHost {
    if (!this.#hasHost) {
      this.#host.read(this.request);
      this.#hasHost = true;
    }
    return this.#host;
  }

  get source(): Address | null {
    if (this.#source === undefined) this.#source = read(this.request.sourceIp);
    return this.#source;
  }

  get destination(): Address | null {
    if (this.#destination === undefined) this.#destination = read(this.request.destinationIp);
    return this.#destination;
  }

  /** Kong's `net.dst.port`. */
  get destinationPort(): number {
    return this.#hostHasPort ? this.host.port : this.request.port;
  }

  get forExpressions(): ExpressionFacts {
    this.#expressionFacts ??= ExpressionFacts.ofRequest(this.request);
    return this.#expressionFacts;
  }
}

function read(ip: string | null): Address | null {
  return ip === null ? null : parseAddress(ip);
}

const noRequest: RouterRequest = {
  method: '',
  scheme: 'http',
  host: '',
  port: 0,
  path: '',
  query: '',
  rawHeaders: [],
  sni: null,
  sourceIp: null,
  sourcePort: null,
  destinationIp: null,
};
