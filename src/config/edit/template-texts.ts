import { isScalar, isSeq, type Node } from 'yaml';
import type { JsonPath, JsonValue } from '../../lib/json.ts';
import type { ConfigDocument } from '../document.ts';
import { expandTemplate, hideTemplates } from '../env-template.ts';
import { isSecretName } from '../secrets.ts';
import { type Tree, Verbatim } from './write-tree.ts';
import { isScalarValue, scalarText } from './write-scalar.ts';

/** Shorter values are found in any text by chance. */
const MIN_LENGTH = 3;

/** Variables that templates are filled in from. */
export type Env = Readonly<Record<string, string | undefined>>;

const vaultReference = /^\{vault:\/\/.*\}$/s;

/**
 * Keeps values that come from the environment from being written out. A value that is known from a template is written
 * as that template, where one of the two is a secret; a text that had templates keeps those whose values are still in it.
 */
export class TemplateTexts {
  readonly #documents: readonly ConfigDocument[];
  readonly #env: Env;
  /** Templates by the values they have. */
  #known: ReadonlyMap<string, { readonly text: string; readonly isSecret: boolean }> | null = null;

  constructor(documents: readonly ConfigDocument[], env: Env) {
    this.#documents = documents;
    this.#env = env;
  }

  /** A value as it may be written under `key`. */
  treeOf(value: JsonValue, key: string): Tree {
    if (typeof value === 'string') return this.#templateFor(value, key) ?? value;
    if (isScalarValue(value)) return value;
    if (Array.isArray(value)) return (value as readonly JsonValue[]).map((item) => this.treeOf(item, key));
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, this.treeOf(part, name)]));
  }

  /** The same for a value in place of the one at `path`; `isLost` when that was a reference that goes. */
  replacement(document: ConfigDocument, path: JsonPath, old: JsonValue | undefined, value: JsonValue): Replacement {
    const isReference = document.isFromEnv(path) || (typeof old === 'string' && vaultReference.test(old));
    const key = path.findLast((step) => typeof step === 'string') ?? '';
    const kept =
      typeof value === 'string' && isReference ? this.#retemplated(document.written(path) ?? '', value) : null;
    return { tree: kept ?? this.treeOf(value, key), isLost: isReference };
  }

  #templateFor(value: string, key: string): Verbatim | null {
    if (value.length < MIN_LENGTH) return null;
    this.#known ??= this.#collect();
    const known = this.#known.get(value);
    if (known === undefined || !(known.isSecret || isSecretName(key))) return null;
    return new Verbatim(known.text, 0);
  }

  #collect(): ReadonlyMap<string, { readonly text: string; readonly isSecret: boolean }> {
    const known = new Map<string, { text: string; isSecret: boolean }>();
    for (const document of this.#documents) {
      for (const { key, value } of document.pairs()) {
        for (const node of isSeq(value) ? (value.items as (Node | null)[]) : [value]) {
          if (!isScalar(node)) continue;
          const [start, end] = node.range ?? [0, 0];
          const text = document.source.text.slice(start, end);
          const found = text.includes('${{') ? this.#valueOf(text) : null;
          if (found !== null) known.set(found, { text: text.trim(), isSecret: isSecretName(key) });
        }
      }
    }
    return known;
  }

  /** The value of a scalar that is one template and nothing else. */
  #valueOf(written: string): string | null {
    const bare = written.trim().replace(/^(["'])(.*)\1$/s, '$2');
    const { templates } = hideTemplates(bare);
    const [template] = templates;
    if (template?.start !== 0 || template.end !== bare.length) return null;
    const expansion = expandTemplate(template.expression, { env: this.#env, mockEnv: false });
    return expansion.ok ? expansion.text : null;
  }

  /** `null` when no value of a template that was there is in the new text. */
  #retemplated(written: string, value: string): Verbatim | null {
    const kept: string[] = [];
    let text = value;
    for (const { expression, start, end } of hideTemplates(written).templates) {
      const expansion = expandTemplate(expression, { env: this.#env, mockEnv: false });
      if (!expansion.ok || expansion.text.length < MIN_LENGTH || !text.includes(expansion.text)) continue;
      text = text.replaceAll(expansion.text, `\uE0F5${kept.length}\uE0F6`);
      kept.push(written.slice(start, end));
    }
    if (kept.length === 0) return null;
    // Templates are filled in before YAML is read, so they stand in quotes as they are.
    const filled = scalarText(text, 'json').replace(
      /\uE0F5(\d+)\uE0F6/g,
      (_, index: string) => kept[Number(index)] ?? '',
    );
    return new Verbatim(filled, 0);
  }
}

/** See {@link TemplateTexts.replacement}. */
export interface Replacement {
  readonly tree: Tree;
  readonly isLost: boolean;
}
