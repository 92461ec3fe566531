import t from 'tap';
import { convertText, type ConversionTarget } from '../../src/config/convert/convert-text.ts';

/** The converted text; nothing may be left to do by hand. */
export function convert(text: string, target: ConversionTarget = '3.0'): string {
  const result = convertText({ name: 'kong.yml', text }, target);
  t.same(
    result.diagnostics.map(({ message }) => message),
    [],
  );
  return result.text ?? '';
}

/** What is left to do, each with its place. */
export function remarks(text: string, target: ConversionTarget): readonly string[] {
  return convertText({ name: 'kong.yml', text }, target).diagnostics.map(
    ({ code, range, message }) => `${range.start.line}:${range.start.column} ${code} ${message}`,
  );
}
