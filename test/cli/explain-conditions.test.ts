import t from 'tap';
import { runCli } from '../support/run-cli.ts';

function explain(cwd: string, ...args: readonly string[]): ReturnType<typeof runCli> {
  return runCli(['explain', ...args], { cwd });
}

const everything = `_format_version: "3.0"
services:
- name: api
  host: pool
  routes:
  - {name: office, paths: [/a], headers: {x-office: ["1"]}}
  - {name: by-name, paths: [/a], snis: [api.example], protocols: [https], https_redirect_status_code: 308}
- {name: db, protocol: tcp, host: db.internal, port: 5432, routes: [{name: pg, protocols: [tcp], destinations: [{port: 5432}]}]}
upstreams:
- {name: pool, algorithm: least-connections, targets: [{target: "10.0.0.1:8080", weight: 20}, {target: "10.0.0.2:80"}]}
routes:
- {name: nowhere, paths: [/nowhere]}
`;

t.test('gw explain knows server names, balanced services and what the gateway answers itself', async (t) => {
  const cwd = t.testdir({ 'kong.yml': everything });
  const office = await explain(cwd, 'GET', 'https://other.example/a', '-H', 'X-Office: 1');
  t.equal(
    office.stdout,
    `GET https://other.example/a
  route     office [/a]
  service   api
  upstream  http://pool:80/  (Host: the target's)
  balanced  upstream "pool", least-connections: 10.0.0.1:8080 (20), 10.0.0.2:80 (100)
  stripped  /a
  others    by-name [/a]: sni does not match
            nowhere [/nowhere]: path does not match
`,
  );
  const named = await explain(cwd, 'GET', 'https://10.0.0.9/a', '--sni', 'api.example');
  t.match(named.stdout, /route {5}by-name .*\n[^]*office \[\/a\]: headers do not match/);
  const redirected = await explain(cwd, 'GET', 'http://api.example/a?b');
  t.match(redirected.stdout, 'redirect  308: the route demands https; to https://api.example/a?b');
  t.match((await explain(cwd, 'GET', '/nowhere')).stdout, 'answer    503 "no Service found with those values"');
});

t.test(
  'gw explain tells which route takes a connection that is not HTTP, and gw routes lists them apart',
  async (t) => {
    const cwd = t.testdir({ 'kong.yml': everything });
    const taken = await explain(cwd, '--protocol', 'tcp', '--dst-port', '5432');
    t.equal(taken.stdout, 'tcp://:5432\n  route     pg\n  service   db\n  upstream  tcp://db.internal:5432\n');
    const closed = await explain(cwd, 'tcp://10.0.0.1:1', '--protocol', 'tcp');
    t.equal(closed.code, 1);
    t.match(closed.stdout, 'route     none: the connection is closed\n  others    pg: destination does not match\n');
    const { stdout } = await runCli(['routes'], { cwd });
    t.match(stdout, /\n\nconnections {2}protocols {2}server names {2}sources {2}destinations {2}service\npg {11}tcp /);
    t.match(stdout, 'office   *      /a +header x-office');
  },
);

t.test('gw explain --requests answers a file or stdin, a line for a line', async (t) => {
  const lines = '{"url":"http://x.example/a","headers":{"x-office":1}}\n{"protocol":"tcp","dst_port":5432}\n';
  const cwd = t.testdir({ 'kong.yml': everything, 'requests.jsonl': lines });
  const file = await explain(cwd, '--requests', 'requests.jsonl');
  t.equal(file.code, 0);
  const answers = file.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
  t.match(answers, [
    {
      line: 1,
      route: { name: 'office' },
      upstream: { name: 'pool', algorithm: 'least-connections' },
      upstream_host: null,
    },
    { line: 2, route: { name: 'pg' }, upstream_url: 'tcp://db.internal:5432', status: null },
  ]);
  const piped = await runCli(['explain', '--requests', '-'], { cwd, stdin: `${lines}nonsense\n` });
  t.equal(piped.code, 1);
  t.ok(piped.stdout.startsWith(file.stdout));
  t.match(piped.stdout, /\{"line":3,"error":"the line is not JSON/);
  for (const [args, message] of [
    [['--requests', 'none.jsonl'], 'cannot read "none.jsonl": there is no such file or folder'],
    [['--requests', '.'], 'cannot read ".": it is a folder'],
    [['GET', '/', '--requests', '-'], 'a request and --requests exclude each other'],
    [['-c', '-', '--requests', '-'], 'stdin cannot be both the config and the requests'],
    [[], 'a method and a URL are needed'],
    [['GET', '/', '--src-ip', 'home'], '"src_ip" must be an IP address, not "home"'],
    [['GET', '/', '--dst-port', '70000'], 'a port from 0 to 65535 is expected'],
  ] as const) {
    const wrong = await explain(cwd, ...args);
    t.equal(wrong.code, 2, args.join(' '));
    t.match(wrong.stderr, message);
  }
});

t.test('the router flavor comes from the flag, the environment, or what the routes need', async (t) => {
  const cwd = t.testdir({
    'kong.yml': `_format_version: "3.0"
services:
- {name: a, url: "http://a.internal", routes: [{name: e, expression: 'http.path ^= "/a"', priority: 3}, {name: p, paths: [/a]}, {name: home, expression: 'net.src.ip in 10.0.0.0/8 && net.dst.port == 8443', priority: 9}]}
`,
    'v1.yml': `_format_version: "3.0"
services:
- {name: a, url: "http://a.internal/svc", routes: [{name: p, paths: [/a], strip_path: false, path_handling: v1}]}
`,
  });
  const needed = await explain(cwd, 'GET', '/a');
  t.match(needed.stdout, 'route     e [http.path ^= "/a"]');
  t.match(needed.stdout, 'p [/a]: it matches, but "e" is tried first: expressions come before other routes');
  const near = await explain(cwd, 'GET', '/a', '--src-ip', '10.9.9.9', '--dst-port', '8443');
  t.match(near.stdout, /route {5}home [^]*e \[http[^\n]* "home" is tried first: its priority is 9, the other's 3/);
  const stated = await explain(cwd, 'GET', '/a', '--router-flavor', 'traditional');
  t.equal(stated.code, 1);
  t.match(stated.stderr, 'route/flavor');
  const env = { KONG_ROUTER_FLAVOR: 'traditional' };
  const args = ['explain', '-c', 'v1.yml', 'GET', '/ab'];
  t.match((await runCli(args, { cwd })).stdout, 'http://a.internal:80/svc/ab');
  t.match((await runCli(args, { cwd, env })).stdout, 'http://a.internal:80/svcab');
  const wrong = await runCli(args, { cwd, env: { GW_ROUTER_FLAVOR: 'fancy' } });
  t.equal(wrong.code, 2);
  t.match(wrong.stderr, 'GW_ROUTER_FLAVOR: "fancy" is no router flavor');
});
