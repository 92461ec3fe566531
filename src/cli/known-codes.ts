import { diagnosticCodes } from '../config/diagnostic-codes.ts';
import { lintCodes } from '../lint/lint-codes.ts';
import type { FindingCode } from '../pdk/finding-code.ts';
import { pluginDescriptions } from '../plugins/descriptions.ts';

const pluginCodes = pluginDescriptions
  .names()
  .flatMap((name) => Object.entries(pluginDescriptions.get(name)?.codes ?? {}));

/** Every code that some command can report, with what is known about it: config checks, plugins, lint rules. */
export const knownCodes: Readonly<Record<string, FindingCode>> = {
  ...diagnosticCodes,
  ...Object.fromEntries(pluginCodes),
  ...lintCodes,
};
