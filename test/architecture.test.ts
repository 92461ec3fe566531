import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import t from 'tap';
import { packageRoot } from '../src/lib/package-info.ts';

/** A folder may import from itself and from folders before it; see docs/architecture.md. */
const LAYERS = [
  'lib',
  'entities',
  'router',
  'cache',
  'pdk',
  'config',
  'oidc',
  'plugins',
  'runtime',
  'lint',
  'admin',
  'cli',
] as const;

const source = join(packageRoot, 'src');
const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => join(source, file));
const imports = new Map(files.map((file) => [file, importsOf(file)]));

void t.test('every import points to the same layer or one to its left', async (t) => {
  const wrong = [...imports].flatMap(([file, targets]) =>
    targets
      .filter((target) => layerOf(target) > layerOf(file))
      .map((target) => `${short(file)} imports ${short(target)}`),
  );
  t.same(wrong, []);
});

void t.test('no file imports itself through others', async (t) => {
  t.same(findCycle(), []);
});

void t.test('every folder of src is a known layer', async (t) => {
  const unknown = readdirSync(source, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !(LAYERS as readonly string[]).includes(entry.name))
    .map((entry) => entry.name);
  t.same(unknown, []);
});

void t.test('src imports no development dependency', async (t) => {
  const manifest = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  const strays = files.flatMap((file) =>
    packagesOf(file)
      .filter((name) => !(name in manifest.dependencies))
      .map((name) => `${short(file)} imports ${name}`),
  );
  t.same(strays, []);
});

void t.test('every dependency has its reason in docs/dependencies.md', async (t) => {
  const manifest = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
    devDependencies: Record<string, string>;
  };
  const page = readFileSync(join(packageRoot, 'docs', 'dependencies.md'), 'utf8');
  const missing = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies }).filter(
    (name) => !page.includes(`| \`${name}\` |`),
  );
  t.same(missing, []);
});

/** Position in {@link LAYERS}; files right under `src/` wire everything and come last. */
function layerOf(file: string): number {
  const [folder = ''] = relative(source, file).split('/');
  const index = (LAYERS as readonly string[]).indexOf(folder);
  return index < 0 ? LAYERS.length : index;
}

function specifiersOf(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(/(?:from\s+|import\s*\(\s*|import\s+)'([^']+)'/g)].map((match) => match[1] ?? '');
}

function importsOf(file: string): string[] {
  return specifiersOf(file)
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => resolve(dirname(file), specifier))
    .filter((target) => target.endsWith('.ts'));
}

function packagesOf(file: string): string[] {
  return specifiersOf(file)
    .filter((specifier) => !specifier.startsWith('.') && !specifier.startsWith('node:'))
    .map((specifier) =>
      specifier
        .split('/')
        .slice(0, specifier.startsWith('@') ? 2 : 1)
        .join('/'),
    );
}

function findCycle(): string[] {
  const done = new Set<string>();
  const visit = (file: string, trail: readonly string[]): string[] => {
    const at = trail.indexOf(file);
    if (at >= 0) return [...trail.slice(at), file].map(short);
    if (done.has(file)) return [];
    for (const target of imports.get(file) ?? []) {
      const cycle = visit(target, [...trail, file]);
      if (cycle.length > 0) return cycle;
    }
    done.add(file);
    return [];
  };
  for (const file of files) {
    const cycle = visit(file, []);
    if (cycle.length > 0) return cycle;
  }
  return [];
}

function short(file: string): string {
  return relative(source, file);
}
