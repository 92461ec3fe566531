/**
 * The bytes of the field `name` in a `multipart/form-data` body (RFC 7578) that is wholly in memory, whether it is a
 * plain field or a file; `null` when there is none. For forms with few parts, such as an uploaded config.
 * @throws {TypeError} when the body does not have the form its type says
 */
export function readMultipartField(contentType: string, body: Buffer, name: string): Buffer | null {
  const boundary = /;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(contentType);
  const delimiter = Buffer.from(`\r\n--${boundary?.[1] ?? boundary?.[2] ?? ''}`);
  if (boundary === null) throw new TypeError('multipart type without a boundary');
  // The first delimiter has no line before it.
  const content = Buffer.concat([Buffer.from('\r\n'), body]);
  let start = content.indexOf(delimiter);
  while (start >= 0) {
    const end = content.indexOf(delimiter, start + delimiter.length);
    if (content.subarray(start + delimiter.length).indexOf('--') === 0) return null;
    if (end < 0) break;
    const part = readPart(content.subarray(start + delimiter.length, end));
    if (part.name === name) return part.value;
    start = end;
  }
  throw new TypeError('multipart body without an end');
}

function readPart(part: Buffer): { readonly name: string | null; readonly value: Buffer } {
  const headEnd = part.indexOf('\r\n\r\n');
  if (headEnd < 0) throw new TypeError('multipart part without an end of its head');
  const head = part.subarray(0, headEnd).toString('utf8');
  const disposition = /^content-disposition:\s*form-data\s*;(.*)$/im.exec(head)?.[1] ?? '';
  const name = /(?:^|[;\s])name="([^"]*)"/i.exec(disposition)?.[1] ?? null;
  return { name, value: part.subarray(headEnd + 4) };
}
