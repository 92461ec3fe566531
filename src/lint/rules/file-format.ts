import { topLevel } from '../../config/format.ts';
import type { LintRule } from '../rule.ts';

/** A format that only old versions need. */
export const oldFormatVersion: LintRule = {
  name: 'old-format-version',
  severity: 'info',
  title: 'a format version before 3.0',
  explanation:
    'In formats 1.1 and 2.1 a path with special characters is a regular expression without being marked as one. Kong ' +
    '3 converts them while it reads the file; "gw convert --to 3.0" does it once and for all, and keeps comments.',
  bad: `_format_version: "2.1"
services:
- name: orders
  url: https://orders.internal
  routes:
  - name: orders
    paths: [/orders]`,
  good: `_format_version: "3.0"
services:
- name: orders
  url: https://orders.internal
  routes:
  - name: orders
    paths: [/orders]`,
  check(context, report) {
    for (const document of context.documents) {
      const version = topLevel(document.value)._format_version;
      if (version !== '1.1' && version !== '2.1') continue;
      const message = `format ${version} is converted each time it is read`;
      report({ place: { document, path: ['_format_version'] }, message, hint: 'convert it: gw convert --to 3.0' });
    }
  },
};

const deckKeys = ['_info', '_workspace', '_konnect', '_plugin_configs'];
const dblessKeys = ['_transform', '_comment', '_ignore'];

/** What only one of the readers of the format understands. */
export const portableFormat: LintRule = {
  name: 'portable-format',
  severity: 'off',
  title: 'a key that the reader of this file does not know',
  explanation:
    'decK and a Kong without a database read almost the same format. Some keys at the top only decK knows, and Kong ' +
    'refuses them (_info, _workspace, _konnect, _plugin_configs); others only Kong (_transform, _comment, _ignore). ' +
    'The option "reader" says who must be able to read the files.',
  bad: `_workspace: shop
services:
- name: orders
  url: https://orders.internal
  routes:
  - name: orders
    paths: [/orders]`,
  good: `services:
- name: orders
  url: https://orders.internal
  routes:
  - name: orders
    paths: [/orders]`,
  options: {
    type: 'object',
    additionalProperties: false,
    properties: {
      reader: {
        enum: ['dbless', 'deck', 'both'],
        default: 'dbless',
        description: 'who reads the files: a Kong without a database, decK, or both',
      },
    },
  },
  check(context, report, { reader }) {
    const foreign = [
      ...(reader === 'deck' ? [] : deckKeys.map((key) => [key, 'a Kong without a database'] as const)),
      ...(reader === 'dbless' ? [] : dblessKeys.map((key) => [key, 'decK'] as const)),
    ];
    for (const document of context.documents) {
      const top = topLevel(document.value);
      for (const [key, who] of foreign) {
        if (top[key] === undefined) continue;
        report({ place: { document, path: [key] }, at: 'key', message: `${who} does not know "${key}"` });
      }
    }
  },
};

/** An anchor that no alias uses. */
export const unusedAnchor: LintRule = {
  name: 'unused-anchor',
  severity: 'info',
  title: 'an anchor that no alias uses',
  explanation: 'An anchor ("&name") gives a value a name under which an alias ("*name") repeats it. No alias does.',
  bad: `services:
- &orders
  name: orders
  url: https://orders.internal
  routes:
  - name: orders
    paths: [/orders]`,
  good: `services:
- name: orders
  url: https://orders.internal
  routes:
  - name: orders
    paths: [/orders]`,
  check(context, report) {
    for (const document of context.documents) {
      for (const { name, path } of document.unusedAnchors()) {
        report({ place: { document, path }, message: `no alias uses the anchor "&${name}"` });
      }
    }
  },
};
