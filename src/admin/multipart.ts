/** One part of a `multipart/form-data` body. */
export interface MultipartPart {
  /** `null` when it has none. */
  readonly name: string | null;
  readonly value: Buffer;
}

/**
 * The bytes of the first part `name` in a `multipart/form-data` body, whether it is a plain field or a file; `null` when
 * there is none.
 * @throws {TypeError} when the body does not have the form its type says
 */
export function readMultipartField(contentType: string, body: Buffer, name: string): Buffer | null {
  return readMultipartParts(contentType, body).find((part) => part.name === name)?.value ?? null;
}

/**
 * The parts of a `multipart/form-data` body (RFC 7578) that is wholly in memory.
 * @throws {TypeError} when the body does not have the form its type says
 */
export function readMultipartParts(contentType: string, body: Buffer): readonly MultipartPart[] {
  const boundary = /;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(contentType);
  if (boundary === null) throw new TypeError('multipart type without a boundary');
  const delimiter = Buffer.from(`\r\n--${boundary[1] ?? boundary[2] ?? ''}`);
  // The first delimiter has no line before it.
  const content = Buffer.concat([Buffer.from('\r\n'), body]);
  const parts: MultipartPart[] = [];
  let start = content.indexOf(delimiter);
  while (start >= 0) {
    const from = start + delimiter.length;
    if (content.subarray(from, from + 2).toString('latin1') === '--') return parts;
    const end = content.indexOf(delimiter, from);
    if (end < 0) break;
    parts.push(readPart(content.subarray(from, end)));
    start = end;
  }
  throw new TypeError('multipart body without an end');
}

function readPart(part: Buffer): MultipartPart {
  const headEnd = part.indexOf('\r\n\r\n');
  if (headEnd < 0) throw new TypeError('multipart part without an end of its head');
  const head = part.subarray(0, headEnd).toString('utf8');
  const disposition = /^content-disposition:\s*form-data\s*;(.*)$/im.exec(head)?.[1] ?? '';
  const name = /(?:^|[;\s])name="([^"]*)"/i.exec(disposition)?.[1] ?? null;
  return { name, value: part.subarray(headEnd + 4) };
}
