/** Controls, ANSI escapes, bidirectional overrides and line separators: what could change how a terminal shows a text. */
const hidden = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** A text from a file with every invisible character spelled out (`\x1b`, `\u202e`); a tab becomes a space. */
export function visible(text: string): string {
  return text.replace(hidden, (character) => {
    if (character === '\t') return ' ';
    if (character === '\n') return '\\n';
    if (character === '\r') return '\\r';
    const code = character.charCodeAt(0);
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}
