import type { FindingCode } from '../../pdk/finding-code.ts';

/** What is known about a code of the config checks. */
export type DiagnosticCode = FindingCode;
