import t from 'tap';
import { type Ask, type Asked, startAdminApi } from '../support/admin-api.ts';

const many = `_format_version: "3.0"
services:
${Array.from({ length: 250 }, (_, at) => `- { name: s${at}, host: a.test, tags: [all, ${at % 2 === 0 ? 'even' : 'odd'}] }`).join('\n')}
upstreams:
- name: pool
  targets:
${Array.from({ length: 120 }, (_, at) => `  - { target: "127.0.0.1:${at + 1}", tags: [${at < 3 ? 'low' : 'high'}] }`).join('\n')}
`;

/** All pages from a path on, following `next` as people do. */
async function follow(ask: Ask, first: string): Promise<Asked[]> {
  const pages: Asked[] = [];
  for (let path: string | null = first; path !== null; ) {
    const page: Asked = await ask('GET', path);
    pages.push(page);
    path = page.next;
  }
  return pages;
}

void t.test('pages of a collection hold each entity once, in the order of ids', async (t) => {
  const { ask } = await startAdminApi(t, { config: many });
  for (const [query, sizes] of [
    ['', [100, 100, 50]],
    ['?size=1000', [250]],
    ['?size=250', [250]],
    ['?size=99', [99, 99, 52]],
    ['?tags=even', [100, 25]],
    ['?tags=all,odd&size=60', [60, 60, 5]],
  ] as const) {
    const pages = await follow(ask, `/services${query}`);
    t.same(
      pages.map(({ rows }) => rows.length),
      sizes,
      query,
    );
    const ids = pages.flatMap((page) => page.ids);
    t.same(ids, [...new Set(ids)].sort(), query);
    for (const { body } of pages.slice(0, -1)) t.type(body.offset, 'string');
    t.notOk('offset' in (pages.at(-1)?.body ?? {}), 'the last page has no offset');
  }
});

void t.test('the offset goes on where a page ended, whatever was removed or made meanwhile', async (t) => {
  const { ask } = await startAdminApi(t, { config: many });
  const first = await ask('GET', '/services?size=10');
  const last = first.ids.at(-1) ?? '';
  t.equal((await ask('DELETE', `/services/${last}`)).status, 204);
  t.equal((await ask('POST', '/services', { id: '00000000-0000-4000-8000-000000000000', host: 'a.test' })).status, 201);
  const second = await ask('GET', `/services?size=10&offset=${first.body.offset as string}`);
  const all = (await ask('GET', '/services?size=1000')).ids;
  t.same(second.ids, all.filter((id) => id > last).slice(0, 10));
});

void t.test('`next` repeats tags and size, below an entity the tags alone', async (t) => {
  const { ask } = await startAdminApi(t, { config: many });
  t.match(
    (await ask('GET', '/services?size=1&tags=all,odd')).body.next,
    /^\/services\?offset=[\w-]+&tags=all%2Codd&size=1$/,
  );
  t.match((await ask('GET', '/upstreams/pool/targets')).body.next, /^\/upstreams\/pool\/targets\?offset=[\w-]+$/);
  const filtered = await ask('GET', '/upstreams/pool/targets?tags=low&size=2');
  t.match(filtered.body.next, /^\/upstreams\/pool\/targets\?offset=[\w-]+&tags=low$/);
  t.equal((await ask('GET', filtered.next ?? '')).rows.length, 1, 'tags filter below an entity, too');
  t.equal((await ask('GET', '/upstreams/pool/targets?tags=low,high')).rows.length, 0);
  t.equal((await ask('GET', '/upstreams/pool/targets?tags=low/high&size=1000')).rows.length, 120);
});

void t.test('sizes, offsets and tags that make no sense are refused in Kong’s words', async (t) => {
  const { ask } = await startAdminApi(t);
  const size = 'size must be an integer between 1 and 1000';
  const tags = (reason: string): object => ({
    code: 11,
    name: 'invalid options',
    message: `invalid option (tags: ${reason})`,
    options: { tags: reason },
  });
  const errors: Readonly<Record<string, object>> = {
    'size=0': { code: 9, name: 'invalid size', message: size },
    'size=1001': { code: 9, name: 'invalid size', message: size },
    'size=1.5': { code: 9, name: 'invalid size', message: size },
    'size=x': { code: 9, name: 'invalid size', message: 'size must be a number' },
    'size=': { code: 9, name: 'invalid size', message: 'size must be a number' },
    'offset=x': { code: 7, name: 'invalid offset', message: "'x' is not a valid offset: bad base64 encoding" },
    'tags=a,b/c': tags('invalid filter syntax'),
    'tags=': tags('cannot be null'),
    'tags=a,b,c,d,e,f': tags('cannot query more than 5 tags'),
  };
  for (const [query, body] of Object.entries(errors)) {
    t.match(await ask('GET', `/services?${query}`), { status: 400 }, query);
    t.same((await ask('GET', `/services?${query}`)).body, body, query);
  }
});

void t.test('tags of all entities, and the entities that have one', async (t) => {
  const { ask } = await startAdminApi(t);
  await ask('PUT', '/services/a', { host: 'a.test', tags: ['x', 'y'] });
  await ask('PUT', '/consumers/bob', { tags: ['x'] });
  const { id } = (await ask('GET', '/services/a')).body;
  const rows = (await ask('GET', '/tags')).rows;
  t.equal(rows.length, 3);
  t.ok(rows.some((row) => row.entity_name === 'consumers' && row.tag === 'x'));
  t.same((await ask('GET', '/tags/y')).body, {
    data: [{ entity_name: 'services', entity_id: id, tag: 'y' }],
    next: null,
  });
  t.same((await ask('GET', '/tags/z')).body, { data: [], next: null });
  const pages = await follow(ask, '/tags?size=1');
  t.same(new Set(pages.flatMap((page) => page.rows.map((row) => JSON.stringify(row)))).size, 3);
});
