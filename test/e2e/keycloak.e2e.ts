import t, { type Test } from 'tap';
import { whyNoKeycloak } from './keycloak-files.ts';
import { certificates } from './scenarios/certificates.ts';
import { clientCredentials } from './scenarios/client-credentials.ts';
import { dpop } from './scenarios/dpop.ts';
import { outage } from './scenarios/outage.ts';
import { ownClient } from './scenarios/own-client.ts';
import { tokenExchange } from './scenarios/token-exchange.ts';
import { tutorial } from './scenarios/tutorial.ts';
import { World } from './world.ts';

// The acceptance scenario against a real Keycloak and httpbin, through the real command. One start serves all.

/** Life of a token of `service`; there must be time for the steps that count on one. */
const tokenSeconds = 12;

/** In this order: the last one restarts Keycloak. */
const scenarios: Readonly<Record<string, (t: Test, world: World) => Promise<void>>> = {
  tutorial: (t, world) => tutorial(t, world, tokenSeconds),
  'client credentials': clientCredentials,
  'the gateway as client kong': ownClient,
  certificates,
  DPoP: dpop,
  'token exchange': tokenExchange,
  outage,
};

const reason = await whyNoKeycloak();
if (reason === null) await runAll();
else t.pass(`SKIPPED, nothing was tested: ${reason}`);

async function runAll(): Promise<void> {
  const world = await World.start(tokenSeconds);
  t.teardown(() => world.close());
  if (world.whyNoHttpbin !== null) t.comment(`AN IMITATION stands in for httpbin: ${world.whyNoHttpbin}`);
  for (const [name, scenario] of Object.entries(scenarios)) await t.test(name, (t) => scenario(t, world));
}
