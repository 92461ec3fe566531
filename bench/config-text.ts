const ROUTES_PER_SERVICE = 10;

/** A config of this many routes, ten to a service, each with a plugin of its own; the first service has an issuer. */
export function writeConfig(routes: number): string {
  const lines = ['_format_version: "3.0"', 'services:'];
  for (let index = 0; index < routes; index++) {
    const service = Math.floor(index / ROUTES_PER_SERVICE);
    if (index % ROUTES_PER_SERVICE === 0) {
      lines.push(`- name: svc-${service}`, `  host: svc-${service}.internal.example`, '  port: 8080', '  routes:');
    }
    const route = index % ROUTES_PER_SERVICE;
    lines.push(
      `  - name: svc-${service}-route-${route}`,
      `    paths: ["/svc-${service}/r${route}"]`,
      '    methods: [GET, POST]',
      `    hosts: [api-${route}.example.com]`,
      '    plugins:',
      ...(route === 0 ? exchange : rateLimit),
    );
  }
  return `${lines.join('\n')}\n`;
}

const exchange = [
  '    - name: openid-connect',
  '      config:',
  '        issuer: https://id.example/realms/main',
  '        auth_methods: [client_credentials]',
];

const rateLimit = ['    - name: rate-limiting', '      config: {minute: 60, policy: local}'];
