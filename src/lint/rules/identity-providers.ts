import { listOf, textOf } from '../../config/draft.ts';
import type { LintRule } from '../rule.ts';
import { isPublicHost } from '../service-address.ts';

const addressField = /(?:^|_)(?:endpoint|issuer|url|uri)$/;

/** A server of a plugin that is asked in the clear. */
export const plainHttpEndpoint: LintRule = {
  name: 'plain-http-endpoint',
  severity: 'warning',
  title: 'a plugin sends to an issuer or another server by plain http',
  explanation:
    'What this plugin sends there — client secrets, tokens, logs with personal data — can be read on the way, and who ' +
    "sits in between can answer instead, for example with keys of their own in the place of the issuer's. Use https. " +
    'This machine, private addresses and names such as "x.internal" are left alone, but not for an issuer.',
  bad: `plugins:
- name: openid-connect
  config:
    issuer: http://idp.example.com
    auth_methods: [bearer]
    cache_tokens_salt: "{vault://env/salt}"`,
  good: `plugins:
- name: openid-connect
  config:
    issuer: https://idp.example.com
    auth_methods: [bearer]
    cache_tokens_salt: "{vault://env/salt}"`,
  replaces: ['openid-connect/insecure'],
  check(context, report) {
    for (const { name, isEnabled, config } of context.plugins) {
      if (!isEnabled) continue;
      for (const [key, value] of Object.entries(config.value)) {
        const text = textOf(value);
        if (text === null || !addressField.test(key) || !/^http:\/\//i.test(text) || !URL.canParse(text)) continue;
        const host = new URL(text).hostname.replace(/^\[|\]$/g, '');
        const isFar = key === 'issuer' ? !/^(?:localhost|127\.|::1$)/.test(host) : isPublicHost(host);
        if (!isFar) continue;
        const message = `"${key}" of plugin "${name}" uses plain http: what is sent there can be read on the way`;
        report({ place: config.placeOf([key]), message, hint: 'use https' });
      }
    }
  },
};

/** Two methods of openid-connect that take the same header. */
export const passwordAndClientCredentials: LintRule = {
  name: 'password-and-client-credentials',
  severity: 'warning',
  title: '"password" and "client_credentials" are both enabled',
  explanation:
    'Both methods of "openid-connect" take an "Authorization: Basic" header. Kong tries "password" first, so the id ' +
    'and secret of a client are sent to the identity provider as those of a user: a failed login in its audit log for ' +
    'each, and locked accounts in the worst case. Enable one of them per route.',
  bad: `plugins:
- name: openid-connect
  config:
    issuer: https://idp.example.com
    auth_methods: [password, client_credentials]
    client_id: [gateway]
    cache_tokens_salt: "{vault://env/salt}"`,
  good: `plugins:
- name: openid-connect
  config:
    issuer: https://idp.example.com
    auth_methods: [client_credentials]
    cache_tokens_salt: "{vault://env/salt}"`,
  replaces: ['openid-connect/method'],
  check(context, report) {
    for (const { name, isEnabled, config } of context.plugins) {
      if (name !== 'openid-connect' || !isEnabled) continue;
      const methods = listOf(config.value.auth_methods);
      if (!methods.includes('password') || !methods.includes('client_credentials')) continue;
      const message = '"password" and "client_credentials" share the Basic header: clients are tried as users first';
      const place = config.placeOf(['auth_methods', methods.indexOf('password')]);
      report({ place, message, hint: 'enable one of them per route' });
    }
  },
};

/** A salt without which decK refuses the file. */
export const missingTokensSalt: LintRule = {
  name: 'missing-tokens-salt',
  severity: 'warning',
  title: '"openid-connect" without "cache_tokens_salt"',
  explanation:
    'Without "cache_tokens_salt" each node derives its own, so that tokens are not shared between nodes, and decK ' +
    'refuses the file: Kong would make one up, and every later comparison would show a difference.',
  bad: `plugins:
- name: openid-connect
  config:
    issuer: https://idp.example.com
    auth_methods: [bearer]`,
  good: `plugins:
- name: openid-connect
  config:
    issuer: https://idp.example.com
    auth_methods: [bearer]
    cache_tokens_salt: "{vault://env/salt}"`,
  replaces: ['openid-connect/cache'],
  check(context, report) {
    for (const { name, isEnabled, config } of context.plugins) {
      if (name !== 'openid-connect' || !isEnabled || config.value.cache_tokens === false) continue;
      if (textOf(config.value.cache_tokens_salt) !== null) continue;
      const message = '"cache_tokens_salt" is not set: nodes do not share tokens, and decK refuses the file';
      report({ place: config.placeOf([]), message, hint: 'set it to 32 random characters' });
    }
  },
};
