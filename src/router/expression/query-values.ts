import { Buffer } from 'node:buffer';

/**
 * The arguments of a query as Kong reads them: split at `&` and the first `=`, `+` for a space, percent-decoded where
 * that is possible; an argument without value has the empty one, and one without name does not count. A value that is
 * not UTF-8 is `null`.
 */
export function parseQuery(query: string): ReadonlyMap<string, readonly (string | null)[]> {
  const values = new Map<string, (string | null)[]>();
  for (const part of query.split('&')) {
    const equals = part.indexOf('=');
    const name = decodePart(equals < 0 ? part : part.slice(0, equals));
    if (name === '' || name === null) continue;
    const value = equals < 0 ? '' : decodePart(part.slice(equals + 1));
    const others = values.get(name);
    if (others === undefined) values.set(name, [value]);
    else others.push(value);
  }
  return values;
}

function decodePart(text: string): string | null {
  if (!/[%+\x80-\u{10ffff}]/u.test(text)) return text;
  const bytes = Buffer.from(text.replaceAll('+', ' ').replace(/%[0-9A-Fa-f]{2}/g, decodeByte), 'latin1');
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

function decodeByte(escape: string): string {
  return String.fromCharCode(Number.parseInt(escape.slice(1), 16));
}
