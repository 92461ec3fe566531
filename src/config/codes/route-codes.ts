import type { FindingCode } from '../../pdk/finding-code.ts';

/** A route with an expression, for the pages. */
function route(expression: string, more = ''): string {
  return `- name: orders\n  expression: ${expression}${more}`;
}

/** Findings about the expressions of routes, the router flavor, and the order of routes. */
export const routeCodes: Readonly<Record<string, FindingCode>> = {
  'expression/syntax': {
    severity: 'error',
    title: 'an expression that cannot be read',
    explanation:
      'An expression is made of conditions such as http.path ^= "/orders", joined by "&&" and "||", grouped by parentheses and negated as "!(…)". Texts stand in double quotes with the escapes of JSON strings \\" \\\\ \\n \\r \\t, or between r#" and "# as they are. Numbers are decimal, hexadecimal (0x1f) or octal (017). A range of addresses has no bits set behind its length.',
    bad: route(`'http.path = "/orders"'`),
    good: route(`'http.path == "/orders"'`),
  },
  'expression/type': {
    severity: 'error',
    title: 'an operator or a value that does not fit the field',
    explanation:
      'Texts take == != ^= (begins with) =^ (ends with) ~ (regular expression) and contains; numbers take == != > >= < <=; addresses take == and != with an address, "in" and "not in" with a range. Nothing is converted: a number in quotes is a text.',
    bad: route(`'net.dst.port == "8000"'`),
    good: route(`'net.dst.port == 8000'`),
  },
  'expression/unknown-field': {
    severity: 'error',
    title: 'a field that does not exist',
    explanation:
      'There are net.protocol, net.src.ip, net.src.port, net.dst.ip, net.dst.port and tls.sni, and for routes of HTTP also http.method, http.host, http.path, http.path.segments.N, .N_M and .len, http.headers.NAME and http.queries.NAME. Names of headers are written with "_" for "-".',
    bad: route(`'http.pth ^= "/orders"'`),
    good: route(`'http.path ^= "/orders"'`),
  },
  'expression/regex': {
    severity: 'error',
    title: 'a regular expression in an expression that does not compile',
    explanation:
      'The dialect is that of Rust\'s regex: no look-around and no back-references. Unlike in "paths" nothing is put in front: begin with ^ to match from the start.',
    bad: route(`'http.path ~ "^/orders/(a"'`),
    good: route(`'http.path ~ "^/orders/(a)"'`),
  },
  'expression/precedence': {
    severity: 'warning',
    title: '"&&" and "||" side by side without parentheses',
    explanation:
      'In this language "||" binds tighter than "&&", the reverse of most others: a && b || c means a && (b || c). Write the parentheses, so that nobody has to know.',
    bad: route(`'http.method == "GET" && http.path == "/a" || http.path == "/b"'`),
    good: route(`'http.method == "GET" && (http.path == "/a" || http.path == "/b")'`),
  },
  'expression/old-field': {
    severity: 'warning',
    title: 'a field by its older name',
    explanation: 'Kong still takes net.port for net.dst.port, with a warning in its log, and will not for ever.',
    bad: route(`'net.port == 8000'`),
    good: route(`'net.dst.port == 8000'`),
  },
  'route/flavor': {
    severity: 'error',
    title: 'a field that the router flavor does not have',
    explanation:
      'Kong has three routers, chosen by "router_flavor" in its settings. Only "expressions" has routes with an expression and a priority; in the other two both fields are unknown. gw validate knows the flavor from --router-flavor or KONG_ROUTER_FLAVOR, and takes both kinds of routes when neither is given.',
    bad: '# router_flavor = traditional_compatible\n- name: orders\n  expression: \'http.path ^= "/orders"\'',
    good: '# router_flavor = traditional_compatible\n- name: orders\n  paths: [/orders]',
  },
  'route/path-handling': {
    severity: 'warning',
    title: 'path_handling v1 where it does nothing',
    explanation:
      'Only the router flavor "traditional" knows "path_handling: v1". In the others it is accepted and treated as v0, so that the path sent upstream differs from what v1 promises.',
    bad: '- name: orders\n  paths: [/orders]\n  path_handling: v1',
    good: '- name: orders\n  paths: [/orders]',
  },
  'route/kong-order': {
    severity: 'warning',
    title: 'two routes that Kong tries in another order than documented',
    explanation:
      'Kong computes the priority of a route with 32-bit shifts where 64 bits are meant. Mostly that changes nothing, but a route with only plain hosts then beats one with more kinds of conditions, routes with four or more kinds all tie, and "regex_priority" and the number of headers get mixed up. gw follows the documented order. Where two routes match the same requests and the orders differ, these requests go to different routes in Kong and in gw: give both routes the same kinds of conditions. Nothing of this holds for the router flavors "traditional" and "expressions" with expressions.',
    bad: '- name: by-host\n  hosts: [orders.example.com]\n- name: by-path-and-method\n  paths: [/health]\n  methods: [GET]',
    good: '- name: by-host\n  hosts: [orders.example.com]\n- name: by-path-and-method\n  hosts: [orders.example.com]\n  paths: [/health]\n  methods: [GET]',
  },
  'route/stream-plugin': {
    severity: 'warning',
    title: 'a plugin on a route that is not for HTTP',
    explanation:
      'Routes for tcp, tls and tls_passthrough carry bytes, not requests. The plugins that gw runs work on requests, so that one on such a route does nothing: it protects nothing either.',
    bad: '- name: db\n  protocols: [tcp]\n  destinations: [{port: 5432}]\n  plugins:\n  - name: openid-connect\n    config: {issuer: "https://id.example.com"}',
    good: '- name: db\n  protocols: [tcp]\n  destinations: [{port: 5432}]',
  },
};
