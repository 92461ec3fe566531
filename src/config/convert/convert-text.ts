import type { Diagnostic } from '../diagnostic.ts';
import { ConfigDocument } from '../document.ts';
import { hideTemplates, replaceStandIns } from '../env-template.ts';
import { Findings } from '../findings.ts';
import type { Source } from '../source.ts';
import { ConversionNotes } from './conversion-notes.ts';
import { EditableText } from './editable-text.ts';
import { type Dialect, toDialect } from './to-dialect.ts';
import { toFormat3 } from './to-format-3.ts';

/** What {@link convertText} can convert to. */
export type ConversionTarget = '3.0' | Dialect;

/** What came of a conversion. */
export interface Conversion {
  /** `null` when the text cannot be read. */
  readonly text: string | null;
  /** What a person has to do, at places of the original; errors when the text cannot be read. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Converts a config text. Pure; JSON stays JSON, a byte order mark stays. */
export function convertText(source: Source, target: ConversionTarget): Conversion {
  const document = new ConfigDocument(source, { env: {}, mockEnv: true });
  const findings = new Findings([document]);
  if (!document.isReadable) return { text: null, diagnostics: findings.sorted() };
  const notes = new ConversionNotes(document, findings);
  const { text } = document.source;
  const mark = source.text.slice(0, source.text.length - text.length);
  const converted = target === '3.0' ? toFormat3(text, notes) : convertDialect(text, target, notes);
  const diagnostics = findings.sorted().filter(({ code }) => code.startsWith('convert/'));
  return { text: `${mark}${converted}`, diagnostics };
}

function convertDialect(text: string, target: Dialect, notes: ConversionNotes): string {
  const converted = toDialect(text, target, notes);
  if (converted === text || !text.trimStart().startsWith('{')) return converted;
  const json = `${JSON.stringify(new EditableText(converted).value, null, 2)}\n`;
  const { templates } = hideTemplates(converted);
  return replaceStandIns(json, templates, ({ start, end }) => converted.slice(start, end));
}
