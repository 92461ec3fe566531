import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig } from '../../src/config/load-config.ts';
import { packageRoot } from '../../src/lib/package-info.ts';
import { routerFlavors } from '../../src/router/router-flavor.ts';
import type { RouterFlavor } from '../../src/router/router.ts';
import { sampleCatalog } from './sample-plugin.ts';

/** A folder per case: `kong.yml` and `expected.json`. */
export const fixtureFolder = join(packageRoot, 'fixtures');
const env = { DECK_HOST: 'env.example', DECK_PORT: '8080', DECK_SECRET: 's3cr3t value!' };

/** Findings as `expected.json` has them. */
export function findingsOf(name: string): readonly object[] {
  const text = readFileSync(join(fixtureFolder, name, 'kong.yml'), 'utf8');
  const { diagnostics } = loadConfig([{ name: 'kong.yml', text }], {
    catalog: sampleCatalog,
    now: 0,
    env,
    ...flavorOf(text),
  });
  return diagnostics.map(({ code, severity, range, message, hint, related }) => ({
    code,
    severity,
    line: range.start.line,
    column: range.start.column,
    message,
    ...(hint === undefined ? {} : { hint }),
    ...(related === undefined
      ? {}
      : { related: related.map((other) => `${other.range.start.line}:${other.range.start.column} ${other.message}`) }),
  }));
}

/** A file that is for one router flavor says so in its first line: `# router_flavor = expressions`. */
function flavorOf(text: string): { readonly routerFlavor?: RouterFlavor } {
  const [, name] = /^# router_flavor = (\w+)$/m.exec(text) ?? [];
  const routerFlavor = routerFlavors.find((flavor) => flavor === name);
  return routerFlavor === undefined ? {} : { routerFlavor };
}
