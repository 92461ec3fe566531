import type { FindingCode } from '../pdk/finding-code.ts';
import { lintRules } from './rules/index.ts';
import { lintGroup } from './run-rules.ts';

/** The codes of gw's own rules. A rule that is off by default has the severity it gets when it is turned on. */
export const lintCodes: Readonly<Record<string, FindingCode>> = Object.fromEntries(
  lintRules.map(({ name, severity, title, explanation, bad, good }) => {
    const note = severity === 'off' ? ` This rule is off by default: turn it on with "--rule ${name}=warning".` : '';
    const code = { title, explanation: `${explanation}${note}`, bad, good };
    return [`${lintGroup}${name}`, { ...code, severity: severity === 'off' ? 'warning' : severity }];
  }),
);
