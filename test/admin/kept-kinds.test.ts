import t from 'tap';
import { startAdminApi } from '../support/admin-api.ts';

// Kinds of entities that gw keeps without running them.

void t.test('DeGraphQL routes are where decK and Kong have them', async (t) => {
  const { ask } = await startAdminApi(t);
  const service = await ask('POST', '/services', { name: 'a', host: 'a.test' });
  const made = await ask('POST', '/services/a/degraphql/routes', { uri: '/me', query: 'query { me { name } }' });
  t.equal(made.status, 201, made.text);
  t.match(made.body, { uri: '/me', query: 'query { me { name } }', methods: ['GET'], service: { id: service.id } });
  t.same((await ask('GET', '/degraphql_routes?size=1000')).rows, [made.body]);
  t.same((await ask('GET', '/services/a/degraphql/routes')).rows, [made.body]);
  const path = `/services/${service.id}/degraphql/routes/${made.id}`;
  t.match((await ask('PATCH', path, { uri: '/you' })).body, { id: made.id, uri: '/you', methods: ['GET'] });
  t.match((await ask('PUT', path, 'uri=/we&query=q&methods=POST')).body, { id: made.id, methods: ['POST'] });
  t.match(await ask('POST', '/services/a/degraphql/routes', { uri: '/me' }), {
    status: 400,
    body: { message: 'schema violation (query: required field missing)' },
  });
  t.equal((await ask('POST', '/services/none/degraphql/routes', { uri: '/', query: 'q' })).status, 404);
  t.equal((await ask('DELETE', path)).status, 204);
  t.equal((await ask('GET', path)).status, 404);
});

void t.test('costs of GraphQL queries are where decK and Kong have them', async (t) => {
  const { ask } = await startAdminApi(t);
  const service = await ask('POST', '/services', { name: 'a', host: 'a.test' });
  const all = '/graphql-rate-limiting-advanced/costs';
  const made = await ask('POST', `/services/a${all}`, { type_path: 'Query.users', mul_constant: 1.5 });
  t.equal(made.status, 201, made.text);
  t.match(made.body, {
    ...{ type_path: 'Query.users', add_constant: 1, mul_constant: 1.5, add_arguments: [], mul_arguments: [] },
    service: { id: service.id },
  });
  t.same((await ask('GET', `${all}?size=1000`)).rows, [made.body]);
  const own = await ask('PUT', `/services/a${all}/${made.id}`, 'type_path=Query.posts&add_arguments=first');
  t.match(own.body, { id: made.id, type_path: 'Query.posts', add_arguments: ['first'], mul_constant: 1 });
  t.same((await ask('GET', `${all}/${made.id}`)).body, own.body);
  t.equal((await ask('DELETE', `${all}/${made.id}`)).status, 204);
  t.same((await ask('GET', `/services/a${all}`)).rows, []);
});

void t.test('filter chains belong to a service or a route', async (t) => {
  const { ask } = await startAdminApi(t);
  await ask('POST', '/services', { name: 'a', host: 'a.test' });
  await ask('POST', '/services/a/routes', { name: 'r', paths: ['/'] });
  const filters = [{ name: 'f', config: { b: 1, a: 2 } }];
  const made = await ask('POST', '/services/a/filter-chains', { name: 'c', filters });
  t.equal(made.status, 201, made.text);
  t.same(made.body.filters, [{ name: 'f', enabled: null, config: { b: 1, a: 2 } }]);
  t.equal(JSON.stringify(made.body).includes('{"b":1,"a":2}'), true, 'decK compares the text of a config');
  t.same((await ask('GET', '/filter-chains/c')).body, made.body);
  t.equal((await ask('PUT', '/routes/r/filter-chains/d', { filters })).status, 200);
  t.match((await ask('GET', '/filter-chains')).rows, { length: 2 });
  t.match(await ask('POST', '/services/a/filter-chains', { filters }), { status: 409, body: { code: 5 } });
  t.equal((await ask('GET', '/schemas/filter_chains')).status, 200);
  t.equal((await ask('POST', '/schemas/filter_chains/validate', { service: { name: 'a' }, filters })).status, 200);
});

void t.test('what belongs to a service goes with it', async (t) => {
  const { ask } = await startAdminApi(t);
  await ask('POST', '/services', { name: 'a', host: 'a.test' });
  const children = [
    ['/services/a/degraphql/routes', { uri: '/me', query: 'q' }],
    ['/services/a/graphql-rate-limiting-advanced/costs', { type_path: 'Query.users' }],
    ['/services/a/filter-chains', { filters: [{ name: 'f' }] }],
  ] as const;
  for (const [path, body] of children) t.equal((await ask('POST', path, body)).status, 201);
  t.equal((await ask('DELETE', '/services/a')).status, 204);
  for (const path of ['/degraphql_routes', '/graphql-rate-limiting-advanced/costs', '/filter-chains']) {
    t.same((await ask('GET', path)).rows, [], path);
  }
});

void t.test('what a file of decK has as custom entities is in the lists of its kinds', async (t) => {
  const config = `
_format_version: "3.0"
services: [{ name: a, host: a.test }]
custom_entities:
- type: degraphql_routes
  id: 0b9a1f4e-6f2d-4c9c-8a51-0c2f5f7d2a11
  fields: { uri: /me, query: 'query { me { name } }', service: { name: a } }
- type: graphql_ratelimiting_cost_decorations
  fields: { type_path: Query.users, mul_constant: 1.5, service: { name: a } }
`;
  const { ask } = await startAdminApi(t, { config });
  const { id } = (await ask('GET', '/services/a')).body;
  t.match((await ask('GET', '/degraphql_routes')).rows, [
    { id: '0b9a1f4e-6f2d-4c9c-8a51-0c2f5f7d2a11', uri: '/me', methods: ['GET'], service: { id } },
  ]);
  t.match((await ask('GET', '/services/a/graphql-rate-limiting-advanced/costs')).rows, [
    { type_path: 'Query.users', add_constant: 1, mul_constant: 1.5, service: { id } },
  ]);
});
