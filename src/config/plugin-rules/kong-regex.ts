/** Syntax of PCRE that JavaScript lacks, with something of the same shape that it has. */
const replacements: readonly (readonly [RegExp, string])[] = [
  // Quoted parts, comments, calls of groups, flags that hold from here on.
  [/\\Q[\s\S]*?(?:\\E|$)/g, 'q'],
  [/\(\?#[^)]*\)/g, ''],
  [/\(\?(?:P[=>]\w+|&\w+|R|[-+]?\d+)\)/g, '(?:)'],
  [/\(\?[-imsxXUJ]+\)/g, ''],
  // Groups that are atomic, reset numbers, have flags of their own, or depend on another.
  [/\(\?(?:[>|]|[-imsxXUJ]+:|\([^)]*\))/g, '(?:'],
  [/\(\?P</g, '(?<'],
  // Possessive quantifiers.
  [/([*+?}])\+/g, '$1'],
];

/**
 * Why a text is no regular expression for Kong's plugins, `null` if it is one. They use PCRE, a superset, nearly, of
 * JavaScript's syntax: what remains after its own constructs are taken out must compile here.
 */
export function whyNotKongRegex(text: string): string | null {
  const pattern = replacements.reduce((rest, [syntax, plain]) => rest.replace(syntax, plain), text);
  try {
    new RegExp(pattern);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message.replace(/^.*: /s, '').toLowerCase() : '';
  }
}
