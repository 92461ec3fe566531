import t from 'tap';
import type { ConsumerGroup } from '../../../src/entities/consumer-group.ts';
import type { JsonObject } from '../../../src/lib/json.ts';
import type { OpenidConnectConfig } from '../../../src/plugins/openid-connect/config.ts';
import { ConsumerGroupMapping } from '../../../src/plugins/openid-connect/consumer-groups.ts';
import { entities } from '../../support/entities.ts';

const known = entities({ consumer_groups: [group('gold'), group('silver'), group('two words')] });

function group(name: string): ConsumerGroup {
  return { id: `id-${name}`, name, tags: null, created_at: 0, updated_at: 0 };
}

/** Names of the groups found, or what there is instead. */
function match(config: Partial<OpenidConnectConfig>, ...sources: JsonObject[]): readonly string[] | string | null {
  const found = new ConsumerGroupMapping({ issuer: 'https://idp.example', ...config }, known).match(sources);
  return Array.isArray(found) ? found.map(({ name }: ConsumerGroup) => name) : (found as string | null);
}

const tier: Partial<OpenidConnectConfig> = { consumer_groups_claim: ['tier'] };

t.test('without a claim no group is looked for', (t) => {
  t.equal(match({}, { tier: 'gold' }), null);
  t.equal(match({ consumer_groups_claim: [] }, { tier: 'gold' }), null);
  t.end();
});

t.test('groups come in the order of the claim, each once; unknown names count for nothing', (t) => {
  t.strictSame(match(tier, { tier: ['silver', 'lead', 'gold', 'silver'] }), ['silver', 'gold']);
  t.strictSame(match(tier, { tier: 'gold silver' }), ['gold', 'silver']);
  t.strictSame(match(tier, { tier: ['two words'] }), ['two words']);
  t.end();
});

t.test('a claim may be nested, and stand in any source', (t) => {
  t.strictSame(match({ consumer_groups_claim: ['a', 'b'] }, { x: 1 }, { a: { b: ['gold'] } }), ['gold']);
  t.equal(match({ consumer_groups_claim: ['a.b'] }, { a: { b: ['gold'] } }), 'unknown', 'a dot is part of a name');
  t.end();
});

t.test('no group is a refusal, unless groups are optional', (t) => {
  t.equal(match(tier, { tier: ['lead'] }), 'unknown');
  t.equal(match(tier, {}), 'unknown');
  t.equal(match(tier, { tier: ['id-gold'] }), 'unknown', 'an id is not a name');
  t.equal(match({ ...tier, consumer_groups_optional: true }, { tier: ['lead'] }), null);
  t.equal(match({ ...tier, consumer_groups_optional: true }), null);
  t.end();
});
