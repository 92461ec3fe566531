/** Scheme and authority without user name, then anything that a URI can hold: ASCII, no blanks, no backslash. */
const HTTP_URI = /^https?:\/\/[^/?#@\\]+(?:[/?#]|$)/i;
const URI_TEXT = /^[!-[\]-~]+$/;

/**
 * The normal form of an absolute http or https URI without query and fragment, for comparison (RFC 3986 §6.2.2, §6.2.3):
 * scheme and host in lower case, no default port, no dot segments, escapes in upper case and only where they are needed.
 * Null for anything else, and for what the URL parser would repair in silence.
 */
export function normalHttpUri(text: string): string | null {
  if (!URI_TEXT.test(text) || !HTTP_URI.test(text) || !URL.canParse(text)) return null;
  const { protocol, host, pathname } = new URL(text);
  return `${protocol}//${host}${normalEscapes(pathname)}`;
}

function normalEscapes(path: string): string {
  return path.replace(/%[0-9a-f]{2}/gi, (escape) => {
    const char = String.fromCharCode(Number.parseInt(escape.slice(1), 16));
    return /[\w.~-]/.test(char) ? char : escape.toUpperCase();
  });
}
