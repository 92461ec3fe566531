import { type CompiledExpression, compileExpression } from './expression/compile-expression.ts';
import { parseExpression } from './expression/parse-expression.ts';

/**
 * Compiles the expression of a route. `schemes` are those of its protocols, which Kong adds to the text itself: as `||`
 * binds tighter than `&&`, they restrict all of it.
 *
 * @returns `null` for an expression that does not compile: such a route is left out, as in Kong
 */
export function compileRouteExpression(text: string, schemes: ReadonlySet<string> | null): CompiledExpression | null {
  const parsed = parseExpression(schemes === null ? text : `${text} && ${schemeClause(schemes)}`, 'http');
  if (!parsed.ok) return null;
  try {
    return compileExpression(parsed.expression);
  } catch {
    return null;
  }
}

function schemeClause(schemes: ReadonlySet<string>): string {
  return `(${[...schemes].map((scheme) => `net.protocol == "${scheme}"`).join(' || ')})`;
}
