import t from 'tap';
import { clockSkew } from '../../src/oidc/clock-skew.ts';
import { IssuerRecord } from '../../src/oidc/issuer-record.ts';
import type { ProviderResponse } from '../../src/oidc/provider-http.ts';
import { CapturedLog } from '../support/captured-log.ts';
import { FakeClock } from '../support/clock.ts';

const noon = Date.UTC(2030, 0, 1, 12);

function answer(headers: ProviderResponse['headers']): ProviderResponse {
  return { url: 'https://idp.test/', status: 200, headers, text: '' };
}

function at(ms: number): ProviderResponse {
  return answer({ date: new Date(ms).toUTCString() });
}

t.test('clocks count as in step unless the answer proves otherwise: Date has no fractions and took its time', (t) => {
  t.equal(clockSkew(at(noon), noon + 100, noon + 900), 0, 'the same second');
  t.equal(clockSkew(at(noon), noon - 2000, noon + 3000), 0, 'written at any moment of a slow answer');
  t.equal(clockSkew(at(noon + 60_000), noon, noon + 500), 59_500, 'ahead');
  t.equal(clockSkew(at(noon - 60_000), noon, noon + 500), -59_001, 'behind');
  t.end();
});

t.test('an answer without a readable Date, or out of a cache on the way, proves nothing', (t) => {
  t.equal(clockSkew(answer({}), noon, noon), null);
  t.equal(clockSkew(answer({ date: 'yesterday' }), noon, noon), null);
  t.equal(clockSkew(answer({ date: new Date(0).toUTCString(), age: '3600' }), noon, noon), null);
  t.end();
});

t.test('more than 5 s are warned of once for each time that the clocks part', async (t) => {
  const clock = new FakeClock(noon);
  const log = new CapturedLog();
  const record = new IssuerRecord('https://idp.test', clock, log);
  t.equal(record.clockSkewMs, null);
  for (const skew of [3000, 6000, 7000, 0, -8000]) await record.watch('token', Promise.resolve(at(noon + skew)));
  t.match(log.lines, [
    { level: 'warn', fields: { issuer: 'https://idp.test', skew_ms: 6000 } },
    { level: 'warn', fields: { skew_ms: -7001 } },
  ]);
  t.equal(log.lines.length, 2);
  t.equal(record.clockSkewMs, -7001, 'the figure of the latest answer');
  await record.watch('token', Promise.resolve(answer({})));
  t.equal(record.clockSkewMs, -7001, 'which stays until a better one comes');
});
