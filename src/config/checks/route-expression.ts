import { deprecatedFields } from '../../router/expression/fields.ts';
import type { ExpressionNode, Subsystem } from '../../router/expression/expression-node.ts';
import { parseExpression } from '../../router/expression/parse-expression.ts';
import type { JsonPath } from '../../lib/json.ts';
import { type Draft, textOf } from '../draft.ts';
import type { Findings } from '../findings.ts';
import { allMatchers, isSet } from './route-matchers.ts';

/** Checks `expression`, with findings at the characters they are about, and what must not stand beside it. */
export function checkExpressionField(draft: Draft, subsystem: Subsystem, findings: Findings): void {
  const text = textOf(draft.fields.expression);
  if (text === null) {
    checkPriorityAlone(draft, findings);
    return;
  }
  const path = [...draft.path, 'expression'];
  checkCompany(draft, findings);
  const parsed = parseExpression(text, subsystem);
  if (parsed.ok) {
    warnOf(parsed.expression, draft, path, findings);
    return;
  }
  for (const { kind, message, hint, ...span } of parsed.problems) {
    findings.addWithin(`expression/${kind}`, draft.document, path, span, message, { hint });
  }
}

function checkCompany({ document, path, fields }: Draft, findings: Findings): void {
  const others = allMatchers.filter((field) => isSet(fields[field]));
  const add = (field: string, message: string, hint: string): void =>
    findings.add('route/field', document, [...path, field], message, { hint, at: 'key' });
  if (others.length > 0) {
    const names = others.map((field) => `"${field}"`).join(', ');
    add('expression', `"expression" cannot be used together with ${names}`, 'keep one way to match');
  }
  if (typeof fields.regex_priority === 'number' && fields.regex_priority !== 0) {
    const message = '"regex_priority" cannot be used together with "expression"';
    add('regex_priority', message, 'order expressions by "priority"');
  }
}

/** Without an expression `priority` does nothing, and Kong refuses it beside other fields to match on. */
function checkPriorityAlone({ document, path, fields }: Draft, findings: Findings): void {
  if (typeof fields.priority !== 'number' || fields.priority === 0) return;
  if (!allMatchers.some((field) => isSet(fields[field]))) return;
  const hint = 'routes without an expression are ordered by what they match on; "regex_priority" orders their regexes';
  const message = '"priority" needs an "expression"';
  findings.add('route/field', document, [...path, 'priority'], message, { hint, at: 'key' });
}

/** Tells of what the router takes but a reader may take for something else. */
function warnOf(node: ExpressionNode, draft: Draft, path: JsonPath, findings: Findings): void {
  if (node.kind === 'predicate') {
    const name = deprecatedFields.get(node.field.name);
    if (name === undefined) return;
    const message = `"${node.field.name}" is an older name of "${name}"`;
    findings.addWithin('expression/old-field', draft.document, path, node.field.nameSpan, message, {
      hint: `write "${name}"`,
    });
    return;
  }
  if (node.kind === 'not') {
    warnOf(node.operand, draft, path, findings);
    return;
  }
  for (const operand of node.operands) {
    if (node.kind === 'and' && operand.kind === 'or' && !operand.isGrouped) {
      const message = '"||" binds tighter than "&&" here: the conditions on both sides of it belong together';
      const hint = `write parentheses around the part with "||", or around the part with "&&" if that is meant`;
      findings.addWithin('expression/precedence', draft.document, path, operand.operatorSpan, message, { hint });
    }
    warnOf(operand, draft, path, findings);
  }
}
