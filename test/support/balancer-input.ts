import type { BalancerInput } from '../../src/runtime/upstream/balancer.ts';

/** A request as a balancer sees it, and the cookies that it was given. */
export interface TestInput extends BalancerInput {
  readonly cookies: readonly string[];
}

/** What a test says of a request; everything else is absent. */
export interface InputParts {
  readonly consumerId?: string;
  readonly clientIp?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cookies?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly captures?: Readonly<Record<string, string>>;
}

/** A request for a balancer. */
export function balancerInput(parts: InputParts = {}): TestInput {
  const cookies: string[] = [];
  return {
    cookies,
    consumerId: parts.consumerId ?? null,
    clientIp: parts.clientIp ?? '192.0.2.1',
    path: parts.path ?? '/',
    header: (name) => parts.headers?.[name],
    cookie: (name) => parts.cookies?.[name],
    queryArgument: (name) => parts.query?.[name],
    uriCapture: (name) => parts.captures?.[name],
    setCookie: (name, value, path) => cookies.push(`${name}=${value}; ${path}`),
  };
}
