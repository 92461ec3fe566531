/** What {@link starterConfig} fills in. */
export interface StarterOptions {
  /** Identity provider for the openid-connect plugin; without one the plugin stands there as a comment. */
  readonly issuer: string | null;
  /** What cache keys are mixed with; at least 16 random characters. */
  readonly salt: string;
}

const head = `# A gateway with one API behind it. Check it with "gw validate", run it with "gw start".
#
# The format is Kong's declarative configuration; quoted, because YAML reads 3.0 as a number.
_format_version: "3.0"

services:
  # An API behind the gateway. Put yours in place of the example.
  - name: example
    url: http://127.0.0.1:9080 # short for protocol, host, port and path
    connect_timeout: 5000 # milliseconds, as all timeouts; Kong's default is 60000
    read_timeout: 30000

    routes:
      # Requests to /example and everything below it go to this service.
      - name: example
        paths:
          - /example
        # true would take "/example" off the path before the API sees it
        strip_path: false
`;

function pluginLines({ issuer, salt }: StarterOptions): readonly string[] {
  return [
    'plugins:',
    '  # Callers send a client id and secret with HTTP Basic. The gateway gets a token for them from the identity',
    '  # provider, verifies it, and calls the API with "Authorization: Bearer <token>".',
    '  - name: openid-connect',
    '    config:',
    `      issuer: ${JSON.stringify(issuer ?? 'https://sso.example.com/realms/my-realm')}`,
    '      # only this of the ways to sign in; without the line all of them would be on',
    '      auth_methods: [client_credentials]',
    '      # where to look for the id and secret: "query" and "body" are the other places',
    '      client_credentials_param_type: [header]',
    '      # scopes to ask for with the token',
    '      scopes: []',
    '      # answer 403 to tokens that are not for this API:',
    '      # audience_required: [https://api.example.com]',
    "      # the same on every node, so that nodes find each other's tokens",
    `      cache_tokens_salt: ${salt}`,
  ];
}

/** The text of a first config file, explained by comments; it validates without findings. */
export function starterConfig(options: StarterOptions): string {
  const isActive = options.issuer !== null;
  const lines = pluginLines(options).map((line) => `        ${isActive ? line : `# ${line}`}`);
  const note = isActive
    ? []
    : ['        # To let only callers through that an identity provider knows, take away the "#":'];
  return `${head}\n${[...note, ...lines].join('\n')}\n`;
}
