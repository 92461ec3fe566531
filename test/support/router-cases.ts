import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Route } from '../../src/entities/route.ts';
import type { Service } from '../../src/entities/service.ts';
import { packageRoot } from '../../src/lib/package-info.ts';
import { parseRequestTarget } from '../../src/router/request-path.ts';
import type { RouterFlavor, RouterRequest } from '../../src/router/router.ts';
import { route as routeWithDefaults } from './entities.ts';
import { routerRequest } from './router-request.ts';

/** Facts about Kong's router, one case per line; they lie beside the project and are no part of it. */
const CASES = join(packageRoot, '..', 'shared', 'cases', 'router.json');

/** What a router must answer. What is not given is not asserted. */
export interface RouterExpectation {
  /** Index of the route; `null` for none. */
  readonly route?: number | null;
  readonly prefix?: string | null;
  /** `null` as a value: that group took no part. */
  readonly captures?: Readonly<Record<string, string | null>> | null;
  readonly captures_count?: number;
  readonly upstream_uri?: string;
  readonly upstream_host?: string | null;
  readonly upstream?: { readonly host?: string; readonly port?: number; readonly path?: string };
  /** Values of the route's attributes that matched; `null` for an attribute that took no part. */
  readonly matches?: Readonly<Record<string, string | Readonly<Record<string, string>> | null>>;
  readonly matched?: boolean;
  readonly service?: Partial<Service>;
}

/** Some routes, one request, and what a router must answer. */
export interface RouterCase {
  readonly name: string;
  readonly flavors: readonly RouterFlavor[];
  readonly subsystem?: string;
  /** `exec`: the path is a request target; `select`: it is in normal form already. */
  readonly entry: 'exec' | 'select';
  readonly routes: readonly (Partial<Omit<Route, 'service'>> & { readonly service?: Partial<Service> | null })[];
  readonly request: {
    readonly method?: string;
    readonly scheme?: string;
    readonly host?: string;
    readonly path?: string;
    readonly headers?: Readonly<Record<string, string | readonly string[]>>;
    readonly query?: Readonly<Record<string, string | true | readonly string[]>>;
    readonly sni?: string;
    readonly src_ip?: string;
    readonly src_port?: number;
    readonly dst_ip?: string;
    readonly dst_port?: number;
  };
  readonly expect: RouterExpectation;
  readonly expect_traditional?: RouterExpectation;
}

/** A route of a case. */
export interface CaseTarget {
  readonly index: number;
  readonly route: Route;
  readonly service: Partial<Service> | null;
}

/** The cases beside the project; `null` when they are not there. */
export function kongRouterCases(): readonly RouterCase[] | null {
  return existsSync(CASES) ? (JSON.parse(readFileSync(CASES, 'utf8')) as RouterCase[]) : null;
}

/** The routes of a case. Fields that are not given take no part: Kong's defaults do not apply. */
export function targetsOf(one: RouterCase): readonly CaseTarget[] {
  return one.routes.map(({ service = null, ...fields }, index) => ({
    index,
    service,
    route: { ...routeWithDefaults(null), protocols: [], paths: null, ...fields },
  }));
}

/** The request of a case; `null` when its target cannot be read. */
export function requestOf({ request, entry }: RouterCase): RouterRequest | null {
  const target = request.path ?? '/';
  const parsed = entry === 'select' ? { path: target, search: '' } : parseRequestTarget(target);
  if (typeof parsed === 'string') return null;
  return routerRequest({
    method: request.method ?? 'GET',
    scheme: request.scheme === 'https' ? 'https' : 'http',
    host: request.host ?? '',
    port: request.dst_port ?? 0,
    path: parsed.path,
    query: [parsed.search.slice(1), queryOf(request.query ?? {})].filter((text) => text !== '').join('&'),
    rawHeaders: Object.entries(request.headers ?? {}).flatMap(([name, values]) =>
      [values].flat().flatMap((value) => [name, value]),
    ),
    sni: request.sni ?? null,
    sourceIp: request.src_ip ?? null,
    sourcePort: request.src_port ?? null,
    destinationIp: request.dst_ip ?? null,
  });
}

function queryOf(query: Readonly<Record<string, string | true | readonly string[]>>): string {
  return Object.entries(query)
    .flatMap(([name, values]) => [values].flat().map((value) => (value === true ? name : `${name}=${value}`)))
    .join('&');
}
