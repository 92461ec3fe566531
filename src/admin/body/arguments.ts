import { AdminError } from '../endpoint.ts';

/** What a form says of one name: a text, or `true` for a name alone. */
export type ArgumentValue = string | true;

/** One `name=value` of a form, decoded, in the order of the body. */
export type Argument = readonly [name: string, value: ArgumentValue];

/** As in Kong. */
export const MAX_ARGUMENTS = 1000;

/**
 * The arguments of an `application/x-www-form-urlencoded` body, as nginx reads them: what is no percent encoding
 * stands for itself, a name without `=` is `true`, one without a name is left out.
 * @throws {AdminError} 400 when there are too many or the body is no UTF-8
 */
export function readFormArguments(body: Buffer): readonly Argument[] {
  const pieces = decodeText(body).split('&').filter(Boolean);
  if (pieces.length > MAX_ARGUMENTS) throw tooManyArguments();
  return pieces.flatMap((piece): readonly Argument[] => {
    const at = piece.indexOf('=');
    const name = decodePart(at < 0 ? piece : piece.slice(0, at));
    if (name === '') return [];
    return [[name, at < 0 ? true : decodePart(piece.slice(at + 1))]];
  });
}

/** A body as text. @throws {AdminError} 400 when it is no UTF-8 */
export function decodeText(body: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    throw new AdminError(400, { message: 'the body is not UTF-8 text' });
  }
}

/** Kong's refusal. */
export function tooManyArguments(): AdminError {
  return new AdminError(400, { message: 'Too many arguments' });
}

function decodePart(text: string): string {
  const spaced = text.replaceAll('+', ' ');
  if (!spaced.includes('%')) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    return decodeLeniently(spaced);
  }
}

/** Byte by byte, for texts in which some `%` begins no encoding. */
function decodeLeniently(text: string): string {
  const bytes: Buffer[] = [];
  let done = 0;
  for (const { 0: code, index } of text.matchAll(/%[0-9a-f]{2}/gi)) {
    bytes.push(Buffer.from(text.slice(done, index)), Buffer.from(code.slice(1), 'hex'));
    done = index + code.length;
  }
  bytes.push(Buffer.from(text.slice(done)));
  return decodeText(Buffer.concat(bytes));
}
