import type { EntityView } from '../../config/store/entity-view.ts';
import type { JsonValue } from '../../lib/json.ts';
import type { ConfigWriter } from '../../runtime/config-writer.ts';
import type { Endpoint } from '../endpoint.ts';
import { paginate } from '../page.ts';
import { collections } from './collections.ts';
import { reading } from './entity-context.ts';

/** A tag of an entity. */
interface TagRow {
  /** For paging alone: rows have no id of their own. */
  readonly id: string;
  readonly shown: { readonly entity_name: string; readonly entity_id: string; readonly tag: string };
}

/** `GET /tags` and `GET /tags/{tag}`: which entities of any kind have which tags. */
export function tagEndpoints(writer: ConfigWriter): readonly Endpoint[] {
  const page = (rows: readonly TagRow[], path: string, query: Readonly<Record<string, string>>): unknown => {
    const { size, offset } = query;
    const cut = paginate(rows, path, {
      ...(size === undefined ? {} : { size }),
      ...(offset === undefined ? {} : { offset }),
    });
    return { ...cut, data: cut.data.map(({ shown }) => shown) };
  };
  return [
    reading('/tags', ({ query }) => page(tagRows(writer.view, null), '/tags', query)),
    reading('/tags/:tag', ({ params, query }) => {
      const tag = params.tag ?? '';
      return page(tagRows(writer.view, tag), `/tags/${encodeURIComponent(tag)}`, query);
    }),
  ];
}

function tagRows(view: EntityView, wanted: string | null): readonly TagRow[] {
  return collections
    .flatMap(({ kind }) =>
      view.all(kind).flatMap(({ id, tags }) =>
        textsOf(tags)
          .filter((tag) => wanted === null || tag === wanted)
          .map((tag) => ({ id: `${id}:${tag}`, shown: { entity_name: kind, entity_id: id, tag } })),
      ),
    )
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

function textsOf(tags: JsonValue | undefined): readonly string[] {
  return Array.isArray(tags) ? (tags as readonly JsonValue[]).filter((tag) => typeof tag === 'string') : [];
}
