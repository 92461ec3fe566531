import { convertCodes } from './codes/convert-codes.ts';
import type { FindingCode } from '../pdk/finding-code.ts';
import { entityCodes } from './codes/entity-codes.ts';
import { otherEntityCodes } from './codes/other-entity-codes.ts';
import { pluginCodes } from './codes/plugin-codes.ts';
import { reportCodes } from './codes/report-codes.ts';
import { routeCodes } from './codes/route-codes.ts';
import { testCodes } from './codes/test-codes.ts';
import { textCodes } from './codes/text-codes.ts';

/** Every code of the config checks, in the order of `docs/codes/`. Plugins and lint rules bring further ones. */
export const diagnosticCodes: Readonly<Record<string, FindingCode>> = {
  ...textCodes,
  ...entityCodes,
  ...routeCodes,
  ...otherEntityCodes,
  ...pluginCodes,
  ...convertCodes,
  ...reportCodes,
  ...testCodes,
};
