import t from 'tap';
import { formatNames } from '../../src/cli/formats/format-names.ts';
import { renderReport } from '../../src/cli/formats/render-report.ts';
import { type LoadOptions, loadConfig, type LoadResult } from '../../src/config/load-config.ts';
import { pluginCatalog } from '../../src/plugins/registry.ts';

const head = '_format_version: "3.0"\n';

function load(text: string, options: Partial<LoadOptions> = {}): LoadResult {
  return loadConfig([{ name: 'kong.yml', text }], { catalog: pluginCatalog, now: 0, ...options });
}

function codesOf({ diagnostics }: LoadResult): readonly string[] {
  return diagnostics.map(({ code, range }) => `${range.start.line}:${range.start.column} ${code}`);
}

/** Everything a user can get to see of a load, in every format. */
async function allOutput(result: LoadResult): Promise<string> {
  const options = { color: false, root: '/', failing: new Set(['error'] as const) };
  const texts = await Promise.all(formatNames.map((format) => renderReport(format, result, options)));
  return texts.join('\n');
}

t.test('a default stands in for a variable that is not set or empty, and is filtered like a value', (t) => {
  const text = `${head}services:
- name: a
  host: \${{ env "DECK_HOST" | default "a.example" }}
  port: \${{ env "DECK_PORT" | default "8080" | toInt }}
  path: "/\${{ env 'DECK_PATH' | default 'x|y }' }}"
  enabled: \${{ env "DECK_ENABLED" | default "false" | toBool }}
`;
  const unset = load(text, { env: { DECK_PORT: '' } });
  t.strictSame(codesOf(unset), ['6:9 service/path']);
  const set = load(text.replace('x|y }', 'x'), { env: { DECK_HOST: 'b.example', DECK_PORT: '81' } });
  t.strictSame(codesOf(set), []);
  t.match(set.entities?.services, [{ host: 'b.example', port: 81, path: '/x', enabled: false }]);
  const mocked = load(text.replace('x|y }', 'x'), { mockEnv: true });
  t.match(mocked.entities?.services, [{ host: 'a.example', port: 8080 }], 'a default is better than a placeholder');
  t.end();
});

t.test('a default without a text, or one that does not fit what follows, is reported', (t) => {
  const text = `${head}services:
- name: a
  host: \${{ env "DECK_H" | default }}
  port: \${{ env "DECK_P" | default "eighty" | toInt }}
`;
  t.match(load(text).diagnostics, [
    { code: 'env/unset', range: { start: { line: 4 } } },
    { code: 'env/syntax', range: { start: { line: 5 } } },
  ]);
  t.match(load(text, { env: { DECK_H: 'x' } }).diagnostics, [
    { code: 'env/syntax', message: /"default" needs a text/ },
    { code: 'env/syntax', message: /does not fit "toInt"/ },
  ]);
  t.end();
});

t.test('templates in comment lines are left alone; behind a value they count', (t) => {
  const text = `# \${{ env "DECK_UNSET" }}
${head}   # \${{ env "NOT_EVEN_ALLOWED" }}
services:
- name: a # \${{ env "DECK_UNSET" }}
  host: a.example
`;
  t.strictSame(codesOf(load(text)), [], 'a comment is no value, wherever it stands');
  t.end();
});

t.test('a value with quotes, line breaks and braces cannot change what the file says', (t) => {
  const value = 'x"\n- name: injected\n  host: evil.example\n# }} \'{';
  const text = `${head}consumers:\n- username: "\${{ env "DECK_V" }}"\n  custom_id: \${{ env "DECK_V" }}\n`;
  const { entities } = load(text, { env: { DECK_V: value } });
  t.match(entities?.consumers, [{ username: value, custom_id: value }]);
  t.equal(entities?.consumers.length, 1);
  t.end();
});

t.test('vault references stay references and are reported, tagged or not', (t) => {
  const text = `${head}consumers:
- username: "{vault://env/name}"
  custom_id: !!str "{vault://file/ids/first}"
- username: not {vault://env/x} as a whole
`;
  const { diagnostics, entities } = load(text);
  t.strictSame(
    diagnostics.map(({ code, range }) => `${range.start.line}:${range.start.column} ${code}`),
    ['3:13 vault/not-run', '4:20 vault/not-run'],
  );
  t.match(entities?.consumers, [{ username: '{vault://env/name}', custom_id: '{vault://file/ids/first}' }, {}]);
  t.end();
});

t.test('a file that begins with a space loads, with a warning', (t) => {
  const { entities, diagnostics } = load(` ${head} services: [{name: a, host: a.example}]\n`);
  t.equal(entities?.services.length, 1);
  t.match(diagnostics, [{ code: 'yaml/leading-space', severity: 'warning' }]);
  t.strictSame(codesOf(load(`   \n# only blanks before\n${head}`)), []);
  t.end();
});

/** A value that no text of ours could hold by chance. */
const canary = 'c4n4ry-5ecr3t';

/** Every kind of mistake with a value from the environment in it. */
const envMistakes: Readonly<Record<string, string>> = {
  'a name of the wrong form, a wrong type, an unknown key': `services:\n- {name: "$V !", port: "$V", enabled: "$V", tags: ["$V,"], nope: "$V"}`,
  'the value itself as a key': 'services:\n- name: a\n  host: a.example\n  "$V": 1',
  'the value as a key twice': '_ignore:\n- "$V": 1\n  "$V": 2',
  'two entities of one name': 'services:\n- {name: "$V", host: a.example}\n- {name: "$V", host: a.example}',
  'two credentials with one key':
    'consumers:\n- {username: a, keyauth_credentials: [{key: "$V"}, {key: "$V"}]}\n- {username: "$V"}\n- {username: "$V"}',
  'dangling references':
    'routes:\n- {name: r, paths: [/r], service: "$V"}\n- {name: q, paths: [/q], service: {name: "$V"}}',
  'an unknown plugin and a misspelt one': 'plugins:\n- {name: "$V"}\n- {name: "key-auth$V"}',
  'values of a plugin config':
    'plugins:\n- name: openid-connect\n  config: {issuer: "$V", auth_methods: ["$V"], client_id: "$V", client_secret: "$V", timeout: "$V", "$V": 1}',
  'hosts, paths, headers and patterns':
    'routes:\n- {name: r, hosts: ["$V:x:1"], paths: ["$V", "~/($V", "/$V//"], headers: {Host: ["$V"]}, methods: ["$V"], protocols: ["$V"]}',
  addresses:
    'services:\n- {name: a, url: "$V"}\n- {name: b, url: "ftp://$V"}\n- {name: c, host: "$V:1"}\n- {name: d, host: a, path: "$V"}',
  'upstreams and targets':
    'upstreams:\n- {name: "$V:1", algorithm: "$V", hash_on: "$V", targets: [{target: "http://$V"}, {target: "$V:99999"}]}',
  'certificates and keys':
    'certificates:\n- {cert: "$V", key: "$V", snis: [{name: "$V:1"}]}\nkeys:\n- {name: k, kid: "$V", jwk: "$V"}',
  'versions and what stands at the top': '_workspace: "$V"\n_transform: "$V"\n_info: {select_tags: "$V", "$V": 1}',
  'a named plugin config': '_plugin_configs: {"$V": {}}\nplugins:\n- {name: key-auth, _config: "x$V"}',
  'a filter that does not fit': 'services:\n- {name: a, host: a.example, port: ${{ env "DECK_V" | toInt }}}',
  'merge keys and tags': 'services:\n- {<<: "$V", name: a, host: a.example}\n- {name: !odd "$V", host: a.example}',
};

for (const [mistake, text] of Object.entries(envMistakes)) {
  t.test(`no format prints a value from the environment: ${mistake}`, async (t) => {
    const result = load(head + text.replaceAll('$V', "${{ env 'DECK_V' }}"), { env: { DECK_V: canary } });
    t.ok(result.diagnostics.length > 0, 'there is something to report');
    t.notMatch(await allOutput(result), /c4n4ry|5ecr3t/i);
  });
}

/** The same for literals in fields that hold secrets, which code frames could show. */
const literalSecrets: Readonly<Record<string, string>> = {
  'credentials of consumers':
    'consumers:\n- username: a\n  keyauth_credentials: [{key: S, nope: 1}]\n  basicauth_credentials: [{username: u, password: S, nope: 1}]\n  jwt_secrets: [{key: S, secret: S, nope: 1}]\n  hmacauth_credentials: [{username: u, secret: S, nope: 1}]',
  'the same key twice':
    'consumers:\n- {username: a, keyauth_credentials: [{key: S}]}\n- {username: b, keyauth_credentials: [{key: S}]}',
  'secrets of the wrong type':
    'plugins:\n- name: openid-connect\n  config: {issuer: "https://a.example", client_secret: S, session_secret: {a: S}, nope: 1}',
  'private keys':
    'certificates:\n- cert: nothing\n  key: |\n    -----BEGIN PRIVATE KEY-----\n    S\n    -----END PRIVATE KEY-----\n  nope: 1',
  'a text that is not YAML': 'consumers:\n- username: a\n  password: S\n  secret: "S\n - [',
};

for (const [where, text] of Object.entries(literalSecrets)) {
  t.test(`no format prints a secret that stands in the file: ${where}`, async (t) => {
    const result = load(head + text.replaceAll('S', canary));
    t.ok(result.diagnostics.length > 0, 'there is something to report');
    t.notMatch(await allOutput(result), /c4n4ry|5ecr3t/i);
  });
}
