import { Ajv2020 } from 'ajv/dist/2020.js';
import { isJsonObject, type JsonObject, type JsonValue } from '../../../src/lib/json.ts';

/** Holds answers to the schemas of an OpenAPI document. */
export class AnswerChecker {
  readonly #document: JsonObject;
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });

  constructor(document: JsonObject) {
    this.#document = document;
    this.#ajv.addSchema(document, 'document');
  }

  /** What is wrong with an answer; `null` for nothing. `place`: path and method as in the document. */
  complain(path: string, method: string, status: number, body: JsonValue): string | null {
    const answers = ['paths', path, method, 'responses'];
    const listed = valueAt(this.#document, [...answers, String(status)]);
    if (listed === null && status < 400) return `status ${status} is not documented`;
    const start = [...answers, listed === null ? 'default' : String(status)];
    const response = this.#follow(start);
    const types = valueAt(this.#document, [...response, 'content']);
    if (!isJsonObject(types)) return null;
    const [type = ''] = Object.keys(types);
    const pointer = [...response, 'content', type, 'schema'].map(escaped).join('/');
    const validate = this.#ajv.compile({ $ref: `document#/${pointer}` });
    return validate(body) ? null : this.#ajv.errorsText(validate.errors);
  }

  /** Where a response stands that is a reference to a component. */
  #follow(path: readonly string[]): readonly string[] {
    const reference = valueAt(this.#document, [...path, '$ref']);
    return typeof reference === 'string' ? reference.slice(2).split('/') : path;
  }
}

function valueAt(root: JsonValue, path: readonly string[]): JsonValue {
  let value: JsonValue = root;
  for (const step of path) value = isJsonObject(value) ? (value[step] ?? null) : null;
  return value;
}

/** RFC 6901, and percent encoding for a fragment (section 6). */
function escaped(step: string): string {
  return encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1'));
}
