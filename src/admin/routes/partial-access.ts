import { linksOf } from '../../config/partial-links.ts';
import type { EntityView, Row } from '../../config/store/entity-view.ts';
import type { JsonObject } from '../../lib/json.ts';
import type { Endpoint } from '../endpoint.ts';
import { paginate } from '../page.ts';
import type { EntityContext, EntityPresenter } from './entity-context.ts';
import { reading } from './entity-context.ts';
import { type EntityAccess, found, plainAccess } from './entity-access.ts';

/** Plugins show the names of the partials that they are linked to: decK compares them. */
export function pluginAccess(presenter: EntityPresenter): EntityAccess {
  const plain = plainAccess('plugins', presenter);
  return { ...plain, show: (view, row, reader) => withNames(view, row, plain.show(view, row, reader)) };
}

function withNames(view: EntityView, row: Row, shown: JsonObject): JsonObject {
  const links = linksOf(row);
  if (links.length === 0) return shown;
  const partials = links.map(({ id, path }) => ({ id, name: view.get('partials', id)?.name ?? null, path }));
  return { ...shown, partials };
}

/** Kong's list of the plugins that are linked to a partial. */
export function partialLinkEndpoints(context: EntityContext): readonly Endpoint[] {
  const access = plainAccess('partials', context.presenter);
  return [
    reading('/partials/:key/links', ({ params: { key = '' }, query }) => {
      const { view } = context.writer;
      const rows = view.referring('plugins', 'partials', found(access.find(view, key)).id);
      const page = paginate(rows, `/partials/${encodeURIComponent(key)}/links`, query, false);
      return { ...page, count: rows.length, data: page.data.map(({ id, name = null }) => ({ id, name })) };
    }),
  ];
}
