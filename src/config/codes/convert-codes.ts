import type { FindingCode } from '../../pdk/finding-code.ts';

/** Findings of `gw convert`: what is left for a person to do. */
export const convertCodes: Readonly<Record<string, FindingCode>> = {
  'convert/by-hand': {
    severity: 'warning',
    title: 'gw cannot convert this by itself',
    explanation:
      'The file says something here that has no equal in the other format, or several that differ in meaning. Everything else was converted. Change this place by hand, then check the result with "gw validate".',
    bad: '_format_version: "1.1"\nplugins:\n- name: session\n  config:\n    cookie_lifetime: 3600',
    good: '_format_version: "3.0"\nplugins:\n- name: session\n  config:\n    rolling_timeout: 3600',
  },
  'convert/left-out': {
    severity: 'warning',
    title: 'the other dialect does not know this key',
    explanation:
      'decK and a Kong without a database read files that differ in a few keys. This one is refused by the reader that the file was converted for, so it was left out. The hint says how to get the same effect.',
    bad: '_format_version: "3.0"\n_workspace: team-a',
    good: '_format_version: "3.0"',
  },
};
