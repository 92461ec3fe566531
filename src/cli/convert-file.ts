import type { ConversionTarget } from '../config/convert/convert-text.ts';
import { convertText } from '../config/convert/convert-text.ts';
import { compareConfigs, isSameConfig } from '../config/diff/compare-configs.ts';
import { type Inspection, inspectConfig } from '../config/load-config.ts';
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
  const problem = compareMeaning(source, { name: source.name, text }, target);
  if (problem === null) return exitCode.fine;
  printNote(`gw: ${problem}`);
  return exitCode.findings;
}

/** What a conversion broke, if anything. A file that gw cannot load before has nothing to compare with. */
function compareMeaning(before: Source, after: Source, target: ConversionTarget): string | null {
  const left = load(before);
  if (left.entities === null) return null;
  const right = load(after);
  if (right.entities === null) return 'the converted file has errors; see "gw validate"';
  // The dialects have several kinds for what is the same in the end.
  if (target !== '3.0' || isSameConfig(compareConfigs(left, right, pluginCatalog))) return null;
  return 'the converted file does not mean the same as the original; compare them with "gw diff"';
}

function load(source: Source): Inspection {
  return inspectConfig([source], { catalog: pluginCatalog, now: 0, env: process.env, mockEnv: true });
}
