import t from 'tap';
import { startAdminApi } from '../support/admin-api.ts';
import { selfSignedPair } from '../support/certificates.ts';
import { issueCertificate } from '../support/issued-certificate.ts';

const { cert, key } = selfSignedPair('a.test');
const authority = issueCertificate({ name: 'authority', isAuthority: true });
const someId = '0b9a1f4e-6f2d-4c9c-8a51-0c2f5f7d2a11';

void t.test('a certificate shows and takes the names of its SNIs', async (t) => {
  const { ask } = await startAdminApi(t);
  const made = await ask('POST', '/certificates', { cert, key, snis: ['b.test', 'a.test'] });
  t.equal(made.status, 201, made.text);
  t.match(made.body, { cert, key, cert_alt: null, tags: null, snis: ['a.test', 'b.test'] });
  t.same((await ask('GET', '/certificates')).rows, [made.body]);
  t.same((await ask('GET', `/certificates/${made.id}/snis`)).rows.map(({ name }) => name).sort(), ['a.test', 'b.test']);
  t.same((await ask('PATCH', `/certificates/${made.id}`, { tags: ['t'] })).body.snis, ['a.test', 'b.test'], 'kept');
  t.same((await ask('PATCH', `/certificates/${made.id}`, { snis: ['b.test', 'c.test'] })).body.snis, [
    'b.test',
    'c.test',
  ]);
  t.equal((await ask('GET', '/snis/a.test')).status, 404);
  t.same((await ask('PUT', `/certificates/${made.id}`, { cert, key, snis: ['d.test'] })).body.snis, ['d.test']);
  t.same((await ask('PUT', `/certificates/${made.id}`, { cert, key })).body.snis, [], 'PUT replaces the list, too');
  const form = new URLSearchParams({ cert, key, snis: 'e.test' }).toString();
  t.same((await ask('POST', '/certificates', form)).body.snis, ['e.test']);
});

void t.test('a certificate is addressed by the name of one of its SNIs', async (t) => {
  const { ask } = await startAdminApi(t);
  const made = await ask('POST', '/certificates', { cert, key, snis: ['a.test'] });
  t.same((await ask('GET', '/certificates/a.test')).body, made.body);
  t.equal((await ask('GET', '/certificates/a.test/snis')).ids.length, 1);
  t.equal((await ask('GET', '/certificates/b.test')).status, 404);
  t.match((await ask('PATCH', '/certificates/a.test', { tags: ['t'] })).body, { id: made.id, tags: ['t'] });
  t.match((await ask('PUT', '/certificates/a.test', { cert, key })).body, {
    id: made.id,
    tags: null,
    snis: ['a.test'],
  });
  const other = await ask('PUT', '/certificates/new.test', { cert, key });
  t.match(other, { status: 200, body: { snis: ['new.test'] } });
  t.not(other.id, made.id);
  t.equal((await ask('DELETE', '/certificates/a.test')).status, 204);
  t.equal((await ask('GET', '/snis/a.test')).status, 404, 'its SNIs go with it');
  t.equal((await ask('DELETE', '/certificates/a.test')).status, 204);
});

void t.test('an SNI belongs to one certificate, and a list that cannot be made makes no certificate', async (t) => {
  const { ask } = await startAdminApi(t);
  const made = await ask('POST', '/certificates', { cert, key, snis: ['a.test'] });
  const taken = `a.test already associated with existing certificate '${made.id}'`;
  t.match(await ask('POST', '/certificates', { cert, key, snis: ['b.test', 'a.test'] }), {
    status: 400,
    body: { code: 2, message: `schema violation (snis: ${taken})`, fields: { snis: taken } },
  });
  t.equal((await ask('GET', '/certificates')).ids.length, 1);
  t.equal((await ask('GET', '/snis/b.test')).status, 404);
  for (const snis of [['b.test', 'b.test'], [1], { a: 1 }, 'not a name']) {
    const { status, body } = await ask('POST', '/certificates', { cert, key, snis });
    t.match([status, body.code], [400, 2], JSON.stringify(snis));
  }
});

void t.test('SNIs have paths of their own, and none to their certificate; services name a certificate', async (t) => {
  const { ask } = await startAdminApi(t);
  const made = await ask('POST', '/certificates', { cert, key });
  t.same(made.body.snis, []);
  const sni = await ask('POST', '/snis', { name: 'a.test', certificate: { id: made.id } });
  t.equal(sni.status, 201, sni.text);
  t.same((await ask('GET', '/snis/a.test')).body, sni.body);
  t.equal((await ask('GET', '/snis/a.test/certificate')).status, 404);
  t.match((await ask('PUT', `/certificates/${made.id}/snis/b.test`, {})).body, { name: 'b.test' });
  const service = { name: 's', protocol: 'https', host: 'a.test', client_certificate: { id: made.id } };
  t.equal((await ask('POST', '/services', service)).status, 201);
  t.equal((await ask('GET', `/certificates/${made.id}/services`)).ids.length, 1);
  t.equal((await ask('GET', '/services/s/client_certificate')).id, made.id);
  const trusted = await ask('PUT', `/ca_certificates/${someId}`, { cert: authority.cert });
  t.match([trusted.status, trusted.id], [200, someId], trusted.text);
});
