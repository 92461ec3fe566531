import type { BalancerInput } from '../upstream/balancer.ts';

/** What there is to hash about a connection that is not HTTP: its address. */
export class StreamBalancerInput implements BalancerInput {
  readonly consumerId = null;
  readonly path = '';
  readonly clientIp: string;

  constructor(clientIp: string) {
    this.clientIp = clientIp;
  }

  header(): undefined {
    return undefined;
  }

  cookie(): undefined {
    return undefined;
  }

  queryArgument(): undefined {
    return undefined;
  }

  uriCapture(): undefined {
    return undefined;
  }

  setCookie(): void {
    // Nobody would keep it.
  }
}
