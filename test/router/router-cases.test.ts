import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { Route } from '../../src/entities/route.ts';
import type { Service } from '../../src/entities/service.ts';
import { packageRoot } from '../../src/lib/package-info.ts';
import { parseRequestTarget, type RequestPath } from '../../src/router/request-path.ts';
import { TraditionalRouter } from '../../src/router/traditional-router.ts';
import { routerRequest } from '../support/router-request.ts';
import { upstreamPath } from '../../src/router/upstream-path.ts';
import { route as routeWithDefaults } from '../support/entities.ts';

/** Facts about Kong's router, one case per line; they lie beside the project and are no part of it. */
const CASES = join(packageRoot, '..', 'shared', 'cases', 'router.json');

interface RouterCase {
  readonly name: string;
  readonly flavors: readonly string[];
  readonly subsystem?: string;
  readonly entry: 'exec' | 'select';
  readonly routes: readonly (Partial<Route> & { readonly service?: Partial<Service> | null })[];
  readonly request: {
    readonly method?: string;
    readonly scheme?: string;
    readonly host?: string;
    readonly path?: string;
    readonly headers?: Readonly<Record<string, string | readonly string[]>>;
    readonly sni?: string;
    readonly dst_port?: number;
  };
  readonly expect: {
    readonly route?: number | null;
    readonly upstream_uri?: string;
    readonly prefix?: string | null;
    /** `null` as a value: that group took no part. */
    readonly captures?: Readonly<Record<string, string | null>> | null;
  };
}

if (!existsSync(CASES)) {
  console.error(
    'SKIPPED: router cases are not here (../shared/cases/router.json); Kong conformance of routing is not checked',
  );
} else {
  const cases = JSON.parse(readFileSync(CASES, 'utf8')) as RouterCase[];
  const ours = cases.filter(
    (one) => one.flavors.includes('traditional_compatible') && one.subsystem === undefined && !usesSni(one),
  );
  t.ok(ours.length > 200, `${ours.length} of ${cases.length} cases are about HTTP routing of the default flavour`);
  for (const one of ours) {
    void t.test(one.name, async (t) => check(t, one));
  }
}

function check(t: Test, one: RouterCase): void {
  const targets = one.routes.map((fields, index) => ({
    index,
    route: routeOf(fields),
    service: fields.service ?? null,
  }));
  const path = pathOf(one);
  const match =
    path === null
      ? null
      : new TraditionalRouter(targets).match(
          routerRequest({
            method: one.request.method ?? 'GET',
            scheme: one.request.scheme === 'https' ? 'https' : 'http',
            host: one.request.host ?? '',
            port: one.request.dst_port ?? (one.request.scheme === 'https' ? 443 : 80),
            path: path.path,
            rawHeaders: rawHeaders(one.request.headers ?? {}),
          }),
        );
  if (one.expect.route !== undefined) t.equal(match?.target.index ?? null, one.expect.route, 'the route');
  if (match === null) return;
  if (one.expect.prefix !== undefined) t.equal(match.prefix, one.expect.prefix, 'the prefix taken away');
  if (one.expect.captures === null) t.equal(match.captures, null, 'no captures');
  for (const [group, text] of Object.entries(one.expect.captures ?? {})) {
    t.equal(match.captures?.get(group) ?? null, text, `capture ${group}`);
  }
  if (one.expect.upstream_uri !== undefined && path !== null) {
    const base = match.target.service?.path ?? '/';
    t.equal(upstreamPath(base, path.path, match.prefix), one.expect.upstream_uri.split('?')[0], 'the upstream path');
  }
}

function usesSni(one: RouterCase): boolean {
  return one.request.sni !== undefined || one.routes.some(({ snis }) => snis !== undefined && snis !== null);
}

function routeOf(fields: RouterCase['routes'][number]): Route {
  return { ...routeWithDefaults(null), paths: null, ...fields, service: null };
}

/** `select` cases give the path as routing sees it. */
function pathOf(one: RouterCase): RequestPath | null {
  const target = one.request.path ?? '/';
  if (one.entry === 'select') return { path: target, rawPath: target, search: '', isPlain: true };
  const parsed = parseRequestTarget(target);
  return typeof parsed === 'string' ? null : parsed;
}

function rawHeaders(headers: Readonly<Record<string, string | readonly string[]>>): string[] {
  return Object.entries(headers).flatMap(([name, values]) => [values].flat().flatMap((value) => [name, value]));
}
