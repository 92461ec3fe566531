import type { DiagnosticCode } from './codes/diagnostic-code.ts';
import { entityCodes } from './codes/entity-codes.ts';
import { pluginCodes } from './codes/plugin-codes.ts';
import { textCodes } from './codes/text-codes.ts';

export type { DiagnosticCode };

/** Every code of the config checks, in the order of `docs/codes.md`. Plugins bring further ones, see their pages. */
export const diagnosticCodes: Readonly<Record<string, DiagnosticCode>> = {
  ...textCodes,
  ...entityCodes,
  ...pluginCodes,
};

/** The text of `docs/codes.md`. */
export function codesPage(): string {
  const sections = Object.entries(diagnosticCodes).map(([code, { severity, title, explanation, bad, good }]) =>
    [
      `## ${code}`,
      `**${severity}** — ${title}.`,
      explanation,
      `Reported:\n\n\`\`\`yaml\n${bad}\n\`\`\``,
      `Better:\n\n\`\`\`yaml\n${good}\n\`\`\``,
    ].join('\n\n'),
  );
  return `${[pageHead, ...sections].join('\n\n')}\n`;
}

const pageHead = `# Codes of findings

Each finding of \`gw validate\` and \`gw start\` has a code. An **error** keeps gw from starting; a **warning** does not.
\`gw help CODE\` shows the same text. Codes that belong to one plugin are on the page of that plugin.`;
