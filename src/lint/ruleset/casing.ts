import { textOf } from '../../config/draft.ts';
import { isJsonObject, type JsonObject } from '../../lib/json.ts';

/** How words of a name are joined, as Spectral calls it, with an example of the words "order list". */
const examples = {
  flat: 'orderlist',
  camel: 'orderList',
  pascal: 'OrderList',
  kebab: 'order-list',
  cobol: 'ORDER-LIST',
  snake: 'order_list',
  macro: 'ORDER_LIST',
} as const;

/** All ways of writing a name. */
export const casings = Object.keys(examples);

/** The pattern of names in a way of writing; with a `separator`, of several such names with that character between. */
export function casingPattern(options: JsonObject): RegExp {
  const digits = options.disallowDigits === true ? '' : '0-9';
  const name = nameIn(textOf(options.type) ?? '', digits);
  if (!isJsonObject(options.separator)) return new RegExp(`^${name}$`);
  const { char, allowLeading } = options.separator;
  const separator = `\\u{${((textOf(char) ?? '').codePointAt(0) ?? 0).toString(16)}}`;
  const names = `${allowLeading === true ? `${separator}?` : ''}${name}(?:${separator}${name})*`;
  // The separator alone may be a name: the root "/" of names that are paths.
  return new RegExp(`^(?:${names}${allowLeading === true ? `|${separator}` : ''})$`, 'u');
}

function nameIn(casing: string, digits: string): string {
  const lower = `[a-z${digits}]`;
  const upper = `[A-Z${digits}]`;
  const humps = `${lower}*(?:${upper}(?:${lower}+|$))*`;
  switch (casing) {
    case 'camel':
      return `[a-z]${humps}`;
    case 'pascal':
      return `[A-Z]${humps}`;
    case 'kebab':
      return `[a-z]${lower}*(?:-${lower}+)*`;
    case 'snake':
      return `[a-z]${lower}*(?:_${lower}+)*`;
    case 'cobol':
      return `[A-Z]${upper}*(?:-${upper}+)*`;
    case 'macro':
      return `[A-Z]${upper}*(?:_${upper}+)*`;
    default:
      return `[a-z]${lower}*`;
  }
}
