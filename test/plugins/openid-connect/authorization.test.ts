import t from 'tap';
import type { JsonObject } from '../../../src/lib/json.ts';
import { Authorization } from '../../../src/plugins/openid-connect/authorization.ts';
import type { OpenidConnectConfig } from '../../../src/plugins/openid-connect/config.ts';

function refusal(config: Partial<OpenidConnectConfig>, claims: JsonObject | null): string | null {
  return new Authorization({ issuer: 'https://idp.example', ...config }).refusal(claims);
}

t.test('without requirements every token passes, also one that cannot be read', (t) => {
  t.equal(refusal({}, {}), null);
  t.equal(refusal({}, null), null);
  t.equal(refusal({ scopes_required: [] }, {}), null);
  t.end();
});

const scope = 'required scope is missing';

const lists: [required: string[], claim: JsonObject, refusal: string | null][] = [
  [['a'], { scope: 'a b' }, null],
  [['c'], { scope: 'a b' }, scope],
  [['a c'], { scope: 'a b' }, scope],
  [['a b'], { scope: 'b a' }, null],
  [['c', 'a'], { scope: 'a' }, null],
  [['c', 'a b'], { scope: 'a' }, scope],
  [['a'], {}, scope],
  [['a'], { scope: '' }, scope],
  [['a'], { scope: null }, scope],
  [['A'], { scope: 'a' }, scope],
  [['a'], { scope: ['a', 'b'] }, null],
  [['two words'], { scope: ['two words'] }, null],
  [['two'], { scope: ['two words'] }, scope],
  [['a,b'], { scope: 'a b' }, scope],
  [['1'], { scope: 1 }, null],
  [['true'], { scope: [true] }, null],
  [['a'], { scope: { a: true } }, scope],
  [['a'], { scope: 'x\ta\n' }, null],
];

for (const [required, claims, expected] of lists) {
  t.test(`${JSON.stringify(required)} with ${JSON.stringify(claims)} ${expected ?? 'passes'}`, (t) => {
    t.equal(refusal({ scopes_required: required }, claims), expected);
    t.end();
  });
}

t.test('an entry of white space alone is never met', (t) => {
  t.equal(refusal({ scopes_required: [' '] }, { scope: 'a' }), scope);
  t.end();
});

t.test('an opaque token meets no requirement', (t) => {
  t.equal(refusal({ scopes_required: ['a'] }, null), scope);
  t.end();
});

t.test('all four kinds of requirements must be met', (t) => {
  const config = {
    scopes_required: ['read'],
    audience_required: ['api'],
    groups_required: ['staff'],
    roles_required: ['admin'],
  };
  const claims = { scope: 'read', aud: ['api', 'other'], groups: ['staff'], roles: 'admin' };
  t.equal(refusal(config, claims), null);
  t.equal(refusal(config, { ...claims, aud: 'other' }), 'required audience is missing');
  t.equal(refusal(config, { ...claims, groups: [] }), 'required group is missing');
  t.equal(refusal(config, { ...claims, roles: 'user' }), 'required role is missing');
  t.end();
});

t.test('a claim path walks one key per element and knows no prototype', (t) => {
  const config = { roles_required: ['admin'], roles_claim: ['realm_access', 'roles'] };
  t.equal(refusal(config, { realm_access: { roles: ['admin'] } }), null);
  t.equal(refusal(config, { 'realm_access.roles': ['admin'] }), 'required role is missing');
  t.equal(refusal({ ...config, roles_claim: ['a.b'] }, { 'a.b': 'admin' }), null);
  t.equal(refusal({ ...config, roles_claim: ['__proto__', 'roles'] }, {}), 'required role is missing');
  t.equal(refusal({ ...config, roles_claim: [] }, { roles: 'admin' }), 'required role is missing');
  t.end();
});

t.test('a forbidden claim refuses even when it is null', (t) => {
  const config = { claims_forbidden: ['act', 'x'] };
  t.equal(refusal(config, { act: null }), 'forbidden claim is present');
  t.equal(refusal(config, { acts: 1 }), null);
  t.equal(refusal({ claims_forbidden: ['toString'] }, {}), null);
  t.end();
});
