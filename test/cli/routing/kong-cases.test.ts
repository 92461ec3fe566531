import t from 'tap';
import { answerRecord } from '../../../src/cli/routing/answer-record.ts';
import { readQuestion } from '../../../src/cli/routing/read-question.ts';
import { RoutingModel } from '../../../src/cli/routing/routing-model.ts';
import type { EntitySet } from '../../../src/entities/entity-set.ts';
import type { Protocol } from '../../../src/entities/entity.ts';
import type { Route } from '../../../src/entities/route.ts';
import type { Service } from '../../../src/entities/service.ts';
import { escapePath, normalizePath } from '../../../src/router/request-path.ts';
import type { RouterFlavor } from '../../../src/router/router.ts';
import { entities, route, service } from '../../support/entities.ts';
import { kongRouterCases, type RouterCase } from '../../support/router-cases.ts';

const flavors: readonly RouterFlavor[] = ['traditional_compatible', 'traditional', 'expressions'];

/** The routes of a case as a config: what these tests leave out is filled in, so that routes have protocols. */
function configOf({ routes, subsystem, request }: RouterCase): EntitySet {
  // Some cases of the chapter on connections are about requests.
  const isStream = subsystem === 'stream' && request.scheme !== 'http';
  // A connection goes to a service that speaks no HTTP; these tests do not mind.
  const speaks: Partial<Service> = isStream ? { protocol: 'tcp' } : {};
  const owners = routes.map(({ service: given = null }) =>
    given === null ? null : service('http://example.org', { ...given, ...speaks }),
  );
  const spoken: readonly Protocol[] = isStream ? ['tcp', 'tls'] : ['http', 'https'];
  return entities({
    services: owners.filter((owner) => owner !== null),
    routes: routes.map((fields, index): Route => {
      const owner = owners[index] ?? null;
      return {
        ...route(owner),
        paths: null,
        protocols: spoken,
        ...fields,
        sources: endpoints(fields.sources),
        destinations: endpoints(fields.destinations),
        service: owner === null ? null : { id: owner.id },
      };
    }),
  });
}

function endpoints(given: Route['sources'] | undefined): Route['sources'] {
  return given?.map((one) => ({ ...{ ip: null, port: null }, ...one })) ?? null;
}

/** Paths that stand in normal form would be read once more: then the case is about something else. */
function isReadable({ entry, request: { path = '/' } }: RouterCase): boolean {
  return path.startsWith('/') && (entry === 'exec' || normalizePath(path.split('?')[0] ?? '') === path);
}

const cases = kongRouterCases();
if (cases === null) {
  console.error('SKIPPED: router cases are not here (../shared/cases/router.json); gw explain is not held to them');
}
for (const flavor of cases === null ? [] : flavors) {
  t.test(`gw explain --requests answers Kong's cases in ${flavor}`, (t) => {
    let count = 0;
    for (const one of (cases ?? []).filter(({ flavors: those }) => those.includes(flavor)).filter(isReadable)) {
      const config = configOf(one);
      const read = readQuestion(one.request);
      if ('problem' in read) throw new Error(`${one.name}: ${read.problem.message}`);
      const told = answerRecord(new RoutingModel(config, flavor).answer(read.question));
      count++;
      const { expect } = one;
      const index = config.routes.findIndex(({ id }) => id === told.route?.id);
      if (expect.route !== undefined) t.equal(index < 0 ? null : index, expect.route, one.name);
      if (told.route === null) continue;
      if (expect.prefix !== undefined) t.equal(told.prefix, expect.prefix, one.name);
      if (expect.captures !== undefined) t.match(told.captures, expect.captures, one.name);
      if (expect.upstream_uri !== undefined && told.upstream_url !== null) {
        const [path = '', query] = expect.upstream_uri.split('?');
        const sent = told.upstream_url.replace(/^[a-z]+:\/\/[^/]*/, '');
        t.equal(sent, `${escapePath(path)}${query === undefined ? '' : `?${query}`}`, one.name);
      }
    }
    t.ok(count > 200);
    t.comment(`${count} cases in ${flavor}`);
    t.end();
  });
}
