import { X509Certificate } from 'node:crypto';
import { textOf } from '../../config/draft.ts';
import type { LintRule } from '../rule.ts';

const dayMs = 86_400_000;

/** Self-signed, for orders.example.com; long expired. */
const expired = `-----BEGIN CERTIFICATE-----
MIIBITCByAIBATAKBggqhkjOPQQDAjAdMRswGQYDVQQDDBJvcmRlcnMuZXhhbXBs
ZS5jb20wHhcNMjAwMTAxMDAwMDAwWhcNMjEwMTAxMDAwMDAwWjAdMRswGQYDVQQD
DBJvcmRlcnMuZXhhbXBsZS5jb20wWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAARY
BPyagLCvdcNCNIJExJ307xLW349H342aeY1XMvUXONXtBOD+iVrxG8wfkriBULF4
hMRG8g/Yya8qwhlKZMGeMAoGCCqGSM49BAMCA0gAMEUCIA3+aRSNupPq58mC6xOh
ekhlX1Ykf3YB6YoPMnMDK6yfAiEAsuAgBQD2Yyw6UUnIV7LyF2vcFMLRpbIFNJuF
iabcZt8=
-----END CERTIFICATE-----`;

/** The same key, for a hundred years. */
const lasting = `-----BEGIN CERTIFICATE-----
MIIBJDCBygIBAjAKBggqhkjOPQQDAjAdMRswGQYDVQQDDBJvcmRlcnMuZXhhbXBs
ZS5jb20wIBcNMjQwMTAxMDAwMDAwWhgPMjEyNDAxMDEwMDAwMDBaMB0xGzAZBgNV
BAMMEm9yZGVycy5leGFtcGxlLmNvbTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IA
BFgE/JqAsK91w0I0gkTEnfTvEtbfj0ffjZp5jVcy9Rc41e0E4P6JWvEbzB+SuIFQ
sXiExEbyD9jJryrCGUpkwZ4wCgYIKoZIzj0EAwIDSQAwRgIhAKw6GnyYZsOBXkHg
wMUlJHh49aq7vVyUyiGH1Vdw2/AjAiEAyvZM0tmU5Il3dUSBquu0Y5zK4N3HUZVE
EC9Kqnxd9qA=
-----END CERTIFICATE-----`;

/** A certificate that clients refuse, or soon will. */
export const certificateExpiry: LintRule = {
  name: 'certificate-expiry',
  severity: 'warning',
  title: 'a certificate has expired or will soon',
  explanation:
    'Clients refuse a certificate whose time is over. This one has expired, or will within "days". Renew it. ' +
    'Certificates that are vault references are not in the file and cannot be looked at.',
  bad: exampleWith(expired),
  good: exampleWith(lasting),
  options: {
    type: 'object',
    additionalProperties: false,
    properties: {
      days: {
        type: 'integer',
        minimum: 0,
        default: 30,
        description: 'report certificates that expire within this many days',
      },
    },
  },
  check(context, report, { days }) {
    const soon = context.now + Number(days) * dayMs;
    for (const kind of ['certificates', 'ca_certificates'] as const) {
      for (const draft of context.all(kind)) {
        for (const field of ['cert', 'cert_alt']) {
          const end = expiryOf(textOf(draft.fields[field]));
          if (end === null || end >= soon) continue;
          const day = new Date(end).toISOString().slice(0, 10);
          const message =
            end < context.now ? `this certificate expired on ${day}` : `this certificate expires soon, on ${day}`;
          report({ place: draft, path: [field], at: 'key', message, hint: 'renew it' });
        }
      }
    }
  },
};

/** Milliseconds since the epoch; `null` for what is no certificate. The first of several counts: it is the server's. */
function expiryOf(pem: string | null): number | null {
  if (pem?.includes('-----BEGIN') !== true) return null;
  try {
    const end = Date.parse(new X509Certificate(pem).validTo);
    return Number.isNaN(end) ? null : end;
  } catch {
    return null;
  }
}

function exampleWith(pem: string): string {
  return `certificates:
- cert: |
${pem.replace(/^/gm, '    ')}
  key: "{vault://env/tls-key}"
  snis:
  - name: orders.example.com`;
}
