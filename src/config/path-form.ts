/** Characters that stay percent-encoded in a normal path: the reserved ones of RFC 3986 §2.2, and `%`. */
const reserved = new Set("!*'();:@&=+$,/?%#[]");

/**
 * The form in which Kong compares paths: `%XX` decoded except for reserved characters (whose hex becomes upper case),
 * dot segments removed (RFC 3986 §5.2.4), repeated slashes merged.
 */
export function normalizePath(path: string): string {
  return mergeSlashes(removeDotSegments(decodePath(path)));
}

/** `%XX` decoded except for reserved characters; text that is not UTF-8 stays encoded. */
export function decodePath(path: string): string {
  return path.replace(/(?:%[0-9a-fA-F]{2})+/g, (run) => {
    const kept = run.replace(/%([0-9a-fA-F]{2})/g, (escape, hex: string) => {
      const character = String.fromCharCode(parseInt(hex, 16));
      return reserved.has(character) ? `%25${hex.toUpperCase()}` : escape;
    });
    try {
      return decodeURIComponent(kept);
    } catch {
      return run.toUpperCase();
    }
  });
}

function removeDotSegments(path: string): string {
  const output: string[] = [];
  const segments = path.split('/');
  for (const [index, segment] of segments.entries()) {
    const isLast = index === segments.length - 1;
    if (segment === '.' || segment === '..') {
      if (segment === '..' && output.length > 1) output.pop();
      if (isLast) output.push('');
    } else {
      output.push(segment);
    }
  }
  const joined = output.join('/');
  return joined === '' && path.startsWith('/') ? '/' : joined;
}

function mergeSlashes(path: string): string {
  return path.replace(/\/{2,}/g, '/');
}

/**
 * A route path of format 1.1 or 2.1 in the form of 3.0: what has only letters, digits and `. - _ ~ / %` is a plain
 * path; anything else was a regular expression, which 3.0 marks with `~`.
 */
export function migratePath(path: string): string {
  if (/^[A-Za-z0-9._~/%-]*$/.test(path)) return path.startsWith('~') ? path : normalizePath(path);
  return `~${decodeIntoRegex(path)}`;
}

/** Decodes unreserved characters; those with a meaning in regular expressions are escaped. */
function decodeIntoRegex(path: string): string {
  return path.replace(/%([0-9a-fA-F]{2})/g, (escape, hex: string) => {
    const character = String.fromCharCode(parseInt(hex, 16));
    if (!/^[A-Za-z0-9._~-]$/.test(character)) return escape.toUpperCase();
    return /[.\-]/.test(character) ? `\\${character}` : character;
  });
}

/** Whether a plain path reads as if a regular expression was meant: what decK, too, warns about. */
export function looksLikeRegex(path: string): boolean {
  return /[\\^$*+?|()[\]]|\{\d+,?\d*\}/.test(path);
}
