import type { PlannedPlugin } from '../../runtime/plugin-plan.ts';
import type { NamedEntity, UpstreamView } from './model-route.ts';
import type { Answer } from './routing-model.ts';

/** An answer for machines, and what test files state expectations about. */
export interface AnswerRecord {
  readonly route: NamedEntity | null;
  readonly service: NamedEntity | null;
  readonly upstream_url: string | null;
  readonly upstream_host: string | null;
  readonly upstream: UpstreamView | null;
  readonly prefix: string | null;
  readonly captures: Readonly<Record<string, string>> | null;
  /** What the gateway answers before plugins; `null` when the request goes to the upstream. */
  readonly status: number | null;
  /** The Location header of a redirect. */
  readonly redirect: string | null;
  /** In the order they run. */
  readonly plugins: readonly AnsweredPlugin[];
}

/** A plugin and where its config comes from, such as `service "orders"` or `global`. */
export interface AnsweredPlugin {
  readonly name: string;
  readonly scope: string;
}

/** An answer in the words of the config. */
export function answerRecord(answer: Answer): AnswerRecord {
  const service = answer.target?.service ?? null;
  const { target, upstreamUrl, upstreamHost, prefix, captures, own, plugins } = answer;
  return {
    route: target === null ? null : named(target.route),
    service: service === null ? null : named(service),
    upstream_url: upstreamUrl,
    upstream_host: upstreamHost,
    upstream: target?.upstream ?? null,
    prefix,
    captures: captures === null ? null : Object.fromEntries(captures),
    status: own?.status ?? null,
    redirect: own?.redirect ?? null,
    plugins: pluginRecords(plugins),
  };
}

const records = new WeakMap<readonly PlannedPlugin[], readonly AnsweredPlugin[]>();

/** Made once per list: the model hands out the same list for every request of a route. */
function pluginRecords(plugins: readonly PlannedPlugin[]): readonly AnsweredPlugin[] {
  let list = records.get(plugins);
  if (list === undefined) {
    list = plugins.map(({ name, scope, forConsumers }) => ({ name, scope: scope ?? forConsumers.join(', ') }));
    records.set(plugins, list);
  }
  return list;
}

function named({ name, id }: NamedEntity): NamedEntity {
  return { name, id };
}
