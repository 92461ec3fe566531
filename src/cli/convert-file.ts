import type { ConversionTarget } from '../config/convert/convert-text.ts';
import { convertText } from '../config/convert/convert-text.ts';
import { loadConfig } from '../config/load-config.ts';
import type { Source } from '../config/source.ts';
import { pluginCatalog } from '../plugins/registry.ts';
import type { ExitCode } from './exit-code.ts';
import { exitCode } from './exit-code.ts';
import { formatStylish } from './formats/stylish.ts';
import type { ColorChoice } from './terminal.ts';
import { printNote, wantsColor } from './terminal.ts';
import { readSources } from './validate-config.ts';
import { writeOutput } from './write-output.ts';

/**
 * Converts one file, writes the result to `output` (stdout when `null`) and tells on stderr what a person has to do.
 * @throws {UsageError} when a file cannot be read or written
 */
export async function convertFile(
  file: string,
  target: ConversionTarget,
  output: string | null,
  color: ColorChoice,
): Promise<ExitCode> {
  const [source] = await readSources([file]);
  if (source === undefined) return exitCode.usage;
  const { text, diagnostics } = convertText(source, target);
  if (diagnostics.length > 0) {
    const { sources } = load(source);
    printNote(formatStylish({ diagnostics, sources }, { color: wantsColor(color, process.stderr, process.env) }));
  }
  if (text === null) return exitCode.findings;
  await writeOutput(text, output);
  if (diagnostics.length > 0) return exitCode.findings;
  if (meansTheSame(source, { name: source.name, text })) return exitCode.fine;
  printNote('gw: the converted file does not mean the same as the original; please compare them with "gw diff"');
  return exitCode.findings;
}

/** A file that gw cannot load before the conversion has nothing to compare with. */
function meansTheSame(before: Source, after: Source): boolean {
  const expected = load(before).hash;
  return expected === null || load(after).hash === expected;
}

function load(source: Source): ReturnType<typeof loadConfig> {
  return loadConfig([source], { catalog: pluginCatalog, now: 0, env: process.env, mockEnv: true });
}
