import { existsSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { allKinds, entityKinds } from '../../src/entities/kinds.ts';
import { packageRoot } from '../../src/lib/package-info.ts';

t.test('every kind has a name of its own, a label and a schema', (t) => {
  const singulars = allKinds.map((kind) => entityKinds[kind].singular);
  t.equal(new Set(singulars).size, allKinds.length);
  for (const kind of allKinds) {
    const { label, singular } = entityKinds[kind];
    t.not(label, '', kind);
    t.ok(existsSync(join(packageRoot, 'schemas', `${singular}.schema.json`)), singular);
  }
  t.end();
});

t.test('a nested list stands for a reference of the child to what is around it', (t) => {
  for (const kind of allKinds) {
    for (const { kind: child, via, joins } of entityKinds[kind].children) {
      t.equal(entityKinds[child].references[via], kind, `${kind} > ${child}`);
      if (joins !== undefined) t.ok(entityKinds[child].references[joins], `${kind} > ${child} joins ${joins}`);
    }
  }
  t.end();
});

t.test('kinds stand after those they refer to, so that ids can be made in the order of the table', (t) => {
  for (const [index, kind] of allKinds.entries()) {
    for (const [field, target] of Object.entries(entityKinds[kind].references)) {
      t.ok(allKinds.indexOf(target) < index, `${kind}.${field}`);
    }
  }
  t.end();
});

t.test('required fields are references', (t) => {
  for (const kind of allKinds) {
    const { references, required } = entityKinds[kind];
    t.strictSame(
      required.filter((field) => !Object.hasOwn(references, field)),
      [],
      kind,
    );
  }
  t.end();
});
