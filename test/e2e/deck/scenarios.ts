import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import { selfSignedPair } from '../../support/certificates.ts';
import { type RunningGateway, startCli } from '../../support/run-cli.ts';
import { changesOf, Deck, type DeckResult } from './command.ts';

/** Everything that a corpus without private keys does not have, and values that must not be masked. */
function ownConfig(): string {
  const pair = selfSignedPair('gateway.test');
  return JSON.stringify({
    _format_version: '3.0',
    certificates: [
      {
        id: '6c0c1e5c-4f66-4d5e-9c0b-0d5ad4ddc3f1',
        cert: pair.cert,
        key: pair.key,
        snis: [{ name: 'gateway.test' }, { name: '*.gateway.test' }],
      },
    ],
    services: [
      {
        name: 'orders',
        url: 'https://orders.test/api',
        client_certificate: '6c0c1e5c-4f66-4d5e-9c0b-0d5ad4ddc3f1',
        routes: [{ name: 'orders', paths: ['/orders'] }],
        plugins: [
          {
            name: 'openid-connect',
            config: {
              issuer: 'https://idp.test/realms/a',
              cache_tokens_salt: 'top-secret-0',
              client_id: ['kong', 'other'],
              client_secret: ['top-secret-1', '{vault://env/other-secret}'],
            },
          },
        ],
      },
    ],
    consumer_groups: [{ name: 'gold' }],
    consumers: [
      {
        username: 'bob',
        groups: [{ name: 'gold' }],
        acls: [{ group: 'admins' }],
        keyauth_credentials: [{ key: 'top-secret-2' }],
        hmacauth_credentials: [{ username: 'bob', secret: 'top-secret-3' }],
        jwt_secrets: [{ key: 'bob', algorithm: 'HS256', secret: 'top-secret-4' }],
      },
    ],
  });
}

/** A config whose entities all have the tag of a team. */
function teamConfig(team: string, count: number): string {
  const services = Array.from({ length: count }, (_, at) => ({
    name: `${team}-${at}`,
    url: `http://${team}.test`,
    routes: [{ name: `${team}-${at}`, paths: [`/${team}/${at}`] }],
  }));
  return JSON.stringify({ _format_version: '3.0', services });
}

/** The commands and flags of decK, on configs of our own. */
export class DeckScenarios {
  readonly #folder: string;
  #files = 0;

  /** @param folder where files may be written */
  constructor(folder: string) {
    this.#folder = folder;
  }

  async run(t: Test): Promise<void> {
    await t.test('a dump has the real secrets, starts a gateway, and changes nothing', (t) => this.#secrets(t));
    await t.test('one request at a time leads to the same as ten', (t) => this.#parallelism(t));
    await t.test('teams that sync by tag leave each other alone', (t) => this.#tags(t));
    await t.test('apply adds and changes, and deletes nothing', (t) => this.#apply(t));
    await t.test('the default workspace is the gateway; there is no other', (t) => this.#workspace(t));
    await t.test('a gateway that takes no changes says how to get one that does', (t) => this.#readOnly(t));
    await t.test('a token opens the gateway, and a wrong one does not', (t) => this.#token(t));
    await t.test('a mistake is told in words, and nothing of the file is lost', (t) => this.#mistake(t));
  }

  async #secrets(t: Test): Promise<void> {
    const { deck } = await this.#start(t);
    const file = this.#file(ownConfig());
    ok(t, await deck.run('ping'));
    ok(t, await deck.run('validate', file));
    changed(t, await deck.run('sync', file), { created: 13, updated: 0, deleted: 0 });
    changed(t, await deck.run('diff', file), nothing);
    const dump = this.#path();
    ok(t, await deck.run('dump', '-o', dump));
    const text = readFileSync(dump, 'utf8');
    for (const secret of [0, 1, 2, 3, 4]) t.match(text, `top-secret-${secret}`);
    t.match(text, '{vault://env/other-secret}', 'and references as they are');
    t.match(text, 'PRIVATE KEY');
    changed(t, await deck.run('sync', dump), nothing);
    ok(t, await deck.run('dump', '--skip-defaults', '-o', this.#path()));

    const other = await startCli(['-c', dump]);
    t.teardown(() => other.stop());
    // Where nothing is written, nobody is shown a secret: all five that hold one differ, one of them in its name.
    changed(t, await new Deck(other.adminUrl).run('diff', dump), { created: 1, updated: 4, deleted: 1 });
    const shown = await startCli(['-c', dump], { env: { GW_ADMIN_WRITES: 'memory' } });
    t.teardown(() => shown.stop());
    changed(t, await new Deck(shown.adminUrl).run('diff', dump), nothing);

    ok(t, await deck.run('reset', '--force'));
    const empty = this.#path();
    ok(t, await deck.run('dump', '-o', empty));
    t.equal(readFileSync(empty, 'utf8').trim(), '_format_version: "3.0"');
  }

  async #parallelism(t: Test): Promise<void> {
    const dumps: string[] = [];
    for (const parallelism of ['1', '10']) {
      const { deck } = await this.#start(t);
      const file = this.#file(teamConfig('a', 30));
      changed(t, await deck.run('sync', '--parallelism', parallelism, file), { created: 60, updated: 0, deleted: 0 });
      changed(t, await deck.run('diff', '--parallelism', parallelism, file), nothing);
      const dump = this.#path();
      ok(t, await deck.run('dump', '-o', dump));
      dumps.push(readFileSync(dump, 'utf8'));
    }
    t.equal(dumps[0], dumps[1]);
  }

  async #tags(t: Test): Promise<void> {
    const { deck } = await this.#start(t);
    const [a, b] = [this.#file(teamConfig('a', 2)), this.#file(teamConfig('b', 3))];
    changed(t, await deck.run('sync', '--select-tag', 'team-a', a), { created: 4, updated: 0, deleted: 0 });
    changed(t, await deck.run('sync', '--select-tag', 'team-b', b), { created: 6, updated: 0, deleted: 0 });
    changed(t, await deck.run('diff', '--select-tag', 'team-a', a), nothing);
    const dump = this.#path();
    ok(t, await deck.run('dump', '--select-tag', 'team-b', '-o', dump));
    t.match(readFileSync(dump, 'utf8'), 'b-2');
    t.notMatch(readFileSync(dump, 'utf8'), 'a-0');
    changed(t, await deck.run('sync', '--select-tag', 'team-a', this.#file(teamConfig('a', 1))), {
      ...{ created: 0, updated: 0, deleted: 2 },
    });
    changed(t, await deck.run('diff', '--select-tag', 'team-b', b), nothing);
    ok(t, await deck.run('reset', '--force', '--select-tag', 'team-b'));
    changed(t, await deck.run('diff', '--select-tag', 'team-a', this.#file(teamConfig('a', 1))), nothing);
  }

  async #apply(t: Test): Promise<void> {
    const { deck } = await this.#start(t);
    changed(t, await deck.run('apply', this.#file(teamConfig('a', 1))), { created: 2, updated: 0, deleted: 0 });
    changed(t, await deck.run('apply', this.#file(teamConfig('b', 1))), { created: 2, updated: 0, deleted: 0 });
    const moved = this.#file(teamConfig('a', 1).replace('http://a.test', 'http://moved.test'));
    changed(t, await deck.run('apply', moved), { created: 0, updated: 1, deleted: 0 });
    changed(t, await deck.run('apply', moved), nothing);
    changed(t, await deck.run('sync', moved), { created: 0, updated: 0, deleted: 2 });
  }

  async #workspace(t: Test): Promise<void> {
    const { deck } = await this.#start(t);
    const file = this.#file(teamConfig('a', 1));
    changed(t, await deck.run('sync', '-w', 'default', file), { created: 2, updated: 0, deleted: 0 });
    changed(t, await deck.run('diff', file), nothing);
    const other = await deck.run('sync', '-w', 'other', file);
    t.not(other.code, 0);
  }

  async #readOnly(t: Test): Promise<void> {
    const file = this.#file(teamConfig('a', 1));
    const { deck } = await this.#start(t, ['-c', file]);
    changed(t, await deck.run('diff', file), nothing);
    const result = await deck.run('sync', this.#file(teamConfig('a', 2)));
    t.not(result.code, 0);
    t.match(result.stderr, "cannot create or update 'services' entities");
    t.match(result.stderr, '--admin-writes');
  }

  async #token(t: Test): Promise<void> {
    const { gateway } = await this.#start(t, [], { GW_ADMIN_TOKEN: 'right' });
    ok(t, await new Deck(gateway.adminUrl, { DECK_KONG_ADMIN_TOKEN: 'right' }).run('ping'));
    ok(t, await new Deck(gateway.adminUrl).run('ping', '--headers', 'Authorization:Bearer right'));
    const wrong = await new Deck(gateway.adminUrl, { DECK_KONG_ADMIN_TOKEN: 'wrong' }).run('ping');
    t.not(wrong.code, 0);
    t.match(wrong.stderr, 'Unauthorized');
  }

  async #mistake(t: Test): Promise<void> {
    const { deck } = await this.#start(t);
    const file = this.#file(teamConfig('a', 2));
    changed(t, await deck.run('sync', file), { created: 4, updated: 0, deleted: 0 });
    const wrong = this.#file(teamConfig('a', 2).replace('"/a/1"', '"~/(a"'));
    for (const command of ['validate', 'sync']) {
      const result = await deck.run(command, wrong);
      t.not(result.code, 0, command);
      t.match(result.stderr, 'schema violation', command);
      t.match(result.stderr, 'paths', command);
    }
    changed(t, await deck.run('diff', file), nothing);
  }

  async #start(
    t: Test,
    args: readonly string[] = [],
    env: Readonly<Record<string, string>> = {},
  ): Promise<{ readonly deck: Deck; readonly gateway: RunningGateway }> {
    const gateway = await startCli(args, { env });
    t.teardown(() => gateway.stop());
    return { gateway, deck: new Deck(gateway.adminUrl) };
  }

  #file(text: string): string {
    const path = this.#path();
    writeFileSync(path, text);
    return path;
  }

  #path(): string {
    this.#files += 1;
    return join(this.#folder, `own-${this.#files}.yaml`);
  }
}

const nothing = { created: 0, updated: 0, deleted: 0 };

function ok(t: Test, result: DeckResult): void {
  t.equal(result.code, 0, said(result));
}

function changed(t: Test, result: DeckResult, expected: object): void {
  t.same(changesOf(result), expected, said(result));
}

/** The end of what decK said. */
function said({ stdout, stderr }: DeckResult): string {
  return `${stderr}${stdout}`.trim().slice(-500);
}
