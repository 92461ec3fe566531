/** A secret that a run uses, and what to call it when it turns up. */
export interface Marker {
  readonly name: string;
  readonly value: string;
}

/** A piece of output, and where it came from. */
export interface Captured {
  readonly where: string;
  readonly text: string;
}

/**
 * Which markers are in which output, in any of the forms a secret takes on its way through HTTP and JSON: as it is, in
 * Base64 at each of the three alignments, as base64url, percent-encoded in either way, escaped as JSON, in hex.
 */
export function findLeaks(captured: readonly Captured[], markers: readonly Marker[]): string[] {
  const forms = markers.map(({ name, value }) => ({ name, forms: [...formsOf(value)] }));
  return captured.flatMap(({ where, text }) => {
    const lower = text.toLowerCase();
    return forms.flatMap(({ name, forms: all }) => {
      const found = all.find(([, form]) => text.includes(form) || (isCaseless(form) && lower.includes(form)));
      return found === undefined ? [] : [`${name} as ${found[0]} in ${where}: …${around(text, found[1])}…`];
    });
  });
}

function formsOf(value: string): Map<string, string> {
  const bytes = Buffer.from(value);
  const json = JSON.stringify(value).slice(1, -1);
  const percent = encodeURIComponent(value);
  const forms = new Map([
    ['text', value],
    ['JSON', json],
    ['JSON in JSON', JSON.stringify(json).slice(1, -1)],
    ['latin1', bytes.toString('latin1')],
    ['percent-encoding', percent],
    ['percent-encoding in lower case', percent.replace(/%[0-9A-F]{2}/g, (hex) => hex.toLowerCase())],
    ['form', new URLSearchParams({ v: value }).toString().slice(2)],
    ['hex', bytes.toString('hex')],
  ]);
  for (const shift of [0, 1, 2]) {
    const base64 = alignedBase64(bytes, shift);
    forms.set(`Base64 (${shift})`, base64);
    forms.set(`base64url (${shift})`, base64.replaceAll('+', '-').replaceAll('/', '_'));
  }
  return forms;
}

/** The characters that `bytes` gives wherever `shift` bytes come before it and anything after. */
function alignedBase64(bytes: Buffer, shift: number): string {
  const text = Buffer.concat([Buffer.alloc(shift), bytes])
    .toString('base64')
    .replace(/=+$/, '');
  const first = Math.ceil((shift * 8) / 6);
  const last = Math.floor(((shift + bytes.length) * 8) / 6);
  return text.slice(first, last);
}

function isCaseless(form: string): boolean {
  return /^[0-9a-f]+$/.test(form);
}

function around(text: string, form: string): string {
  const at = text.indexOf(form);
  return text.slice(Math.max(0, at - 60), at + 20);
}
