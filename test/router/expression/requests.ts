import { ExpressionFacts } from '../../../src/router/expression/expression-facts.ts';
import { compileExpression } from '../../../src/router/expression/compile-expression.ts';
import type { ExpressionMatch } from '../../../src/router/expression/expression-match.ts';
import type { ExpressionNode } from '../../../src/router/expression/expression-node.ts';
import { parseExpression } from '../../../src/router/expression/parse-expression.ts';
import type { RouterRequest } from '../../../src/router/router.ts';
import { routerRequest } from '../../support/router-request.ts';

/** A plain request with some of its parts replaced. */
export function requestOf(parts: Partial<RouterRequest> = {}): RouterRequest {
  return routerRequest({ port: 8000, sourceIp: '10.1.2.3', sourcePort: 40_000, destinationIp: '10.0.0.1', ...parts });
}

/** The tree of an expression that must be right. */
export function parsed(text: string): ExpressionNode {
  const result = parseExpression(text, 'http');
  if (!result.ok) throw new Error(`${text}: ${result.problem.message}`);
  return result.expression;
}

/** Tries an expression on a request. */
export function tryExpression(text: string, parts: Partial<RouterRequest> = {}): ExpressionMatch | null {
  return compileExpression(parsed(text)).match(ExpressionFacts.ofRequest(requestOf(parts)));
}
