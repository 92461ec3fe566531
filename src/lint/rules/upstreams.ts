import { type Draft, textOf } from '../../config/draft.ts';
import { isJsonObject, type JsonValue } from '../../lib/json.ts';
import { type LintContext, nameOf } from '../context.ts';
import type { LintRule } from '../rule.ts';

function targetsByUpstream(context: LintContext): ReadonlyMap<Draft, number> {
  const counts = new Map<Draft, number>();
  for (const target of context.all('targets')) {
    const upstream = context.owner(target, 'upstream');
    if (upstream !== null) counts.set(upstream, (counts.get(upstream) ?? 0) + 1);
  }
  return counts;
}

/** An upstream that has nowhere to send a request. */
export const upstreamWithoutTargets: LintRule = {
  name: 'upstream-without-targets',
  severity: 'warning',
  title: 'an upstream without targets',
  explanation:
    'A service whose host is the name of an upstream sends its requests to the targets of that upstream. Without ' +
    'targets every request is answered with status 503.',
  bad: `services:
- name: orders
  host: orders-pool
  routes:
  - name: orders
    paths: [/orders]
upstreams:
- name: orders-pool`,
  good: `services:
- name: orders
  host: orders-pool
  routes:
  - name: orders
    paths: [/orders]
upstreams:
- name: orders-pool
  targets:
  - target: 10.0.0.1:8080`,
  check(context, report) {
    const targets = targetsByUpstream(context);
    for (const upstream of context.all('upstreams')) {
      if (targets.has(upstream)) continue;
      report({ place: upstream, message: `${nameOf(upstream)} has no targets: requests to it get status 503` });
    }
  },
};

/** Several targets of which nobody knows whether they live. */
export const upstreamWithoutHealthChecks: LintRule = {
  name: 'upstream-without-health-checks',
  severity: 'info',
  title: 'an upstream with several targets and no health checks',
  explanation:
    'Without health checks a target that is down keeps getting its share of the requests. Active checks ask each ' +
    'target regularly ("healthchecks.active.healthy.interval" above 0); passive ones watch the answers ' +
    '("healthchecks.passive.unhealthy" with a count above 0).',
  bad: `services:
- name: orders
  host: orders-pool
  routes:
  - name: orders
    paths: [/orders]
upstreams:
- name: orders-pool
  targets:
  - target: 10.0.0.1:8080
  - target: 10.0.0.2:8080`,
  good: `services:
- name: orders
  host: orders-pool
  routes:
  - name: orders
    paths: [/orders]
upstreams:
- name: orders-pool
  targets:
  - target: 10.0.0.1:8080
  - target: 10.0.0.2:8080
  healthchecks:
    active:
      http_path: /health
      healthy: { interval: 10, successes: 2 }
      unhealthy: { interval: 5, http_failures: 3 }`,
  check(context, report) {
    const targets = targetsByUpstream(context);
    for (const upstream of context.all('upstreams')) {
      if ((targets.get(upstream) ?? 0) < 2 || hasChecks(upstream)) continue;
      const message = `${nameOf(upstream)} has several targets and no health checks: one that is down keeps getting requests`;
      report({ place: upstream, message, hint: 'set "healthchecks.active" or "healthchecks.passive"' });
    }
  },
};

function hasChecks({ fields }: Draft): boolean {
  const counts = (kind: string, state: string, keys: readonly string[]): boolean => {
    const settings = member(member(fields.healthchecks, kind), state);
    return keys.some((key) => Number(member(settings, key) ?? 0) > 0);
  };
  return (
    counts('active', 'healthy', ['interval']) ||
    counts('active', 'unhealthy', ['interval']) ||
    counts('passive', 'unhealthy', ['http_failures', 'tcp_failures', 'timeouts'])
  );
}

function member(value: JsonValue | undefined, key: string): JsonValue | undefined {
  return isJsonObject(value) ? value[key] : undefined;
}

/** Names of upstreams that plugins send requests to. */
function upstreamsOfPlugins(context: LintContext): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { config } of context.plugins) collectTexts(config.value, names);
  return names;
}

/** An upstream that no service sends anything to. */
export const unusedUpstream: LintRule = {
  name: 'unused-upstream',
  severity: 'warning',
  title: 'an upstream that nothing uses',
  explanation:
    'An upstream is used when the "host" of a service is its name, or when the config of a plugin such as "canary" or ' +
    '"route-by-header" names it. This one is not: perhaps a name has a typo.',
  bad: `services:
- name: orders
  host: order-pool
  routes:
  - name: orders
    paths: [/orders]
upstreams:
- name: orders-pool
  targets:
  - target: 10.0.0.1:8080`,
  good: `services:
- name: orders
  host: orders-pool
  routes:
  - name: orders
    paths: [/orders]
upstreams:
- name: orders-pool
  targets:
  - target: 10.0.0.1:8080`,
  check(context, report) {
    const used = new Set(upstreamsOfPlugins(context));
    for (const { fields } of context.all('services')) {
      const url = textOf(fields.url);
      used.add(textOf(fields.host) ?? '');
      if (url !== null && URL.canParse(url)) used.add(new URL(url).hostname);
    }
    for (const upstream of context.all('upstreams')) {
      const name = textOf(upstream.fields.name);
      if (name === null || used.has(name) || used.has(name.toLowerCase())) continue;
      report({
        place: upstream,
        path: ['name'],
        message: `no service has the host "${name}", so this upstream is not used`,
      });
    }
  },
};

function collectTexts(value: JsonValue | undefined, into: Set<string>): void {
  if (typeof value === 'string') into.add(value);
  else if (Array.isArray(value)) for (const entry of value as readonly JsonValue[]) collectTexts(entry, into);
  else if (isJsonObject(value)) for (const entry of Object.values(value)) collectTexts(entry, into);
}
