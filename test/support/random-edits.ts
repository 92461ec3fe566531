import type { EntityEdit, Row } from '../../src/config/store/entity-view.ts';
import type { EntityKind } from '../../src/entities/kinds.ts';
import type { JsonObject } from '../../src/lib/json.ts';
import type { SeededRandom } from './random.ts';

const kinds = [
  ...(['services', 'routes', 'plugins', 'consumers', 'consumer_groups', 'consumer_group_consumers'] as const),
  ...(['upstreams', 'targets', 'acls', 'keyauth_credentials'] as const),
];

/** Random changes of a config, as clients of the Admin API make them. */
export class RandomEdits {
  readonly #random: SeededRandom;
  #count = 0;

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  /** One change; some of them are no valid ones. */
  next(entities: EntityEdit): void {
    const roll = this.#random.below(100);
    if (roll < 30) this.#create(entities);
    else if (roll < 42) this.#remove(entities);
    else if (roll < 57) this.#putBack(entities);
    else this.#update(entities);
  }

  #create(entities: EntityEdit): void {
    const kind = this.#random.pick(kinds);
    entities.create(kind, this.#fields(kind, entities, true));
  }

  #remove(entities: EntityEdit): void {
    const kind = this.#random.pick(kinds);
    const row = this.#any(entities, kind);
    if (row !== null) entities.remove(kind, row.id);
  }

  /** Somebody read an entity, and sends it back with something else in it, as decK does. */
  #putBack(entities: EntityEdit): void {
    const kind = this.#random.pick(kinds.filter((name) => name !== 'consumer_group_consumers'));
    const row = this.#any(entities, kind);
    if (row === null) return;
    const fields = Object.entries(row).filter(([key]) => !['id', 'created_at', 'updated_at'].includes(key));
    entities.replace(kind, { by: 'id', text: row.id }, { ...Object.fromEntries(fields), ...this.#common() });
  }

  #update(entities: EntityEdit): void {
    const kind = this.#random.pick(kinds.filter((name) => name !== 'consumer_group_consumers'));
    const row = this.#any(entities, kind);
    if (row !== null) entities.update(kind, row.id, this.#fields(kind, entities, false, row));
  }

  #fields(kind: EntityKind, entities: EntityEdit, isNew: boolean, row?: Row): JsonObject {
    const { below, pick } = {
      below: (limit: number) => this.#random.below(limit),
      pick: <T>(list: readonly T[]) => this.#random.pick(list),
    };
    const some = (fields: JsonObject): JsonObject =>
      isNew ? fields : Object.fromEntries(Object.entries(fields).filter(() => below(3) === 0));
    const owner = (target: EntityKind): JsonObject[string] => {
      const found = this.#any(entities, target);
      return found === null ? null : { id: found.id };
    };
    const name = `${kind.slice(0, 3)}-${String(this.#count++)}`;
    switch (kind) {
      case 'services':
        return some({
          ...{ name, host: pick(['a.test', 'b.test', 'env-host.test']), port: 8000 + below(5), retries: below(8) },
          ...{ path: pick([null, '/x', '/y']), protocol: pick(['http', 'https']), read_timeout: pick([60_000, 1000]) },
          ...this.#common(),
        });
      case 'routes':
        return some({
          ...{
            name: below(4) === 0 ? null : name,
            paths: this.#subset(['/a', '/b', '/c d', '~/e(?<x>[0-9]+)$', '/f#g']),
          },
          ...{
            methods: pick([null, ['GET'], ['GET', 'POST']]),
            hosts: pick([null, ['h.test'], ['*.w.test', 'h.test']]),
          },
          ...{ headers: pick([null, { 'x-a': ['1', 'yes'] }, { 'x-b': ['~*^v'] }]), strip_path: pick([true, false]) },
          ...{ service: owner('services'), regex_priority: below(3), ...this.#common() },
        });
      case 'plugins': {
        const plugin = isNew ? pick(['key-auth', 'cors', 'rate-limiting', 'correlation-id']) : (row?.name as string);
        const configs: Readonly<Record<string, JsonObject>> = {
          'key-auth': { key_names: this.#subset(['apikey', 'x-key']), hide_credentials: pick([true, false]) },
          cors: { origins: pick([null, ['*'], ['https://a.test', 'https://b.test']]), max_age: pick([null, 60]) },
          'rate-limiting': { minute: 1 + below(9), policy: 'local' },
          'correlation-id': { header_name: pick(['X-Id', 'Kong-Request-ID']), generator: 'uuid' },
          'openid-connect': { scopes: this.#subset(['openid', 'email', 'profile']), leeway: below(9) },
        };
        const scope = pick(['service', 'route', 'none'] as const);
        const placed = scope === 'none' ? {} : { [scope]: owner(scope === 'service' ? 'services' : 'routes') };
        return {
          ...(isNew ? { name: plugin, ...placed } : {}),
          ...some({ config: configs[plugin] ?? {}, enabled: pick([true, false]), ...this.#common() }),
        };
      }
      case 'consumers':
        return some({
          username: pick([name, `${name}: #x`, `yes${name}`]),
          custom_id: pick([null, `c-${name}`]),
          ...this.#common(),
        });
      case 'consumer_groups':
        return some({ name, ...this.#common() });
      case 'consumer_group_consumers':
        return { consumer: owner('consumers'), consumer_group: owner('consumer_groups') };
      case 'upstreams':
        return some({
          ...{ name: `${name}.test`, slots: 100 + below(3), ...this.#common() },
          healthchecks: { active: { healthy: { interval: below(5) } }, threshold: below(20) },
        });
      case 'targets':
        return some({
          target: `10.0.0.${String(below(200))}:80`,
          weight: below(100),
          upstream: owner('upstreams'),
          ...this.#common(),
        });
      case 'acls':
        return some({ group: pick(['staff', 'guests', name]), consumer: owner('consumers'), ...this.#common() });
      default:
        return some({ key: below(2) === 0 ? name : '1234', consumer: owner('consumers'), ...this.#common() });
    }
  }

  #common(): JsonObject {
    return { tags: this.#random.pick([null, ['t1'], ['t1', 't2'], ['t3', 'on', '12', '2024-01-01']]) };
  }

  #subset(list: readonly string[]): readonly string[] {
    const some = list.filter(() => this.#random.below(2) === 0);
    return some.length === 0 ? list.slice(0, 1) : some;
  }

  #any(entities: EntityEdit, kind: EntityKind): Row | null {
    const rows = entities.all(kind);
    return rows.length === 0 ? null : this.#random.pick(rows);
  }
}
