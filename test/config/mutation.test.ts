import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { parse } from 'yaml';
import type { Diagnostic } from '../../src/config/diagnostic.ts';
import { packageRoot } from '../../src/lib/package-info.ts';
import { corpusEntries, corpusText, loadText } from '../support/corpus.ts';
import { mutate, type Mutation } from '../support/mutate-config.ts';
import { findTargets, mutationKinds, type MutationKind, type Target } from '../support/mutation-targets.ts';
import { SeededRandom } from '../support/random.ts';
import { SchemaFacts } from '../support/schema-facts.ts';

const runs = Number(process.env.MUTATION_RUNS ?? 3000);
const seed = Number(process.env.MUTATION_SEED ?? 20_260_101);

/** A valid file that mutations are made of. */
interface Base {
  readonly name: string;
  readonly text: string;
  readonly known: ReadonlySet<string>;
  readonly targets: ReadonlyMap<MutationKind, readonly Target[]>;
}

/** What gw made of a mutation. */
interface Outcome {
  readonly base: string;
  readonly mutation: Mutation;
  readonly findings: readonly Diagnostic[];
  readonly isFound: boolean;
  readonly isExact: boolean;
}

function readBases(): readonly Base[] {
  const facts = new SchemaFacts();
  const fixtures = join(packageRoot, 'fixtures');
  const own = readdirSync(fixtures, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name.startsWith('valid-'))
    .map(({ name }) => [name, readFileSync(join(fixtures, name, 'kong.yml'), 'utf8')] as const);
  const corpus = (corpusEntries() ?? []).filter(({ label }) => label === 'valid');
  const texts = [...own, ...corpus.map(({ file }) => [file, corpusText(file)] as const)];
  return texts.flatMap(([name, text]) => {
    const targets = findTargets(text, facts);
    const { diagnostics } = loadText(name, text);
    if (targets === null || targets.length === 0 || diagnostics.some(({ severity }) => severity === 'error')) return [];
    return [{ name, text, known: new Set(diagnostics.map(keyOf)), targets: byKind(targets) }];
  });
}

function byKind(targets: readonly Target[]): ReadonlyMap<MutationKind, readonly Target[]> {
  const groups = mutationKinds.map((kind) => [kind, targets.filter((target) => target.kind === kind)] as const);
  return new Map(groups.filter(([, group]) => group.length > 0));
}

function keyOf({ code, path }: Diagnostic): string {
  return `${code} ${JSON.stringify(path)}`;
}

function judge(base: Base, mutation: Mutation): Outcome {
  const { diagnostics } = loadText(base.name, mutation.text);
  const findings = diagnostics.filter((finding) => !base.known.has(keyOf(finding)));
  const isHere = ({ range, related = [] }: Diagnostic): boolean =>
    mutation.lines.has(range.start.line) || related.some((other) => mutation.lines.has(other.range.start.line));
  const found = findings.filter(({ severity }) => severity === 'error');
  return {
    base: base.name,
    mutation,
    findings,
    isFound: found.some(isHere),
    isExact: findings.length === 1 && found.some(isHere),
  };
}

/** Mutates files in turn, each at a random place, until there are enough mutations. */
function* mutations(bases: readonly Base[]): Generator<readonly [Base, Mutation]> {
  const random = new SeededRandom(seed);
  for (let made = 0, turn = 0; made < runs; turn++) {
    const base = bases[turn % bases.length];
    if (base === undefined) return;
    const kinds = mutationKinds.filter((kind) => base.targets.has(kind));
    const target = random.pick(base.targets.get(random.pick(kinds)) ?? []);
    const mutation = mutate(base.text, target, random);
    if (mutation === null || !isYaml(mutation.text)) continue;
    made++;
    yield [base, mutation];
  }
}

/** A mutation must leave a text that can be read: it is about meaning. */
function isYaml(text: string): boolean {
  try {
    parse(text, { merge: true, logLevel: 'silent' });
    return true;
  } catch {
    return false;
  }
}

t.test(
  `of ${runs} single mistakes in valid files nearly all are found, each with one finding where it is`,
  { timeout: 300_000 },
  (t) => {
    const bases = readBases();
    const outcomes = Array.from(mutations(bases), ([base, mutation]) => judge(base, mutation));
    t.comment(`${bases.length} files, seed ${seed}`);
    for (const kind of mutationKinds) {
      const own = outcomes.filter(({ mutation }) => mutation.kind === kind);
      const found = own.filter(({ isFound }) => isFound).length;
      const exact = own.filter(({ isExact }) => isExact).length;
      t.comment(`${kind}: ${own.length} made, ${found} found, ${exact} with exactly one finding there`);
    }
    const missed = outcomes.filter(({ isFound }) => !isFound);
    const inexact = outcomes.filter(({ isFound, isExact }) => isFound && !isExact);
    for (const line of worst([...missed, ...inexact])) t.comment(line);
    t.ok(missed.length <= outcomes.length / 100, `${missed.length} of ${outcomes.length} are not found`);
    t.ok(inexact.length <= outcomes.length / 100, `${inexact.length} of ${outcomes.length} have more than one finding`);
    t.end();
  },
);

/** What went wrong most often, with an example each. */
function worst(outcomes: readonly Outcome[]): readonly string[] {
  const groups = new Map<string, Outcome[]>();
  for (const outcome of outcomes) {
    const codes = new Set(outcome.findings.map(({ code }) => code));
    const key = `${outcome.mutation.kind}: ${[...codes].sort().join(', ') || 'nothing'}`;
    groups.set(key, [...(groups.get(key) ?? []), outcome]);
  }
  const sorted = [...groups].sort(([, a], [, b]) => b.length - a.length).slice(0, 40);
  return sorted.map(
    ([key, [first, ...others]]) => `${others.length + 1} x ${key}\n${first === undefined ? '' : describe(first)}`,
  );
}

function describe({ base, mutation, findings }: Outcome): string {
  const said = findings.map(({ code, range, message }) => `${range.start.line} ${code} ${message}`).slice(0, 4);
  const place = `${mutation.path.join('.')}, line ${[...mutation.lines].slice(0, 4).join()}`;
  return [`  ${base}: ${place}: ${mutation.summary}`, ...said].join('\n    ');
}
