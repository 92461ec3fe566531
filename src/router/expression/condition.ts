import type { ExpressionFacts } from './expression-facts.ts';
import type { MatchRecord } from './expression-match.ts';

/** A part of an expression. Notes in `record` what a predicate that holds has matched, as Kong does. */
export interface Condition {
  holds(facts: ExpressionFacts, record: MatchRecord): boolean;
}
