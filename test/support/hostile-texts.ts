/** What a file begins with, so that the rest is looked at as entities. */
const head = '_format_version: "3.0"\n';

function list(count: number, item: (index: number) => string, between = '\n'): string {
  return Array.from({ length: count }, (_, index) => item(index)).join(between);
}

/** A chain of anchors, each repeating the one before nine times. */
function bomb(first: string, open: string, item: (index: number, alias: string) => string, close: string): string {
  const nine = (alias: string): string => list(9, (index) => item(index, alias), ', ');
  const levels = list(30, (level) => `- &a${level + 1} ${open}${nine(`*a${level}`)}${close}`);
  return `${head}_ignore:\n- &a0 ${first}\n${levels}\nservices: *a30\n`;
}

const service = 'services:\n- name: a\n  host: a.example\n';

/** Texts made to hang, to use up memory or to break what reads them; each is made when it is asked for. */
export const hostileTexts: Readonly<Record<string, () => string>> = {
  'a bomb of lists': () => bomb('[x, x]', '[', (_, alias) => alias, ']'),
  'a bomb of maps': () => bomb('{x: 1}', '{', (index, alias) => `k${index}: ${alias}`, '}'),
  'a bomb of merge keys': () =>
    `${head}_ignore:\n- &a0 {x: 1}\n${list(40, (level) => `- &a${level + 1}\n  <<: [*a${level}, *a${level}]\n  k${level}: *a${level}`)}\nservices: [*a40]\n`,
  'one wide map merged into thousands': () =>
    `${head}_ignore:\n- &a0 {${list(2_000, (index) => `k${index}: 1`, ', ')}}\nservices:\n${list(2_000, () => '- <<: *a0')}\n`,
  'more aliases than anybody needs': () => `${head}_ignore: [&a x, ${'*a, '.repeat(120_000)}]`,
  'aliases without an anchor': () => `${head}services: [${'*a, '.repeat(5_000)}]`,
  'lists that never close': () => `${head}services: ${'['.repeat(50_000)}`,
  'deep lists': () => `${head}services: ${'['.repeat(5_000)}${']'.repeat(5_000)}`,
  'maps that never close': () => `${head}services: ${'{a: '.repeat(50_000)}`,
  'deep maps': () => `${head}services: ${'{a: '.repeat(3_000)}1${'}'.repeat(3_000)}`,
  'deep block lists': () => `${head}services:\n${'- '.repeat(50_000)}x\n`,
  'deep block maps': () => `${head}${list(2_000, (depth) => `${' '.repeat(depth)}a:`)} 1\n`,
  'deep complex keys': () => `${head}services:\n${'? '.repeat(20_000)}x\n`,
  'a plain text of 10 MB': () => `${head}services:\n- name: ${'x'.repeat(10 << 20)}\n`,
  'a quoted text of 10 MB': () => `${head}services:\n- name: "${'x'.repeat(10 << 20)}"\n`,
  'a quoted text of 10 MB in a list of paths': () =>
    `${head}services:\n- {name: a, host: a.example, routes: [{name: r, paths: ["/${'x'.repeat(10 << 20)}"]}]}\n`,
  'escapes of 4 MB': () => `${head}services:\n- name: "${'\\n'.repeat(2 << 20)}"\n`,
  'a block text of 10 MB': () => `${head}services:\n- name: |\n${`    ${'x'.repeat(100)}\n`.repeat(100_000)}`,
  'a comment field of 8 MB': () => `${head}_comment: ${'a b '.repeat(2 << 20)}\n`,
  'a number of 1 MB': () => `${head}services:\n- {name: a, host: b, port: ${'9'.repeat(1 << 20)}}\n`,
  'a base 60 number of 1 MB': () => `${head}services:\n- {name: a, host: b, port: 1${':1'.repeat(1 << 19)}}\n`,
  'a key of 10 MB': () => `${head}${'x'.repeat(10 << 20)}: 1\n`,
  'a quoted key of 10 MB': () => `${head}"${'x'.repeat(10 << 20)}": 1\n`,
  'a long key in every service': () => `${head}services:\n${list(200, () => `- "${'k'.repeat(900)}": 1`)}\n`,
  'thousands of unknown keys': () => `${head}${list(20_000, (index) => `k${index}: 1`)}\n`,
  'thousands of equal keys': () => `${head}${'a: 1\n'.repeat(20_000)}`,
  'thousands of equal names': () => `${head}services:\n${list(10_000, () => '- {name: same, host: a}')}\n`,
  'thousands of dangling references': () =>
    `${head}services:\n${list(1_000, (index) => `- {name: number-${index}, host: a}`)}\nroutes:\n${list(1_000, (index) => `- {name: r${index}, paths: [/x], service: serv${index}}`)}\n`,
  'thousands of secrets and findings': () =>
    `${head}consumers:\n${list(5_000, (index) => `- {username: u${index}, keyauth_credentials: [{key: k${index}, bad: 1}]}`)}\n`,
  'thousands of findings on one line': () =>
    `${head}services: [${list(3_000, (index) => `{name: s${index}, host: a, bad: 1}`, ', ')}]\n`,
  'thousands of documents': () => '---\n'.repeat(100_000),
  'thousands of directives': () => '%YAML 1.2\n'.repeat(50_000),
  'thousands of tags': () => `${head}a: ${'!t '.repeat(50_000)}`,
  'thousands of anchors': () => `${head}a: ${'&t '.repeat(50_000)}`,
  'thousands of comments': () => '#x\n'.repeat(200_000),
  'thousands of colons': () => `${head}${': '.repeat(100_000)}`,
  'stars in a row': () => `${head}a: ${'*'.repeat(1 << 20)}`,
  'blanks of 10 MB': () => `${head}${' '.repeat(10 << 20)}`,
  'tabs of 1 MB': () => `${head}${'\t'.repeat(1 << 20)}`,
  'carriage returns of 1 MB': () => `${head}${'\r'.repeat(1 << 20)}`,
  'a quote that never closes': () => `${head}a: "${'x\n'.repeat(1 << 18)}`,
  'a flow map that never closes': () => `${head}a: {${'b: c, '.repeat(1 << 15)}`,
  'thousands of templates': () => `${head}services:\n- name: ${'${{ env "DECK_X" }}'.repeat(50_000)}\n`,
  'templates that never close': () => `${head}services:\n- name: ${'${{ '.repeat(200_000)}\n`,
  'a template of escapes': () => `${head}services:\n- name: \${{ env "${'\\\\'.repeat(100_000)}\n`,
  'a template of filters': () => `${head}services:\n- name: \${{ env "DECK_X"${' | a'.repeat(50_000)} }}\n`,
  'a template of blanks': () => `${head}services:\n- name: \${{ env "DECK_X"${' '.repeat(100_000)}x }}\n`,
  'a pattern of many groups': () => `${head}${service}  routes: [{name: r, paths: ["~/${'(a+)+'.repeat(5_000)}"]}]\n`,
  'a pattern of deep groups': () =>
    `${head}${service}  routes: [{name: r, paths: ["~/${'('.repeat(20_000)}${')'.repeat(20_000)}"]}]\n`,
  'a path of dots': () => `${head}${service}  routes: [{name: r, paths: ["${'/..'.repeat(200_000)}"]}]\n`,
  'a host of dots': () => `${head}${service}  routes: [{name: r, hosts: ["${'a.'.repeat(200_000)}"]}]\n`,
  'an address of colons': () => `${head}services:\n- {name: a, url: "http://${'a:'.repeat(200_000)}"}\n`,
  'NUL in texts': () => `${head}services:\n- name: "a\\0b"\n  host: a\u0000b\n`,
  'halves of characters': () => `${head}services:\n- name: "\\ud800"\n  host: \ud800\udc00\udc00\n`,
};
