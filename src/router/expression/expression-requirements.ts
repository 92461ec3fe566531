import type { ExpressionNode, Predicate } from './expression-node.ts';

/**
 * Conditions that every request meets that an expression matches; they say nothing about the others. A list is of
 * alternatives, `null` when nothing is known, empty when no request can match.
 */
export interface ExpressionRequirements {
  readonly methods: readonly string[] | null;
  /** The Host header without port is one of these. */
  readonly hosts: readonly string[] | null;
  /** The path begins with one of these. */
  readonly pathPrefixes: readonly string[] | null;
}

const unknown: ExpressionRequirements = { methods: null, hosts: null, pathPrefixes: null };

/** Finds the necessary conditions of an expression. */
export function requirementsOf(node: ExpressionNode): ExpressionRequirements {
  if (node.kind === 'not') return unknown;
  if (node.kind === 'predicate') return ofPredicate(node);
  const [first = unknown, ...others] = node.operands.map(requirementsOf);
  return others.reduce(node.kind === 'and' ? both : either, first);
}

function ofPredicate({ field, operator, value }: Predicate): ExpressionRequirements {
  if (field.isLower || value.type !== 'text') return unknown;
  const { text } = value;
  if (field.name === 'http.method' && operator === '==') return { ...unknown, methods: [text] };
  if (field.name === 'http.host' && operator === '==') return { ...unknown, hosts: [text] };
  if (field.name !== 'http.path') return unknown;
  if (operator === '==' || operator === '^=') return { ...unknown, pathPrefixes: [text] };
  return operator === '~' ? { ...unknown, pathPrefixes: anchoredHead(text) } : unknown;
}

/** What a regular expression that is anchored, and has no alternatives, begins with. */
function anchoredHead(pattern: string): readonly string[] | null {
  if (!pattern.startsWith('^') || pattern.includes('|')) return null;
  const head = /^[\w/,:;@%&=~-]*/.exec(pattern.slice(1))?.[0] ?? '';
  // What may be left out, or come less often, is not required.
  const isOptional = /[?*{]/.test(pattern.charAt(1 + head.length));
  const sure = isOptional ? head.slice(0, -1) : head;
  return sure === '' ? null : [sure];
}

function both(a: ExpressionRequirements, b: ExpressionRequirements): ExpressionRequirements {
  return {
    methods: common(a.methods, b.methods),
    hosts: common(a.hosts, b.hosts),
    pathPrefixes: narrower(a.pathPrefixes, b.pathPrefixes),
  };
}

function either(a: ExpressionRequirements, b: ExpressionRequirements): ExpressionRequirements {
  return {
    methods: union(a.methods, b.methods),
    hosts: union(a.hosts, b.hosts),
    pathPrefixes: union(a.pathPrefixes, b.pathPrefixes),
  };
}

function union(a: readonly string[] | null, b: readonly string[] | null): readonly string[] | null {
  return a === null || b === null ? null : [...new Set([...a, ...b])];
}

function common(a: readonly string[] | null, b: readonly string[] | null): readonly string[] | null {
  if (a === null || b === null) return a ?? b;
  return a.filter((text) => b.includes(text));
}

/** Of two lists that must both hold, the one whose shortest prefix is longer. */
function narrower(a: readonly string[] | null, b: readonly string[] | null): readonly string[] | null {
  if (a === null || b === null) return a ?? b;
  return shortest(a) >= shortest(b) ? a : b;
}

function shortest(prefixes: readonly string[]): number {
  return Math.min(...prefixes.map((prefix) => prefix.length));
}
