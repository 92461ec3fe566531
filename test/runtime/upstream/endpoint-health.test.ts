import t from 'tap';
import { EndpointHealth } from '../../../src/runtime/upstream/health/endpoint-health.ts';
import { HealthRules } from '../../../src/runtime/upstream/health/health-rules.ts';
import { healthchecks } from '../../support/entities.ts';

const { active } = healthchecks({
  active: { healthy: { successes: 2 }, unhealthy: { tcp_failures: 2, timeouts: 1, http_failures: 3 } },
});

void t.test('kinds of failures are counted apart, each to its own limit', (t) => {
  const rules = new HealthRules(active);
  const health = new EndpointHealth();
  for (const sign of [500, 500, 'connection'] as const) t.notOk(rules.apply(health, sign));
  t.ok(health.isHealthy);
  t.ok(rules.apply(health, 'connection'), 'the second failed connection');
  t.notOk(health.isHealthy);
  t.end();
});

void t.test('a good sign clears the bad ones, and a bad sign the good ones', (t) => {
  const rules = new HealthRules(active);
  const health = new EndpointHealth();
  for (const sign of [500, 500, 200, 500, 500] as const) rules.apply(health, sign);
  t.ok(health.isHealthy);
  rules.apply(health, 'timeout');
  for (const sign of [200, 500, 200] as const) rules.apply(health, sign);
  t.notOk(health.isHealthy);
  t.ok(rules.apply(health, 200), 'the second in a row');
  t.ok(health.isHealthy);
  t.end();
});

void t.test('statuses in neither list and limits of 0 say nothing', (t) => {
  const off = new HealthRules(healthchecks().active);
  const health = new EndpointHealth();
  for (let time = 0; time < 300; time++) off.apply(health, 'connection');
  const rules = new HealthRules(active);
  for (let time = 0; time < 10; time++) rules.apply(health, 418);
  t.ok(health.isHealthy);
  t.notOk(off.watchesFailures);
  t.ok(rules.watchesFailures && rules.watchesSuccesses);
  t.end();
});

void t.test('watchers hear of changes alone', (t) => {
  const health = new EndpointHealth();
  let changes = 0;
  const unwatch = health.watch(() => changes++);
  t.ok(health.set(false));
  t.notOk(health.set(false));
  unwatch();
  t.ok(health.set(true));
  t.equal(changes, 1);
  t.end();
});
