import { type SettingName, settingTable } from './setting-table.ts';

/** What `gw help TOPIC` prints, by topic. */
export const helpTopics: Readonly<Record<string, () => string>> = {
  'exit-codes': () => `Exit codes

  0         done, nothing to complain about
  1         findings, or a config or listener that cannot run
  2         wrong usage, or input that cannot be read
  3         the other side failed: network, gateway, identity provider
  70        a bug in gw; the message says how to report it
  130, 143  ended by SIGINT or SIGTERM before the work was done`,

  env: () => `Environment variables

  GW_* and KONG_*          settings of gw start; see: gw help settings
  GW_ROUTER_FLAVOR, KONG_ROUTER_FLAVOR
                           the router flavor, also for commands that only read a config
  KONG_DECLARATIVE_CONFIG  the config when a command is given no file and ./kong.yml does not exist
  GW_CACHE_KEY             key that encrypts tokens in a shared cache
  NO_COLOR, FORCE_COLOR    colour never, always; --color wins
  DECK_*                   values for \${{ env "DECK_…" }} in config files`,

  formats: () => `Formats of findings: --format NAME, or NAME=FILE, and several of them

  stylish  for people: file:line:column, reason, the lines around, what to do
  json     for machines: one object; its shape is in schemas/findings.schema.json
  sarif    SARIF 2.1.0, for code scanning of GitHub and others
  github   annotations of GitHub Actions; GITHUB_ACTIONS=true adds them to stylish
  gitlab   GitLab's code quality report
  junit    JUnit's XML, for Jenkins and GitLab
  unix     one line each: file:line:column: severity: message [code]

  Results go to stdout, or to --output-file; everything else to stderr.`,

  settings: () => `Settings of gw start

Strongest first: flag, GW_NAME, KONG_NAME (settings of Kong only), kong.conf, default.
kong.conf is read from --conf FILE, else /etc/kong/kong.conf, else /etc/kong.conf.

${settingLines().join('\n')}`,
};

function settingLines(): string[] {
  return (Object.keys(settingTable) as SettingName[]).map((name) => {
    const { doc, defaultText, isOurs } = settingTable[name];
    const preset = defaultText === '' ? 'not set' : `default ${defaultText}`;
    return `  ${name}\n      ${doc.replaceAll('`', '')} (${preset}${isOurs ? '; gw only' : ''})`;
  });
}
