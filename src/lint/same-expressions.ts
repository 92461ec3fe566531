import type { Route } from '../entities/route.ts';
import { readExpression } from '../router/expression/parse-expression.ts';
import { printExpression } from '../router/expression/print-expression.ts';
import { schemesDemanded } from '../router/route-parts.ts';

/** Two routes that say the same in their expressions. */
export interface SameExpression {
  /** The one that is tried first. */
  readonly first: Route;
  /** One that gets nothing of what the first takes, which is everything. */
  readonly second: Route;
  /** Whether only their ids put one first. */
  readonly isTie: boolean;
}

/** For each route with an expression that another one before it has, too, for the same protocols or more. */
export function findSameExpressions(routes: readonly Route[]): readonly SameExpression[] {
  const byText = new Map<string, Route[]>();
  const found: SameExpression[] = [];
  for (const second of routes.filter(({ expression }) => expression !== null).sort(compareExpressions)) {
    const text = canonicalText(second.expression ?? '');
    const others = byText.get(text);
    const first = others?.find((other) => isFor(other, second));
    if (first !== undefined) found.push({ first, second, isTie: (first.priority ?? 0) === (second.priority ?? 0) });
    if (others === undefined) byText.set(text, [second]);
    else if (first === undefined) others.push(second);
  }
  return found;
}

/** White space, needless parentheses and ways to write a value make no difference. */
function canonicalText(expression: string): string {
  const read = readExpression(expression);
  return 'expression' in read ? printExpression(read.expression) : expression;
}

/** The greater priority goes first, then the greater id. */
function compareExpressions(a: Route, b: Route): number {
  return (b.priority ?? 0) - (a.priority ?? 0) || (a.id < b.id ? 1 : -1);
}

/** True when the first surely takes every protocol that the second takes. */
function isFor(first: Route, second: Route): boolean {
  const [wide, narrow] = [schemesDemanded(first.protocols), schemesDemanded(second.protocols)];
  if (wide === null || narrow === null) return first.protocols.join() === second.protocols.join();
  return [...narrow].every((name) => wide.has(name));
}
