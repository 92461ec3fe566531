import { type Draft, listOf, textsOf } from '../../config/draft.ts';
import { isJsonObject } from '../../lib/json.ts';
import { isSet, type LintContext } from '../context.ts';
import { backtrackingPart } from '../regex-shape.ts';
import type { LintRule } from '../rule.ts';

interface RoutePath {
  readonly route: Draft;
  readonly index: number;
  readonly text: string;
}

function* pathsOf(context: LintContext): Generator<RoutePath> {
  for (const route of context.all('routes')) {
    for (const [index, text] of textsOf(route.fields.paths)) yield { route, index, text };
  }
}

function* regexPathsOf(context: LintContext): Generator<RoutePath & { readonly source: string }> {
  for (const path of pathsOf(context)) {
    if (path.text.startsWith('~')) yield { ...path, source: path.text.slice(1) };
  }
}

/** A regular expression that PCRE can take for ever on. */
export const slowRegex: LintRule = {
  name: 'slow-regex',
  severity: 'warning',
  title: 'a regular expression that backtracks badly',
  explanation:
    'A repetition inside a repetition, such as "(a+)+", or two equal repetitions in a row can be tried in very many ' +
    'on a path that does not match. An engine that backtracks then spends seconds on one request. gw and the default ' +
    'router of Kong match in linear time; the routers "traditional" and "expressions" of older versions, plugins and ' +
    'proxies before the gateway use PCRE and do not.',
  bad: `services:
- name: files
  url: https://files.internal
  routes:
  - name: files
    paths: ["~/files/([a-z]+-?)*$"]
    strip_path: false`,
  good: `services:
- name: files
  url: https://files.internal
  routes:
  - name: files
    paths: ["~/files/[a-z-]*$"]
    strip_path: false`,
  check(context, report) {
    const warn = (route: Draft, path: readonly (string | number)[], source: string): void => {
      const part = backtrackingPart(source);
      if (part === null) return;
      const message = `"${part}" can take an engine that backtracks very long on a text that does not match`;
      report({ place: route, path, message, hint: 'repeat one set of characters once, such as "[a-z-]*"' });
    };
    for (const { route, index, source } of regexPathsOf(context)) warn(route, ['paths', index], source);
    for (const route of context.all('routes')) {
      if (!isJsonObject(route.fields.headers)) continue;
      for (const [name, values] of Object.entries(route.fields.headers)) {
        for (const [index, value] of textsOf(values)) {
          if (value.startsWith('~*')) warn(route, ['headers', name, index], value.slice(2));
        }
      }
    }
  },
};

/** A regular expression that begins by matching anything. */
export const greedyRegexPath: LintRule = {
  name: 'greedy-regex-path',
  severity: 'info',
  title: 'a regular expression that begins with ".*"',
  explanation:
    'Regular expressions come before all plain paths of the same kind of route, however long those are. One that ' +
    'begins with "/.*" looks at every path and takes requests that other routes are there for.',
  bad: `services:
- name: reports
  url: https://reports.internal
  routes:
  - name: reports
    paths: ["~/.*/reports"]`,
  good: `services:
- name: reports
  url: https://reports.internal
  routes:
  - name: reports
    paths: ["~/[a-z]+/reports"]`,
  check(context, report) {
    for (const { route, index, source } of regexPathsOf(context)) {
      if (!/^\^?\/?(?:\.[*+]|\(\.[*+]\))./.test(source)) continue;
      const message = `the regular expression "${source}" looks at every path and comes before all plain paths`;
      report({ place: route, path: ['paths', index], message, hint: 'say what its first segment may be' });
    }
  },
};

/** A regular expression that goes on after its end. */
export const openEndedRegexPath: LintRule = {
  name: 'open-ended-regex-path',
  severity: 'off',
  title: 'a regular expression without "$" at the end',
  explanation:
    'A regular expression need not reach the end of the path: "~/users/\\d+" also matches "/users/7/delete" and ' +
    '"/users/7x". Write "$" where the path must end, or "(?:/|$)" where a segment must.',
  bad: `services:
- name: users
  url: https://users.internal
  routes:
  - name: user
    paths: ['~/users/\\d+']
    strip_path: false`,
  good: `services:
- name: users
  url: https://users.internal
  routes:
  - name: user
    paths: ['~/users/\\d+$']
    strip_path: false`,
  check(context, report) {
    for (const { route, index, source } of regexPathsOf(context)) {
      if (/\$\)?$/.test(source) || /\.\*\)?$/.test(source)) continue;
      const message = `the regular expression "${source}" also matches longer paths`;
      report({ place: route, path: ['paths', index], message, hint: 'end it with "$", or with ".*" if that is meant' });
    }
  },
};

/** `strip_path` takes away all that a regular expression matched. */
export const stripsWholePath: LintRule = {
  name: 'strips-whole-path',
  severity: 'info',
  title: 'the default of "strip_path" leaves nothing of the path',
  explanation:
    '"strip_path" is on unless the route says otherwise, and takes away everything that the regular expression ' +
    'matched. One that ends with "$" matches the whole path, so every request goes upstream with the path of the ' +
    'service alone. Say "strip_path: false" to keep the path, or "strip_path: true" if this is meant.',
  bad: `services:
- name: users
  url: https://users.internal
  routes:
  - name: user
    paths: ['~/users/\\d+$']`,
  good: `services:
- name: users
  url: https://users.internal
  routes:
  - name: user
    paths: ['~/users/\\d+$']
    strip_path: false`,
  check(context, report) {
    for (const { route, index, text, source } of regexPathsOf(context)) {
      // What older formats called a path and what is written now differ; only what is written can mislead.
      if (isSet(route.fields, 'strip_path') || listOf(route.given.paths)[index] !== text) continue;
      if (!source.endsWith('$') || source.endsWith('\\$')) continue;
      const message = `"strip_path" is on by default and takes away the whole path that "${source}" matches`;
      report({
        place: route,
        path: ['paths', index],
        message,
        hint: 'add "strip_path: false", or true if it is meant',
      });
    }
  },
};

/** `regex_priority` where nothing can have one. */
export const idleRegexPriority: LintRule = {
  name: 'idle-regex-priority',
  severity: 'warning',
  title: '"regex_priority" on a route without regular expressions',
  explanation:
    '"regex_priority" orders regular expressions among each other. On a route that has none it does nothing: plain ' +
    'paths are ordered by their length.',
  bad: `services:
- name: users
  url: https://users.internal
  routes:
  - name: user
    paths: [/users]
    regex_priority: 10`,
  good: `services:
- name: users
  url: https://users.internal
  routes:
  - name: user
    paths: [/users]`,
  check(context, report) {
    for (const route of context.all('routes')) {
      const { regex_priority: priority } = route.given;
      if (typeof priority !== 'number' || priority === 0) continue;
      if (textsOf(route.fields.paths).some(([, path]) => path.startsWith('~'))) continue;
      const message = '"regex_priority" does nothing: this route has no path that is a regular expression';
      report({
        place: route,
        path: ['regex_priority'],
        at: 'key',
        message,
        hint: 'remove it, or begin a path with "~"',
      });
    }
  },
};

/** A path that ends with a slash. */
export const trailingSlashPath: LintRule = {
  name: 'trailing-slash-path',
  severity: 'off',
  title: 'a path that ends with "/"',
  explanation:
    'A path is a prefix, compared byte by byte: "/orders/" does not match a request for "/orders". Where both are ' +
    'meant, leave the slash away.',
  bad: `services:
- name: orders
  url: https://orders.internal
  routes:
  - name: orders
    paths: [/orders/]`,
  good: `services:
- name: orders
  url: https://orders.internal
  routes:
  - name: orders
    paths: [/orders]`,
  check(context, report) {
    for (const { route, index, text } of pathsOf(context)) {
      if (text.startsWith('~') || text.length < 2 || !text.endsWith('/')) continue;
      const bare = text.slice(0, -1);
      if (textsOf(route.fields.paths).some(([, other]) => other === bare)) continue;
      report({
        place: route,
        path: ['paths', index],
        message: `path "${text}" does not match a request for "${bare}"`,
      });
    }
  },
};
