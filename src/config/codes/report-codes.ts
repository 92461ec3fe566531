import type { FindingCode } from '../../pdk/finding-code.ts';

/** Findings about the `# gw-ignore` comments of a file. Only reports have them; a start does not look at comments. */
export const reportCodes: Readonly<Record<string, FindingCode>> = {
  'ignore/unknown-code': {
    severity: 'warning',
    title: 'a comment names a code that does not exist',
    explanation:
      'A "# gw-ignore" comment has to name the codes it is about, separated by commas, or a group such as "yaml/*". This one names none, or one that gw does not know, so it does nothing.',
    bad: 'services:\n- name: orders\n  host: orders.example\n  # gw-ignore yaml/duplicate\n  host: orders.example',
    good: 'services:\n- name: orders\n  host: orders.example\n  # gw-ignore yaml/duplicate-key\n  host: orders.example',
  },
  'ignore/unused': {
    severity: 'warning',
    title: 'a comment ignores nothing',
    explanation:
      'There is no finding of that code where the "# gw-ignore" comment applies, so the comment has served its time; left in place it would hide the next one. Errors that stop gw from starting cannot be ignored by a comment either.',
    bad: 'services:\n# gw-ignore yaml/duplicate-key\n- name: orders\n  host: orders.example',
    good: 'services:\n- name: orders\n  host: orders.example',
  },
};
