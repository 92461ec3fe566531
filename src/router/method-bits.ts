const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'CONNECT', 'TRACE', 'QUERY'];

const bits: ReadonlyMap<string, number> = new Map(METHODS.map((method, index) => [method, 1 << index]));

/** The bit of a method that is well known; 0 for others. */
export function methodBit(method: string): number {
  return bits.get(method) ?? 0;
}

/** Some methods as bits; `null` when one of them has none. */
export function methodBits(methods: Iterable<string>): number | null {
  let all = 0;
  for (const method of methods) {
    const bit = methodBit(method);
    if (bit === 0) return null;
    all |= bit;
  }
  return all;
}
