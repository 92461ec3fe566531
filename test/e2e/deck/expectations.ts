import type { Outcome } from './settle.ts';

/** A file that does not settle: where it stops, and why that is not ours to mend. The first that fits counts. */
export interface Expectation {
  readonly file: RegExp;
  readonly step: Outcome['step'];
  readonly reason: string;
}

const refused = (file: RegExp, reason: string): Expectation => ({ file, step: 'validate', reason });
const endless = (file: RegExp, reason: string): Expectation => ({ file, step: 'second sync', reason });

/** All files of the corpus that do not settle. */
export const expectations: readonly Expectation[] = [
  refused(/008-custom-entities__partial-update/, 'a part of a config: the service it is about is not in it'),
  refused(/001-custom-entities__graphql-cost/, 'a part of a config: the service it is about is not in it'),
  refused(
    /sync__015-consumer-groups__kong-(consumer-[12]|consumers-multiple|consumers-no-tag|plugins-cg)/,
    'a part of a config: the groups are to be in the gateway, and decK looks for them when it syncs only',
  ),
  refused(/038-skip-consumers-with-cgs__consumers/, 'a part of a config: the group is not in it'),
  refused(/004-consumers-and-groups__consumer-group-consumer-final/, 'a part of a config: the group is not in it'),
  refused(/006-plugin-partials__select-tagged-dump/, 'a part of a config: the partial is not in it'),
  refused(/file-format__d(bless|eck|eck-partials)-input/, 'for gateways without a database: decK refuses "_transform"'),
  refused(/file1\.yaml|top-(comment|ignore|nested-comment|anchors-merge|merge-key)/, 'decK knows no notes in a file'),
  refused(/016a-security-oidc|kong-ee-changed-new-fields\.yaml/, 'decK wants "cache_tokens_salt" to be said'),
  refused(/036-scoped-plugins-validation__3x__(consumer|service)-plugins/, 'decK refuses a scope inside a scope'),
  refused(/nested-plugin-ill-formatted-partial/, 'decK refuses a partial that is neither named nor has an id'),
  refused(/xxx-rbac-endpoint-permissions/, 'decK crashes: it checks roles with a flag of their own only'),
  refused(/probe__ca-dup/, 'decK wants CA certificates to differ'),
  refused(/probe__ce-vault/, 'decK wants certificates to have ids'),
  refused(/probe__cr-oauth2/, 'decK wants credentials of OAuth 2 to have "client_id" and "client_secret"'),
  refused(/probe__(ke-vault|tg-own)/, 'decK knows references in this place as records only'),
  refused(/probe__pl-config-list/, 'decK refuses a list for a record'),
  refused(/probe__pl-dup-nested-top/, 'decK wants plugins of a service to differ'),
  refused(
    /probe__pl-nested-consumer-auth/,
    'neither API takes this plugin for a consumer: a file may nest it, with no effect',
  ),
  refused(/probe__svc-url-scheme-relative/, 'decK refuses a URL without a scheme'),
  refused(/probe__tg-top/, 'decK knows targets inside upstreams only'),
  refused(/probe__top-services-null/, 'decK wants a list'),
  {
    file: /(013-cloned|014-custom|003-skip)-plugin-definitions/,
    step: 'sync',
    reason: 'decK sends definitions of plugins to Kong 3.15 and later only',
  },
  {
    file: /012-custom-entities-graphql-ratelimiting__expected-(all-fields|multiple)/,
    step: 'sync',
    reason: 'what decK dumped: the service has no id in it, and is referred to by one',
  },
  {
    file: /002-consumer-group-plugins__expected/,
    step: 'sync',
    reason: 'neither API takes these plugins for a group: a file may nest them, with no effect',
  },
  endless(
    /graphql-ratelimiting/,
    'decK compares the name of the service of a cost, which it does not read: it writes costs each time',
  ),
  endless(/039-partials__kong-partials-no-name/, 'decK makes a new id for a partial without a name each time'),
  endless(
    /credentials\.expected|001-consumer-credentials__(expected|input)/,
    'decK does not know the defaults of OAuth 2 credentials that Kong answers: it writes them each time',
  ),
  endless(
    /probe__pl-protocols-empty/,
    'an empty list of protocols is the default to gw, and no protocol at all to Kong',
  ),
  endless(/probe__rt-protocols-dup/, 'a set has each entry once, in Kong too; decK compares it with what is written'),
  endless(/probe__svc-id-upper/, 'decK compares ids letter by letter; ids are answered in lower case'),
];
