import { X509Certificate } from 'node:crypto';
import t from 'tap';
import { certificateThumbprint, isBoundToCertificate } from '../../src/oidc/certificate-binding.ts';
import { boundTo } from '../../src/oidc/token-binding.ts';

/** Figure 6 of RFC 8705. */
const certificate = `-----BEGIN CERTIFICATE-----
MIIBBjCBrAIBAjAKBggqhkjOPQQDAjAPMQ0wCwYDVQQDDARtdGxzMB4XDTE4MTAx
ODEyMzcwOVoXDTIyMDUwMjEyMzcwOVowDzENMAsGA1UEAwwEbXRsczBZMBMGByqG
SM49AgEGCCqGSM49AwEHA0IABNcnyxwqV6hY8QnhxxzFQ03C7HKW9OylMbnQZjjJ
/Au08/coZwxS7LfA4vOLS9WuneIXhbGGWvsDSb0tH6IxLm8wCgYIKoZIzj0EAwID
SQAwRgIhAP0RC1E+vwJD/D1AGHGzuri+hlV/PpQEKTWUVeORWz83AiEA5x2eXZOV
bUlJSGQgjwD5vaUaKlLR50Q2DmFfQj1L+SY=
-----END CERTIFICATE-----
`;
/** `x5t#S256` of section 3.1 and of appendix A. */
const ofAnother = 'bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2';
const ofAppendix = 'A4DtL2JmUMhAsvJj5tKyn64SqzmuXbMrJa0n761y5v0';

void t.test('the certificate of RFC 8705 has the thumbprint of RFC 8705, and no other', (t) => {
  const der = new X509Certificate(certificate).raw;
  t.equal(certificateThumbprint(der), ofAppendix);
  t.equal(isBoundToCertificate(ofAppendix, der), true);
  for (const other of [ofAnother, '', ofAppendix.slice(0, -1), `${ofAppendix}=`, ofAppendix.toLowerCase()]) {
    t.equal(isBoundToCertificate(other, der), false, other);
  }
  for (const at of [0, 100, der.length - 1]) {
    const changed = Buffer.from(der);
    changed.writeUInt8(der.readUInt8(at) ^ 1, at);
    t.equal(isBoundToCertificate(ofAppendix, changed), false, `bit of byte ${at}`);
  }
  t.end();
});

void t.test('what a token is bound to is read from its claims and from what its issuer says of it', (t) => {
  const bound = { cnf: { 'x5t#S256': ofAppendix } };
  t.same(boundTo([bound, null], 'x5t#S256'), [ofAppendix]);
  t.same(boundTo([null, bound], 'x5t#S256'), [ofAppendix]);
  t.same(boundTo([bound, { cnf: { 'x5t#S256': ofAnother } }], 'x5t#S256'), [ofAppendix, ofAnother]);
  t.same(boundTo([bound], 'jkt'), [], 'in another way');
  t.same(boundTo([{}, null, { cnf: null }, { cnf: { kid: 'k' } }], 'jkt'), []);
  for (const cnf of ['text', 1, true, ['list'], { jkt: 1 }, { jkt: null }, { jkt: {} }]) {
    t.equal(boundTo([{ cnf }], 'jkt'), null, JSON.stringify(cnf));
  }
  t.same(boundTo([{ cnf: JSON.parse('{"__proto__":{"jkt":"x"}}') as object as Record<string, string> }], 'jkt'), []);
  t.end();
});
