import t, { type Test } from 'tap';
import { certBound, dpopBound, john, service } from './clients.ts';
import { whyNoKeycloak } from './keycloak-files.ts';
import { certificates } from './scenarios/certificates.ts';
import { clientCredentials } from './scenarios/client-credentials.ts';
import { dpop } from './scenarios/dpop.ts';
import { outage } from './scenarios/outage.ts';
import { ownClient } from './scenarios/own-client.ts';
import { tokenExchange } from './scenarios/token-exchange.ts';
import { tutorialByCurl } from './scenarios/tutorial-by-curl.ts';
import { tutorial } from './scenarios/tutorial.ts';
import { World } from './world.ts';

// The acceptance scenario against a real Keycloak and httpbin, through the real command. One start serves all.

/** Life of a token of `service`; there must be time for the steps that count on one. */
const tokenSeconds = 12;

/** In this order: the last one restarts Keycloak. */
const scenarios: Readonly<Record<string, (t: Test, world: World) => Promise<void>>> = {
  tutorial: (t, world) => tutorial(t, world, tokenSeconds),
  'the same tutorial with curl': tutorialByCurl,
  'client credentials': clientCredentials,
  'the gateway as client kong': ownClient,
  certificates,
  DPoP: dpop,
  'token exchange': tokenExchange,
  outage,
};

const reason = await whyNoKeycloak();
if (reason === null) await runAll();
else void t.test('with Keycloak', { skip: `SKIPPED: ${reason}` }, () => undefined);

async function runAll(): Promise<void> {
  const world = await World.start(tokenSeconds);
  t.teardown(() => world.close());
  if (world.whyNoHttpbin !== null) t.comment(`AN IMITATION stands in for httpbin: ${world.whyNoHttpbin}`);
  for (const [name, scenario] of Object.entries(scenarios)) await t.test(name, (t) => scenario(t, world));
  await t.test('no log of any of these gateways has a secret or a token', async (t) => noSecrets(t, world.logs()));
}

function noSecrets(t: Test, logs: string): void {
  t.match(logs, '"reason":', 'they say why requests were refused');
  const users = [service.user, certBound.user, dpopBound.user, john];
  const secrets = [...users, service.secret, dpopBound.secret, ...users.map((user) => btoa(user))];
  t.notOk(secrets.some((secret) => logs.includes(secret)));
  t.notMatch(logs, /eyJ[\w-]{8,}/, 'no JWT');
  t.notMatch(logs, 'PRIVATE KEY');
}
