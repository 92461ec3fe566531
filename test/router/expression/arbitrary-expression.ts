import fc from 'fast-check';

const quoted = (text: string): string => JSON.stringify(text);

/** Values that meet those of requests often. */
const words = fc.constantFrom('a', 'b', 'A', '/a', '/a/b', 'ab', '', 'GET', 'a.example', '1', 'http');
const textLiteral = words.chain((word) => fc.constantFrom(quoted(word), `r#"${word}"#`));
const patterns = fc.constantFrom('^/a', 'b$', '(a)', '^(?<x>/a)(b)?', '[ab]+', '.', 'a|b', '^/[a-z]/b?').map(quoted);

const textField = fc.constantFrom(
  ...['http.path', 'http.host', 'http.method', 'net.protocol', 'tls.sni', 'http.headers.x_tag', 'http.queries.v'],
  ...['http.path.segments.0', 'http.path.segments.1', 'http.path.segments.0_1'],
);

const transformed = fc
  .tuple(textField, fc.constantFrom('', 'lower', 'any', 'lower any', 'any lower', 'any any'))
  .map(([field, names]) =>
    names.split(' ').reduceRight((inner, name) => (name === '' ? inner : `${name}(${inner})`), field),
  );

const textPredicate = fc
  .tuple(transformed, fc.constantFrom('==', '!=', '^=', '=^', 'contains'), textLiteral)
  .map((parts) => parts.join(' '));
const regexPredicate = fc.tuple(transformed, patterns).map(([field, pattern]) => `${field} ~ ${pattern}`);

const integerPredicate = fc
  .tuple(
    fc.constantFrom('net.src.port', 'net.dst.port', 'http.path.segments.len', 'any(net.dst.port)'),
    fc.constantFrom('==', '!=', '>', '>=', '<', '<='),
    fc.constantFrom('0', '1', '2', '80', '0x50', '0120', '-1'),
  )
  .map((parts) => parts.join(' '));

const addressPredicate = fc
  .tuple(
    fc.constantFrom('net.src.ip', 'net.dst.ip'),
    fc.constantFrom('== 10.0.0.1', '!= 10.0.0.1', '== fd00::1', 'in 10.0.0.0/8', 'not in 10.0.0.0/31', 'in fd00::/16'),
  )
  .map((parts) => parts.join(' '));

const predicate = fc.oneof({ weight: 4, arbitrary: textPredicate }, regexPredicate, integerPredicate, addressPredicate);

/** Expressions that are right, of all operators and fields. */
export const expressionText: fc.Arbitrary<string> = fc.letrec<{ readonly tree: string }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small' },
    predicate,
    fc.array(tie('tree'), { minLength: 2, maxLength: 4 }).chain((operands) =>
      fc
        .array(fc.constantFrom(' && ', ' || ', '&&', '\n|| '), {
          minLength: operands.length - 1,
          maxLength: operands.length - 1,
        })
        .map((signs) => operands.map((operand, index) => `${index === 0 ? '' : signs[index - 1]}${operand}`).join('')),
    ),
    tie('tree').map((inner) => `(${inner})`),
    tie('tree').map((inner) => `!( ${inner} )`),
  ),
})).tree;
