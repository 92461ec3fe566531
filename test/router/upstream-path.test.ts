import t from 'tap';
import { upstreamPath } from '../../src/router/upstream-path.ts';

/** Service path, prefix taken away (null = path kept), request path, what the upstream gets: routing.md §5, v0. */
const TABLE: readonly (readonly [string, string | null, string, string])[] = [
  ['/', null, '/apix', '/apix'],
  ['/', '/api', '/apix', '/x'],
  ['/', '/api', '/api', '/'],
  ['/svc', null, '/', '/svc'],
  ['/svc', '/', '/', '/svc'],
  ['/svc', null, '/api/', '/svc/api/'],
  ['/svc', '/', '/api/', '/svc/api/'],
  ['/svc', null, '/api', '/svc/api'],
  ['/svc', '/api', '/api', '/svc'],
  ['/svc', '/api', '/apix', '/svc/x'],
  ['/svc', '/api/', '/api/', '/svc/'],
  ['/svc', '/api/', '/api/x', '/svc/x'],
  ['/svc/', null, '/api', '/svc/api'],
  ['/svc/', '/api', '/api', '/svc'],
  ['/svc/', '/api', '/api/x', '/svc/x'],
  ['/svc', '/route', '/route../req', '/svc/req'],
  ['/svc', '/route', '/route..', '/svc'],
];

for (const [base, prefix, path, expected] of TABLE) {
  void t.test(`${base} + ${path} without ${prefix ?? 'nothing'} is ${expected}`, async (t) => {
    t.equal(upstreamPath(base, path, prefix), expected);
  });
}
