import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { isFailure } from '../../src/cli/report.ts';
import { checkFiles } from '../../src/cli/validate-config.ts';
import { readMetadata } from '../../src/oidc/provider-metadata.ts';
import type { PluginFinding } from '../../src/pdk/plugin.ts';
import { compileConfig } from '../../src/plugins/openid-connect/compile-config.ts';
import type { OpenidConnectConfig } from '../../src/plugins/openid-connect/config.ts';
import { compareWithProvider } from '../../src/plugins/openid-connect/online-comparison.ts';
import { onlineNeeds } from '../../src/plugins/openid-connect/online-needs.ts';
import { FakeIdp } from '../support/fake-idp.ts';
import { startIdp } from '../support/idp.ts';
import { withDefaults } from '../support/openid-connect-config.ts';
import { runCli } from '../support/run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'gw-fits-'));
let files = 0;

/** A file with one plugin per list of lines of config. */
function configFile(...configs: readonly (readonly string[])[]): string {
  const plugins = configs.map((lines, index) => {
    const methods = lines.some((line) => line.startsWith('auth_methods')) ? [] : ['auth_methods: [client_credentials]'];
    const all = ['cache_tokens_salt: vZ3mQ8rT1xWc6bNf', ...methods, ...lines];
    const config = all.map((line) => `      ${line}`).join('\n');
    return `- name: s${index}\n  url: http://127.0.0.1:9\n  plugins:\n  - name: openid-connect\n    config:\n${config}\n`;
  });
  const path = join(folder, `${files++}.yml`);
  writeFileSync(path, `_format_version: "3.0"\nservices:\n${plugins.join('')}`);
  return path;
}

/** What `gw validate --online` finds and how it ends, in this process. */
async function check(
  ...files: readonly string[]
): Promise<{ readonly finds: readonly string[]; readonly code: number }> {
  const result = await checkFiles(files, { online: true });
  const finds = result.diagnostics.map(({ code, path }) => {
    return `${code.replace('openid-connect/', '')} ${path.slice(path.indexOf('config') + 1).join('.')}`;
  });
  return { finds, code: isFailure(result, { failOn: 'error' }) ? 1 : 0 };
}

function dataUrl(module: string): string {
  return `data:text/javascript,${encodeURIComponent(module)}`;
}

t.test('a provider that fits: exit code 0, asked once for all plugins that name it', async (t) => {
  const idp = await startIdp();
  t.teardown(() => idp.close());
  const file = configFile([`issuer: ${idp.issuer}`], [`issuer: ${idp.issuer}/`], [`issuer: ${idp.issuer}`]);
  const result = await runCli(['validate', '--online', file]);
  t.equal(result.code, 0, result.stdout + result.stderr);
  t.match(result.stdout, /3 services/);
  t.match(idp.counts(), { discovery: 1, jwks: 1, token: 0 });
});

t.test(
  'a real provider and clients of the gateway: what it announces fits, and what it does not do is said',
  async (t) => {
    const idp = await startIdp();
    t.teardown(() => idp.close());
    const issuer = `issuer: ${idp.issuer}`;
    const own = ['client_id: [gw]', 'client_secret: [s]'];
    for (const method of ['client_secret_basic', 'client_secret_post', 'client_secret_jwt']) {
      const file = configFile([issuer, ...own, `client_auth: [${method}]`, 'auth_methods: [bearer, introspection]']);
      t.strictSame(await check(file), { finds: [], code: 0 }, method);
    }
    const password = configFile([issuer, ...own, 'auth_methods: [introspection, password]']);
    t.strictSame(await check(password), { finds: ['online-grant auth_methods.1'], code: 0 });
  },
);

t.test('without --online nothing is asked, nor for a config with errors or a disabled plugin', async (t) => {
  const idp = await startIdp();
  t.teardown(() => idp.close());
  const fine = configFile([`issuer: ${idp.issuer}`]);
  const disabled = join(folder, 'disabled.yml');
  writeFileSync(
    disabled,
    `_format_version: "3.0"\nplugins:\n- name: openid-connect\n  enabled: false\n  config:\n    issuer: ${idp.issuer}\n    auth_methods: [client_credentials]\n`,
  );
  const offline = await runCli(['validate', fine]);
  t.equal(offline.code, 0, offline.stdout);
  t.equal((await check(disabled)).code, 0);
  t.equal((await check(configFile([`issuer: ${idp.issuer}`, 'isuer: x']))).code, 1);
  t.equal(idp.counts().discovery, 0);
});

t.test('a provider that is broken is a finding at the issuer, exit code 1, never a crash', async (t) => {
  const idp = await startIdp();
  t.teardown(() => idp.close());
  const file = configFile([`issuer: ${idp.issuer}`, 'timeout: 300']);
  for (const failure of ['hang', 'garbage', 'reset', 500, 404] as const) {
    idp.failWith(failure, 'discovery');
    t.strictSame(await check(file), { finds: ['online-discovery issuer'], code: 1 }, `${failure} for the document`);
    idp.failWith(failure, 'jwks');
    t.strictSame(await check(file), { finds: ['online-keys issuer'], code: 1 }, `${failure} for the keys`);
  }
  await idp.stop();
  const text = await runCli(['validate', '--online', file]);
  t.equal(text.code, 1);
  t.match(text.stdout, /connection refused/);
  t.match(text.stdout, /:10:/, 'the line of the issuer');
  t.notMatch(text.stdout, /vZ3mQ8rT1xWc6bNf/, 'secrets stay hidden');
  t.equal(text.stderr, '');
  const denied = await checkFiles([configFile(['issuer: http://169.254.169.254/latest'])], { online: true });
  t.match(JSON.stringify(denied.diagnostics), /address not allowed/, 'the addresses that gw never connects to');
});

t.test('what a provider announces is compared with the config', async (t) => {
  const idp = await FakeIdp.start();
  t.teardown(() => idp.close());
  const small = { ...idp.publicJwk, n: 'AQAB' };
  const cases: Record<
    string,
    { discovery?: object; jwks?: unknown; config?: string[]; finds: string[]; code: number }
  > = {
    'nothing announced': { finds: [], code: 0 },
    'everything fits': {
      discovery: {
        grant_types_supported: ['client_credentials'],
        token_endpoint_auth_methods_supported: ['client_secret_post'],
        id_token_signing_alg_values_supported: ['HS256', 'ES256'],
      },
      config: ['token_endpoint_auth_method: client_secret_post'],
      finds: [],
      code: 0,
    },
    'another issuer': { discovery: { issuer: 'http://other.test' }, finds: ['online-issuer issuer'], code: 0 },
    'no issuer': { discovery: { issuer: undefined }, finds: ['online-discovery issuer'], code: 1 },
    'no token endpoint': {
      discovery: { token_endpoint: undefined },
      finds: ['online-token-endpoint issuer'],
      code: 1,
    },
    'an unsafe token endpoint': {
      discovery: { token_endpoint: 'http://a:b@c.test/' },
      finds: ['online-token-endpoint issuer'],
      code: 1,
    },
    'a token endpoint of our own': {
      discovery: { token_endpoint: undefined },
      config: [`token_endpoint: ${idp.issuer}/token`],
      finds: [],
      code: 0,
    },
    'no client credentials': {
      discovery: { grant_types_supported: ['authorization_code'] },
      finds: ['online-grant auth_methods.0'],
      code: 0,
    },
    'another method': {
      discovery: { token_endpoint_auth_methods_supported: ['client_secret_basic'] },
      config: ['token_endpoint_auth_method: client_secret_post'],
      finds: ['online-client-auth token_endpoint_auth_method'],
      code: 0,
    },
    'no method with a secret': {
      discovery: { token_endpoint_auth_methods_supported: ['private_key_jwt'] },
      finds: ['online-client-auth issuer'],
      code: 0,
    },
    'HMAC only': {
      discovery: { id_token_signing_alg_values_supported: ['HS256'] },
      finds: ['online-algorithm issuer'],
      code: 0,
    },
    'a method that cannot apply to a caller, whose secret goes as basic': {
      discovery: { token_endpoint_auth_methods_supported: ['client_secret_basic'] },
      config: ['client_id: [gw]', 'client_auth: [private_key_jwt]'],
      finds: [],
      code: 0,
    },
    'no key set': { discovery: { jwks_uri: undefined }, finds: ['online-keys issuer'], code: 1 },
    'no usable key': { jwks: { keys: [small] }, finds: ['online-keys issuer'], code: 1 },
    'a key set of our own that is none': {
      config: [`jwks_endpoint: ${idp.issuer}/nowhere`],
      finds: ['online-keys jwks_endpoint'],
      code: 1,
    },
    'a further key set that is none': {
      config: [`extra_jwks_uris: ['${idp.issuer}/jwks', '${idp.issuer}/nowhere']`],
      finds: ['insecure extra_jwks_uris', 'online-keys extra_jwks_uris.1'],
      code: 1,
    },
  };
  for (const [label, { discovery = {}, jwks, config = [], finds, code }] of Object.entries(cases)) {
    idp.discovery = discovery as Record<string, unknown>;
    idp.jwks = jwks ?? { keys: [idp.publicJwk] };
    t.strictSame(await check(configFile([`issuer: ${idp.issuer}`, ...config])), { finds, code }, label);
  }
});

t.test('each method is compared with its endpoint, its grant, its clients and their algorithms', async (t) => {
  const idp = await FakeIdp.start();
  t.teardown(() => idp.close());
  const all = 'auth_methods: [bearer, introspection, userinfo, refresh_token, password]';
  const own = ['client_id: [one, two]', 'client_secret: [s, s]', 'refresh_token_param_name: rt'];
  const lookups = { introspection_endpoint: `${idp.issuer}/i`, userinfo_endpoint: `${idp.issuer}/u` };
  const none = { introspection_endpoint: undefined, userinfo_endpoint: undefined };
  const signed = {
    token_endpoint_auth_signing_alg_values_supported: ['ES256'],
    introspection_endpoint_auth_signing_alg_values_supported: ['HS256'],
  };
  const exchange = `token_exchange: {subject_token_issuers: [{issuer: '${idp.issuer}/other'}]}`;
  const cases: Record<string, { discovery: object; config: string[]; finds: string[] }> = {
    'everything fits': {
      discovery: { ...lookups, grant_types_supported: ['password', 'refresh_token'] },
      config: [all, ...own],
      finds: [],
    },
    'no endpoints for tokens of callers': {
      discovery: none,
      config: [all, ...own],
      finds: ['online-endpoint issuer', 'online-endpoint issuer'],
    },
    'endpoints of our own': {
      discovery: none,
      config: [all, ...own, ...Object.entries(lookups).map(([name, url]) => `${name}: ${url}`)],
      finds: [],
    },
    'users looked up beside another method': {
      discovery: none,
      config: ['auth_methods: [client_credentials]', 'search_user_info: true'],
      finds: ['online-endpoint issuer'],
    },
    'no grants': {
      discovery: { ...lookups, grant_types_supported: ['authorization_code'] },
      config: [all, ...own, exchange],
      finds: ['online-grant auth_methods.3', 'online-grant auth_methods.4', 'online-grant token_exchange'],
    },
    'a method that one of two clients has': {
      discovery: { ...lookups, token_endpoint_auth_methods_supported: ['client_secret_post'] },
      config: ['auth_methods: [password]', ...own, 'client_auth: [client_secret_post, client_secret_basic]'],
      finds: ['online-client-auth client_auth.1'],
    },
    'a method at the introspection endpoint': {
      discovery: { ...lookups, introspection_endpoint_auth_methods_supported: ['client_secret_post'] },
      config: [...['auth_methods: [introspection]', ...own], 'introspection_endpoint_auth_method: client_secret_basic'],
      finds: ['online-client-auth introspection_endpoint_auth_method'],
    },
    'a client without means for any method': {
      discovery: { token_endpoint_auth_methods_supported: ['private_key_jwt', 'tls_client_auth'] },
      config: ['auth_methods: [password]', 'client_id: [one]', 'client_secret: [s]'],
      finds: ['online-client-auth client_id.0'],
    },
    'algorithms of assertions, by endpoint': {
      discovery: { ...lookups, ...signed },
      config: [
        ...['auth_methods: [introspection, password]', ...own],
        ...['client_auth: [client_secret_jwt, private_key_jwt]', 'client_alg: [HS256, ES256]'],
      ],
      finds: ['online-client-auth client_alg.0', 'online-client-auth client_alg.1'],
    },
    'methods that nobody listed': {
      discovery: { grant_types_supported: ['client_credentials'] },
      config: ['auth_methods: null', ...own],
      finds: [],
    },
  };
  for (const [label, { discovery, config, finds }] of Object.entries(cases)) {
    idp.discovery = discovery as Record<string, unknown>;
    const result = await check(configFile([`issuer: ${idp.issuer}`, ...config]));
    const online = result.finds.filter((find) => find.startsWith('online-'));
    t.strictSame([...online].sort(), [...finds].sort(), label);
  }
});

t.test('a provider elsewhere cannot fetch keys from an Admin API that only this machine reaches', (t) => {
  const codes = (issuer: string, isAdminLocal: boolean, change: object = {}): string[] => {
    const given = {
      issuer,
      auth_methods: ['password'],
      client_id: ['gw'],
      client_auth: ['private_key_jwt'],
      ...change,
    };
    const config = withDefaults(given) as unknown as OpenidConnectConfig;
    const compiled = compileConfig(config);
    const document = { issuer, token_endpoint: `${issuer}/token` };
    const source = { url: `${issuer}/.well-known/openid-configuration`, document };
    const metadata = readMetadata(source, compiled.issuer);
    const found: string[] = [];
    const needs = onlineNeeds(config, true, compiled);
    const report = ({ code, path }: PluginFinding): void => void found.push(`${code} ${path.join('.')}`);
    compareWithProvider({ config, compiled, needs, given, source, metadata, surroundings: { isAdminLocal }, report });
    return found;
  };
  t.strictSame(codes('https://idp.test', true), ['openid-connect/online-own-keys client_auth.0']);
  t.strictSame(codes('https://idp.test', false), []);
  t.strictSame(codes('http://127.0.0.1:8080', true), [], 'a provider on this machine');
  t.strictSame(codes('https://idp.test', true, { client_jwk: [{ kty: 'RSA' }] }), [], 'a key of its own');
  t.end();
});

t.test('what a provider writes cannot leave its line or flood the report', async (t) => {
  const idp = await FakeIdp.start();
  t.teardown(() => idp.close());
  const names = Array.from({ length: 5000 }, (_, index) => `grant-${index}\n::error::x`);
  idp.discovery = { issuer: `http://x.test/\u001b[31m${'y'.repeat(5000)}`, grant_types_supported: names };
  const { diagnostics } = await checkFiles([configFile([`issuer: ${idp.issuer}`])], { online: true });
  t.equal(diagnostics.length, 2);
  for (const { message } of diagnostics) {
    t.notMatch(message, /\p{Cc}/u);
    t.ok(message.length < 500, `${message.length} characters`);
  }
});

t.test('--each asks for every file; one with errors does not keep the others from it', async (t) => {
  const idp = await FakeIdp.start();
  t.teardown(() => idp.close());
  idp.discovery = { grant_types_supported: [] };
  const wrong = configFile([`issuer: ${idp.issuer}`, 'isuer: x']);
  const right = configFile([`issuer: ${idp.issuer}`]);
  const result = await runCli(['validate', '--online', '--each', '--format', 'unix', wrong, right]);
  t.equal(result.code, 1);
  t.equal(result.stdout.match(/online-grant/g)?.length, 1, result.stdout);
});

t.test('comments can ignore what is found online, and are not called unused offline', async (t) => {
  const idp = await FakeIdp.start();
  t.teardown(() => idp.close());
  idp.discovery = { token_endpoint: undefined };
  const file = configFile([`issuer: ${idp.issuer} # gw-ignore openid-connect/online-token-endpoint`]);
  for (const command of [['validate'], ['validate', '--online'], ['lint']]) {
    const { stdout } = await runCli([...command, file]);
    t.notMatch(stdout, /ignore\/|online-/, command.join(' '));
  }
});

t.test('placeholders are nobody to ask: --mock-env and --online exclude each other', async (t) => {
  const result = await runCli(['validate', '--online', '--mock-env', 'kong.yml.example']);
  t.equal(result.code, 2);
  t.match(result.stderr, /exclude each other/);
});

t.test('without --online nothing that speaks to the network is loaded', async (t) => {
  const hooks = `import { writeSync } from "node:fs";
    export const load = (url, context, next) => (writeSync(2, "loads " + url + "\\n"), next(url, context));`;
  const register = `import { register } from "node:module"; register(${JSON.stringify(dataUrl(hooks))});`;
  const result = await runCli(['validate', 'kong.yml.example'], { nodeArgs: ['--import', dataUrl(register)] });
  t.match(result.stderr, /loads .*yaml/);
  t.notMatch(result.stderr, /node_modules\/(undici|jose)\//);
});
