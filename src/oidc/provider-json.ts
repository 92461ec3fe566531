import { isJsonObject, type JsonObject } from '../lib/json.ts';

/** Deeper than any document of OAuth or OpenID; what reads a document recursively is safe up to here. */
const MAX_DEPTH = 32;

/** A JSON object from a provider; null when the text is anything else, or nested absurdly deep. */
export function parseJsonObject(text: string): JsonObject | null {
  if (!isShallow(text)) return null;
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : null;
  } catch {
    return null;
  }
}

/** Counts brackets outside of strings, before a parser builds anything from them. */
function isShallow(text: string): boolean {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === '"') inString = !inString;
    else if (inString) at += char === '\\' ? 1 : 0;
    else if (char === '{' || char === '[') {
      if (++depth > MAX_DEPTH) return false;
    } else if (char === '}' || char === ']') depth -= 1;
  }
  return true;
}
