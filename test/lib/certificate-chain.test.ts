import t from 'tap';
import { chainFault } from '../../src/lib/certificate-chain.ts';
import { type IssuedCertificate, type IssuedOptions, issueCertificate } from '../support/issued-certificate.ts';

const DAY_MS = 86_400_000;
const root = issueCertificate({ name: 'root', isAuthority: true });
const middle = issueCertificate({ name: 'middle', issuer: root, isAuthority: true });
const leaf = issueCertificate({ name: 'leaf', issuer: middle, use: 'clientAuth' });

interface Case {
  readonly leaf?: IssuedCertificate;
  readonly others?: readonly IssuedCertificate[];
  readonly authorities?: readonly IssuedCertificate[];
  readonly isPartial?: boolean;
  readonly now?: number;
}

function fault({
  authorities = [root],
  others = [],
  isPartial = false,
  now = Date.now(),
  ...rest
}: Case): string | null {
  const rules = { authorities: authorities.map(({ x509 }) => x509), allowsPartialChain: isPartial };
  return chainFault(
    (rest.leaf ?? leaf).x509,
    others.map(({ x509 }) => x509),
    rules,
    now,
  );
}

function byMiddle(options: Omit<IssuedOptions, 'name' | 'issuer'>): IssuedCertificate {
  return issueCertificate({ name: 'leaf', issuer: middle, ...options });
}

void t.test('a chain passes from the certificate over what was sent along to a trusted root', (t) => {
  t.equal(fault({ others: [middle] }), null);
  t.equal(fault({ authorities: [middle, root] }), null, 'all of it known');
  t.equal(fault({ others: [root, leaf, middle] }), null, 'in any order');
  t.equal(fault({ leaf: byMiddle({}), others: [middle] }), null, 'a certificate for every use');
  t.equal(fault({ authorities: [middle], isPartial: true }), null, 'ends in the middle');
  t.equal(fault({ authorities: [leaf], isPartial: true }), null, 'the certificate itself is trusted');
  t.end();
});

void t.test('a chain with anything missing or wrong does not pass', (t) => {
  const now = Date.now();
  const impostor = issueCertificate({ name: 'root', isAuthority: true });
  const plain = issueCertificate({ name: 'plain', issuer: root });
  const self = issueCertificate({ name: 'self', use: 'clientAuth' });
  const old = issueCertificate({ name: 'middle', issuer: root, isAuthority: true, notAfter: now - DAY_MS / 2 });
  const underOld = issueCertificate({ name: 'leaf', issuer: old });
  const cases: Record<string, readonly [Case, RegExp]> = {
    'the middle is missing': [{}, /not issued/],
    'the root is sent along, not trusted': [{ authorities: [], others: [middle, root] }, /not issued/],
    'ends in the middle, and must not': [{ authorities: [middle] }, /not issued/],
    'another root of that name': [{ authorities: [impostor], others: [middle] }, /not issued/],
    'signed by itself': [{ leaf: self, others: [middle] }, /not issued/],
    'issued by what is no authority': [
      { leaf: issueCertificate({ name: 'leaf', issuer: plain }), others: [plain] },
      /not issued/,
    ],
    'an issuer that has expired': [{ leaf: underOld, others: [old] }, /not issued/],
    'for servers': [{ leaf: byMiddle({ use: 'serverAuth' }), others: [middle] }, /not meant for clients/],
    expired: [{ leaf: byMiddle({ notAfter: now - 1000 }), others: [middle] }, /expired/],
    'not valid yet': [{ leaf: byMiddle({ notBefore: now + 60_000 }), others: [middle] }, /not valid yet/],
    'expired by our clock': [{ others: [middle], now: now + 40 * DAY_MS }, /expired/],
  };
  for (const [name, [given, reason]] of Object.entries(cases)) t.match(fault(given) ?? 'passed', reason, name);
  t.end();
});

void t.test('certificates that issue each other end the search', (t) => {
  const a = issueCertificate({ name: 'a', isAuthority: true });
  const others = Array.from({ length: 10 }, () => ({
    ...issueCertificate({ name: 'a', issuer: a, isAuthority: true }),
  }));
  const startedAt = Date.now();
  t.match(fault({ leaf: issueCertificate({ name: 'leaf', issuer: a }), others: [a, ...others] }), /not issued/);
  t.ok(Date.now() - startedAt < 1000);
  t.end();
});
