/** Makes a value on first use and keeps it: what nobody asks for costs nothing. */
export function once<Value>(make: () => Value): () => Value {
  let held: { readonly value: Value } | null = null;
  return () => (held ??= { value: make() }).value;
}
