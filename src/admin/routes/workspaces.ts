import { type Endpoint, notFound } from '../endpoint.ts';
import { defaultWorkspace, WORKSPACE } from '../workspace.ts';
import { reading } from './entity-context.ts';

/** `GET /workspaces` and `/workspaces/default`. Others can be neither found nor made. */
export function workspaceEndpoints(): readonly Endpoint[] {
  const workspace = defaultWorkspace(Date.now());
  return [
    reading('/workspaces', () => ({ data: [workspace], next: null })),
    {
      method: 'POST',
      path: '/workspaces',
      handle() {
        throw notFound();
      },
    },
    reading('/workspaces/:key', ({ params: { key } }) => {
      if (key === WORKSPACE || key?.toLowerCase() === workspace.id) return workspace;
      throw notFound();
    }),
  ];
}
