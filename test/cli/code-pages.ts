import { knownCodes } from '../../src/cli/known-codes.ts';
import type { FindingCode } from '../../src/pdk/finding-code.ts';

/** The files of `docs/codes/` by their names there, made from the tables of codes. */
export function codePages(): ReadonlyMap<string, string> {
  const pages = new Map([['README.md', indexPage()]]);
  for (const [code, about] of Object.entries(knownCodes)) pages.set(`${code}.md`, codePage(code, about));
  return pages;
}

function codePage(code: string, { severity, title, explanation, bad, good }: FindingCode): string {
  const yaml = (text: string): string => `\`\`\`yaml\n${text}\n\`\`\``;
  const parts = [
    `# ${code}`,
    `**${severity}** — ${title}.`,
    explanation,
    '## Reported',
    yaml(bad),
    '## Better',
    yaml(good),
    `[All codes](../README.md)`,
  ];
  return `${parts.join('\n\n')}\n`;
}

function indexPage(): string {
  const all = Object.entries(knownCodes);
  const groups = [...new Set(all.map(([code]) => code.split('/')[0] ?? ''))];
  const sections = groups.map((group) => {
    const codes = all.filter(([code]) => code.startsWith(`${group}/`));
    const rows = codes.map(([code, { severity, title }]) => `| [${code}](${code}.md) | ${severity} | ${title} |`);
    return [`## ${group}`, ['| code | severity | what it says |', '|---|---|---|', ...rows].join('\n')].join('\n\n');
  });
  return `${[indexHead, ...sections].join('\n\n')}\n`;
}

const indexHead = `# Codes of findings

Each finding has a code with a page here; \`gw help CODE\` prints the same. An **error** keeps gw from starting, a
**warning** or an **info** does not; nor does what only \`gw validate --online\` finds. [validate.md](../validate.md) tells how to change what a report makes of a code.`;
