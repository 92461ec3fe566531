import { type Draft, listOf } from '../../config/draft.ts';
import { pluginFacts } from '../../config/plugin-schemas.ts';
import { isSecretName, secretProperties } from '../../config/secrets.ts';
import { isJsonObject, type JsonPath, type JsonValue } from '../../lib/json.ts';
import type { LintContext } from '../context.ts';
import type { LintRule, Place, Report } from '../rule.ts';

/** Names that are secret in one place and ordinary words in another; only a schema's mark makes them secret. */
const ordinaryNames = /^(?:[dpqk]|dp|dq|qi|oth|key|authorization|.*salt|token|credential)$/;

/** A secret that everybody with the file has. */
export const literalSecret: LintRule = {
  name: 'literal-secret',
  severity: 'warning',
  title: 'a secret is written in the file',
  explanation:
    'A password, client secret or private key in the config of a plugin, a certificate or a vault stands in the file as ' +
    'it is, and so in its history and in every place it is copied to. Write a reference, "{vault://env/my-secret}" or ' +
    '"${{ env "DECK_MY_SECRET" }}", and change the secret. Credentials of consumers are the rule ' +
    '"literal-credential".',
  bad: `plugins:
- name: openid-connect
  config:
    issuer: https://idp.example.com
    auth_methods: [bearer, introspection]
    client_id: [gateway]
    client_secret: [correct-horse-battery-staple]
    cache_tokens_salt: "{vault://env/salt}"`,
  good: `plugins:
- name: openid-connect
  config:
    issuer: https://idp.example.com
    auth_methods: [bearer, introspection]
    client_id: [gateway]
    client_secret: ["{vault://env/client-secret}"]
    cache_tokens_salt: "{vault://env/salt}"`,
  check(context, report) {
    for (const { name, config } of context.plugins) {
      const marked = secretProperties(pluginFacts(name)?.schema ?? {});
      const isSecret = (key: string): boolean => (marked.has(key) || isSecretName(key)) && isTelling(key, marked);
      reportLiterals(config.value, [], isSecret, (path) => config.placeOf(path), report);
    }
    const inEntity = (draft: Draft, field: string, isSecret: (key: string) => boolean): void => {
      const value = draft.fields[field];
      if (value === undefined) return;
      const place = (path: JsonPath): Place => ({ document: draft.document, path: [...draft.path, ...path] });
      reportLiterals({ [field]: value }, [], isSecret, place, report);
    };
    for (const draft of context.all('certificates')) {
      for (const field of ['key', 'key_alt']) inEntity(draft, field, () => true);
    }
    for (const draft of context.all('vaults')) inEntity(draft, 'config', (key) => isSecretName(key));
    for (const draft of context.all('partials')) inEntity(draft, 'config', (key) => isSecretName(key));
  },
};

/** Short names count only when the schema says so, and salts protect nothing by themselves. */
function isTelling(key: string, marked: ReadonlySet<string>): boolean {
  return !key.endsWith('salt') && (marked.has(key) || !ordinaryNames.test(key));
}

function reportLiterals(
  value: JsonValue | undefined,
  path: JsonPath,
  isSecret: (key: string) => boolean,
  placeOf: (path: JsonPath) => Place,
  report: Report,
): void {
  if (isJsonObject(value)) {
    for (const [key, inner] of Object.entries(value)) {
      const at = [...path, key];
      if (isSecret(key)) reportTexts(key, inner, at, placeOf, report);
      if (typeof inner === 'object') reportLiterals(inner, at, isSecret, placeOf, report);
    }
    return;
  }
  for (const [index, entry] of listOf(value).entries())
    reportLiterals(entry, [...path, index], isSecret, placeOf, report);
}

function reportTexts(
  name: string,
  value: JsonValue,
  path: JsonPath,
  placeOf: (path: JsonPath) => Place,
  report: Report,
): void {
  for (const [index, entry] of listOf(value).entries()) reportTexts(name, entry, [...path, index], placeOf, report);
  if (typeof value !== 'string' || value === '' || value.startsWith('{vault://')) return;
  const place = placeOf(path);
  if (place.document.isFromEnv(place.path)) return;
  const hint = 'write a reference such as "{vault://env/my-secret}", and change the secret';
  report({ place, message: `"${name}" is written in the file`, hint });
}

/** Kinds of credentials, with the field that must not be known. */
const credentialSecrets = [
  ['keyauth_credentials', 'key'],
  ['keyauth_enc_credentials', 'key'],
  ['basicauth_credentials', 'password'],
  ['hmacauth_credentials', 'secret'],
  ['jwt_secrets', 'secret'],
  ['oauth2_credentials', 'client_secret'],
] as const;

/** A credential of a consumer that everybody with the file has. */
export const literalCredential: LintRule = {
  name: 'literal-credential',
  severity: 'off',
  title: 'the credential of a consumer is written in the file',
  explanation:
    'An API key, password or secret of a consumer stands in the file as it is. Bring it in from the environment, ' +
    '"${{ env "DECK_ALICE_KEY" }}", or with a vault reference where the field takes one.',
  bad: `consumers:
- username: alice
  keyauth_credentials:
  - key: correct-horse-battery-staple`,
  good: `consumers:
- username: alice
  keyauth_credentials:
  - key: "{vault://env/alice-key}"`,
  check(context: LintContext, report) {
    for (const [kind, field] of credentialSecrets) {
      for (const draft of context.all(kind)) {
        const place = (path: JsonPath): Place => ({ document: draft.document, path: [...draft.path, ...path] });
        reportTexts(field, draft.fields[field] ?? null, [field], place, report);
      }
    }
  },
};
