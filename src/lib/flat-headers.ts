/**
 * The value of the first field called `lowerName` in a flat list (name, value, name, value …). Case aside names are
 * taken as they are: where a body ends must not depend on `Content_Length`.
 */
export function fieldOf(rawHeaders: readonly string[], lowerName: string): string | undefined {
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    if (name.length === lowerName.length && name.toLowerCase() === lowerName) return rawHeaders[at + 1];
  }
  return undefined;
}

/** A flat list as pairs, the form that `node:http` takes trailers in. */
export function asPairs(rawHeaders: readonly string[]): [string, string][] {
  const pairs: [string, string][] = [];
  for (let at = 0; at < rawHeaders.length; at += 2) pairs.push([rawHeaders[at] ?? '', rawHeaders[at + 1] ?? '']);
  return pairs;
}
