import type { FindingCode } from '../../pdk/finding-code.ts';

/** Findings about the text: YAML, the format of the file, values from the environment. */
export const textCodes: Readonly<Record<string, FindingCode>> = {
  'yaml/syntax': {
    severity: 'error',
    title: 'the text is not valid YAML',
    explanation:
      'The text cannot be parsed, so nothing else in this file was checked. The place is where the parser gave up; the cause is often a little before it.',
    bad: 'services:\n- name: "orders',
    good: 'services:\n- name: "orders"',
  },
  'yaml/empty': {
    severity: 'error',
    title: 'the file holds nothing',
    explanation: 'The file is empty or has only comments. The smallest config is a format version.',
    bad: '# nothing yet',
    good: '_format_version: "3.0"',
  },
  'yaml/leading-space': {
    severity: 'warning',
    title: 'the file begins with a blank',
    explanation:
      'decK refuses a file whose first character is a space, for fear of a piece of another file. Kong and gw read it as it stands.',
    bad: ' _format_version: "3.0"',
    good: '_format_version: "3.0"',
  },
  'yaml/not-a-map': {
    severity: 'error',
    title: 'the file is not a map',
    explanation:
      'A config is a map with "_format_version" and lists of entities. A list or a single word is something else.',
    bad: '- name: orders',
    good: '_format_version: "3.0"\nservices:\n- name: orders\n  host: orders.example',
  },
  'yaml/too-deep': {
    severity: 'error',
    title: 'values are nested too deeply',
    explanation:
      'More than 200 levels of lists and maps, aliases included, are no config; nothing else in this file was checked.',
    bad: '_ignore: [[[[[[…]]]]]]',
    good: '_ignore: []',
  },
  'yaml/too-long': {
    severity: 'error',
    title: 'a text is far too long',
    explanation:
      'A single text in quotes of more than 2 MB is no part of a config; nothing else in this file was checked.',
    bad: 'name: "xxxx… (more than 2 MB)"',
    good: 'name: orders',
  },
  'yaml/alias-bomb': {
    severity: 'error',
    title: 'aliases multiply without bound',
    explanation:
      'Aliases of aliases make a small text stand for millions of values. gw stops counting at a million values or 100000 aliases.',
    bad: 'a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b] # … and so on',
    good: 'a: &a [x, x]\nb: *a',
  },
  'yaml/alias-cycle': {
    severity: 'error',
    title: 'an alias stands inside its own anchor',
    explanation: 'A value cannot contain itself.',
    bad: '_ignore:\n- &a [*a]',
    good: '_ignore:\n- &a []\n- [*a]',
  },
  'yaml/alias-unknown': {
    severity: 'error',
    title: 'an alias has no anchor',
    explanation: 'The name after "*" must stand after "&" earlier in the same file.',
    bad: 'services:\n- *common',
    good: '_ignore:\n- &common {name: orders, host: orders.example}\nservices:\n- *common',
  },
  'yaml/merge': {
    severity: 'error',
    title: 'a merge key takes a map',
    explanation: 'The value of "<<" is a map, an alias of a map, or a list of these.',
    bad: '- <<: orders\n  name: s',
    good: '- <<: *orders\n  name: s',
  },
  'yaml/key': {
    severity: 'error',
    title: 'a key is not a text',
    explanation: 'Lists and maps cannot be keys here.',
    bad: '? [a, b]\n: c',
    good: 'a: c\nb: c',
  },
  'yaml/tag': {
    severity: 'warning',
    title: 'a YAML tag without meaning',
    explanation:
      'Only the standard tags (!!str, !!int, !!float, !!bool, !!null, !!binary) mean something; the value is read as text.',
    bad: 'host: !env HOST',
    good: 'host: ${{ env "DECK_HOST" }}',
  },
  'yaml/duplicate-key': {
    severity: 'warning',
    title: 'a key occurs twice in one map',
    explanation:
      'The last one counts, as in Kong; the first is lost. Most often two entities were meant and a "-" is missing.',
    bad: '- name: orders\n  host: a.example\n  host: b.example',
    good: '- name: orders\n  host: b.example',
  },
  'yaml/extra-document': {
    severity: 'warning',
    title: 'the file has several YAML documents',
    explanation: 'What follows a second "---" is not read, as in Kong. Put it into a file of its own.',
    bad: '_format_version: "3.0"\n---\nservices: []',
    good: '_format_version: "3.0"\nservices: []',
  },
  'yaml/ambiguous-scalar': {
    severity: 'warning',
    title: 'an unquoted word that YAML versions read differently',
    explanation:
      'Kong reads YAML 1.1: yes, no, on and off are booleans, 012 is octal and 10:30 is the number 630. Newer readers see text. Quote it if it is text; else write true, false or the number.',
    bad: 'enabled: yes',
    good: 'enabled: true',
  },
  'format/version-missing': {
    severity: 'error',
    title: 'the format version is missing',
    explanation: 'A config says which version of the format it uses: "1.1", "2.1" or "3.0". Write new ones in "3.0".',
    bad: 'services: []',
    good: '_format_version: "3.0"\nservices: []',
  },
  'format/version': {
    severity: 'error',
    title: 'the format version is not one of Kong',
    explanation: 'It is one of "1.1", "2.1" and "3.0", in quotes: without them YAML reads a number.',
    bad: '_format_version: 3.0',
    good: '_format_version: "3.0"',
  },
  'format/workspace': {
    severity: 'error',
    title: 'files of one config name different workspaces',
    explanation: 'All files that are loaded together must name the same workspace, or none.',
    bad: '_workspace: team-b # the other file says team-a',
    good: '_workspace: team-a',
  },
  'env/unset': {
    severity: 'error',
    title: 'an environment variable is not set',
    explanation:
      'The value of a template comes from the environment. Set the variable, or check with --mock-env, which puts placeholders.',
    bad: 'host: ${{ env "DECK_HOST" }} # DECK_HOST is not set',
    good: 'host: ${{ env "DECK_HOST" }} # DECK_HOST=orders.example',
  },
  'env/name': {
    severity: 'error',
    title: 'an environment variable without the prefix DECK_',
    explanation:
      'As in decK only variables that begin with DECK_ can be used, so that no other secret gets into a config by mistake.',
    bad: 'host: ${{ env "HOST" }}',
    good: 'host: ${{ env "DECK_HOST" }}',
  },
  'env/syntax': {
    severity: 'error',
    title: 'a template that cannot be filled in',
    explanation:
      'A template is env with a quoted name, optionally piped through toBool, toInt, toFloat, indent N, or default "text" for a variable that is not set.',
    bad: 'port: ${{ DECK_PORT }}',
    good: 'port: ${{ env "DECK_PORT" | toInt }}',
  },
  'vault/not-run': {
    severity: 'warning',
    title: 'a vault reference is not resolved',
    explanation:
      'gw does not resolve {vault://…} yet: the text itself is used. Take the value from the environment instead.',
    bad: 'client_secret: ["{vault://env/oidc-secret}"]',
    good: 'client_secret: [\'${{ env "DECK_OIDC_SECRET" }}\']',
  },
};
