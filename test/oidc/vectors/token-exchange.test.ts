import t from 'tap';
import { systemClock } from '../../../src/lib/clock.ts';
import { Secret } from '../../../src/lib/secret.ts';
import { ClientSecretBasic } from '../../../src/oidc/client-auth/client-secret-basic.ts';
import { extraParameters } from '../../../src/oidc/grants/client-credentials.ts';
import { tokenExchangeParameters } from '../../../src/oidc/grants/token-exchange.ts';
import { ProviderHttp } from '../../../src/oidc/provider-http.ts';
import { requestToken } from '../../../src/oidc/token-endpoint.ts';
import { FakeIdp } from '../../support/fake-idp.ts';

t.test('RFC 8693 §2.3: the request is the one printed, and its response is understood', async (t) => {
  const idp = await FakeIdp.start();
  const http = new ProviderHttp();
  t.teardown(async () => {
    await http.close();
    await idp.close();
  });
  const issued =
    'eyJhbGciOiJFUzI1NiIsImtpZCI6IjllciJ9.eyJhdWQiOiJodHRwczovL2JhY2tlbmQuZXhhbXBsZS5jb20iLCJpc3MiOiJodHRwczovL2FzLmV' +
    '4YW1wbGUuY29tIiwiZXhwIjoxNDQxOTE3NTkzLCJpYXQiOjE0NDE5MTc1MzMsInN1YiI6ImJkY0BleGFtcGxlLmNvbSIsInNjb3BlIjoiYXBpIn0.' +
    '40y3ZgQedw6rxf59WlwHDD9jryFOr0_Wh3CGozQBihNBhnXEQgU85AI9x3KmsPottVMLPIWvmDCMy5-kdXjwhw';
  idp.answer = () => ({
    headers: { 'cache-control': 'no-cache, no-store' },
    body: {
      access_token: issued,
      issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      token_type: 'Bearer',
      expires_in: 60,
    },
  });
  const resource: [string, string] = ['resource', 'https://backend.example.com/api'];
  const response = await requestToken(
    {
      endpoint: `${idp.issuer}/token`,
      auth: new ClientSecretBasic('rs08', new Secret('long-secure-random-secret')),
      form: [
        ...tokenExchangeParameters('accVkjcJyb4BWCxGsndESCJQbdFMogUC5PbRDqceLTC', []),
        ...extraParameters({ scopes: null, audience: null, postArgs: [resource], clientArgs: [] }),
      ],
      headers: [],
      timeoutMs: 5000,
      sslVerify: true,
    },
    http,
    systemClock,
  );
  const [request] = idp.tokenRequests;
  t.equal(request?.headers.authorization, 'Basic cnMwODpsb25nLXNlY3VyZS1yYW5kb20tc2VjcmV0');
  t.equal(request?.headers['content-type'], 'application/x-www-form-urlencoded');
  t.same([...(request?.form ?? [])].sort(), [
    ['grant_type', 'urn:ietf:params:oauth:grant-type:token-exchange'],
    ['resource', 'https://backend.example.com/api'],
    ['subject_token', 'accVkjcJyb4BWCxGsndESCJQbdFMogUC5PbRDqceLTC'],
    ['subject_token_type', 'urn:ietf:params:oauth:token-type:access_token'],
  ]);
  t.match(response, { tokenType: 'bearer', expiresInSeconds: 60 });
  t.equal(response.accessToken.reveal(), issued);
});
