import t from 'tap';
import type { EntityEdit } from '../../../src/config/store/entity-view.ts';
import { EditedConfig, secretEnv } from '../../support/edited-config.ts';

const top = '_format_version: "3.0"\n';

/** A change of a file, and the file after it. */
interface Case {
  readonly text: string;
  readonly edit: (entities: EntityEdit, config: EditedConfig) => unknown;
  readonly after: string;
}

const cases: Readonly<Record<string, Case>> = {
  'a field keeps its quotes and the comment behind it': {
    text: `services:\n- name: a\n  host: 'old.test'   # where\n  path: "/x"\n`,
    edit: (entities, config) =>
      entities.update('services', config.id('services', 'a'), { host: 'new.test', path: '/y' }),
    after: `services:\n- name: a\n  host: 'new.test'   # where\n  path: "/y"\n`,
  },
  'a field that is unset leaves its comment': {
    text: `services:\n- name: a\n  path: /x # why\n  host: h.test\n`,
    edit: (entities, config) => entities.update('services', config.id('services', 'a'), { path: null }),
    after: `services:\n- name: a\n  # why\n  host: h.test\n`,
  },
  'a new field comes before the lists of other entities': {
    text: `services:\n- name: a\n  host: h.test\n  routes:\n  - name: r\n    paths: [/]\n`,
    edit: (entities, config) => entities.update('services', config.id('services', 'a'), { retries: 1 }),
    after: `services:\n- name: a\n  host: h.test\n  retries: 1\n  routes:\n  - name: r\n    paths: [/]\n`,
  },
  'a url is written anew': {
    text: `services:\n- name: a\n  url: http://h.test/x\n`,
    edit: (entities, config) =>
      entities.update('services', config.id('services', 'a'), { protocol: 'https', port: 443 }),
    after: `services:\n- name: a\n  url: https://h.test/x\n`,
  },
  'a url with a template keeps the template when another part changes': {
    text: `services:\n- name: a\n  url: http://\${{ env "DECK_HOST" }}:8080/x\n`,
    edit: (entities, config) => entities.update('services', config.id('services', 'a'), { path: '/y' }),
    after: `services:\n- name: a\n  url: "http://\${{ env "DECK_HOST" }}:8080/y"\n`,
  },
  'a value that equals the template stays the template': {
    text: `consumers:\n- username: a\n  custom_id: \${{ env "DECK_KEY" }}\n`,
    edit: (entities, config) =>
      entities.replace(
        'consumers',
        { by: 'id', text: config.id('consumers', 'a') },
        { username: 'a', custom_id: secretEnv.DECK_KEY, tags: ['x'] },
      ),
    after: `consumers:\n- username: a\n  custom_id: \${{ env "DECK_KEY" }}\n  tags:\n  - x\n`,
  },
  'a vault reference stays when the client sends it back': {
    text: `plugins:\n- name: session\n  config:\n    secret: '{vault://env/session}' # v\n    cookie_name: a\n`,
    edit: (entities) => {
      const [plugin] = entities.all('plugins');
      return entities.update('plugins', plugin?.id ?? '', {
        config: { secret: '{vault://env/session}', cookie_name: 'b' },
      });
    },
    after: `plugins:\n- name: session\n  config:\n    secret: '{vault://env/session}' # v\n    cookie_name: b\n`,
  },
  'texts are quoted where YAML would read something else': {
    text: `consumers:\n- username: a\n`,
    edit: (entities, config) =>
      entities.update('consumers', config.id('consumers', 'a'), {
        tags: ['on', '12', '1e3', '2024-01-01', 'a: b', 'a #b', '~', 'ok'],
      }),
    after: `consumers:\n- username: a\n  tags:\n  - "on"\n  - "12"\n  - "1e3"\n  - "2024-01-01"\n  - "a: b"\n  - "a #b"\n  - "~"\n  - ok\n`,
  },
  'an entity goes with the comments above it, and an empty list with it': {
    text: `# top\nconsumers: # people\n# about a\n- username: a # itself\n  # inside\n  custom_id: b\n# end\n`,
    edit: (entities, config) => {
      entities.remove('consumers', config.id('consumers', 'a'));
    },
    after: `# top\n# people\n# end\n`,
  },
  'a moved route takes its text along, comments and templates too': {
    text: `services:\n- name: a\n  host: a.test\n  routes:\n  # mine\n  - name: r\n    id: 0f1e2d3c-0000-4000-8000-000000000001\n    hosts: [ '\${{ env "DECK_HOST" }}' ] # env\n- name: b\n  host: b.test\n`,
    edit: (entities, config) =>
      entities.update('routes', config.id('routes', 'r'), { service: { id: config.id('services', 'b') } }),
    after: `services:\n- name: a\n  host: a.test\n- name: b\n  host: b.test\n  routes:\n  # mine\n  - name: r\n    id: 0f1e2d3c-0000-4000-8000-000000000001\n    hosts: [ '\${{ env "DECK_HOST" }}' ] # env\n`,
  },
  'a new name is written into what refers to it, and the old id is kept': {
    text: `services:\n- name: a\n  host: a.test\nroutes:\n- name: r\n  service: a # ref\n  paths: [/]\n`,
    edit: (entities, config) => entities.update('services', config.id('services', 'a'), { name: 'b' }),
    after: `services:\n- name: b\n  host: a.test\n  id: 72734e2a-702d-5711-b9ef-697178108ad8\nroutes:\n- name: r\n  service: b # ref\n  paths: [/]\n`,
  },
  'tags that the file gives to all are not repeated, nor are its defaults': {
    text: `_info:\n  select_tags: [all]\n  defaults:\n    service:\n      retries: 9\nservices:\n- name: a\n  host: a.test\n`,
    edit: (entities, config) =>
      entities.update('services', config.id('services', 'a'), { tags: ['all', 'own'], retries: 5 }),
    after: `_info:\n  select_tags: [all]\n  defaults:\n    service:\n      retries: 9\nservices:\n- name: a\n  host: a.test\n  retries: 5\n  tags: [own]\n`,
  },
  'an empty list in brackets becomes one of lines': {
    text: `consumers: [] # none yet\nservices: []\n`,
    edit: (entities) =>
      entities.replace('consumers', { by: 'id', text: '0f1e2d3c-0000-4000-8000-000000000001' }, { username: 'a' }),
    after: `consumers: # none yet\n- username: a\n  id: 0f1e2d3c-0000-4000-8000-000000000001\nservices: []\n`,
  },
};

for (const [name, { text, edit, after }] of Object.entries(cases)) {
  void t.test(name, (t) => {
    const config = new EditedConfig({ 'kong.yml': top + text });
    const result = config.edit((entities) => edit(entities, config));
    t.match(result, { kind: 'edited' }, 'message' in result ? result.message : '');
    t.equal(config.text(), top + after);
    t.end();
  });
}

void t.test('a text of several lines is written as a block of lines', (t) => {
  const config = new EditedConfig({ 'kong.yml': `${top}plugins:\n- name: cors\n` });
  const code = 'local a = 1\n\nif a then\n  return\nend\n';
  config.edit((entities) => entities.create('plugins', { name: 'pre-function', config: { access: [code] } }));
  t.match(config.text(), /access:\n {4}- \|\n {6}local a = 1\n\n {6}if a then\n {8}return\n {6}end\n/);
  t.end();
});

void t.test('a new secret that equals the value of a template is written as the template', (t) => {
  const config = new EditedConfig({
    'kong.yml': `${top}consumers:\n- username: a\n  keyauth_credentials:\n  - key: \${{ env "DECK_KEY" }}\n`,
  });
  config.edit((entities) => {
    const [old] = entities.all('keyauth_credentials');
    entities.remove('keyauth_credentials', old?.id ?? '');
    return entities.create('keyauth_credentials', {
      key: secretEnv.DECK_KEY,
      consumer: { id: config.id('consumers', 'a') },
    });
  });
  t.match(config.text(), /key: \$\{\{ env "DECK_KEY" \}\}/);
  t.notOk(config.text().includes(secretEnv.DECK_KEY));
  t.end();
});

/** A change that is refused, and why. */
interface RefusedCase {
  readonly text: string;
  readonly edit: (entities: EntityEdit, config: EditedConfig) => unknown;
  readonly message: RegExp;
}

const setRetries: RefusedCase['edit'] = (entities, config) =>
  entities.update('services', config.id('services', 'a'), { retries: 1 });

const refusals: Readonly<Record<string, RefusedCase>> = {
  'through an alias': {
    text: `_ignore:\n- &a\n  name: a\n  host: a.test\nservices:\n- *a\n`,
    edit: setRetries,
    message: /kong\.yml:7: .*alias "\*a"/,
  },
  'what an alias repeats': {
    text: `services:\n- name: a\n  host: a.test\n  tags: &t [x]\n- name: b\n  host: b.test\n  tags: *t\n`,
    edit: (entities, config) => entities.update('services', config.id('services', 'a'), { tags: ['x', 'y'] }),
    message: /kong\.yml:5: .*"&t"/,
  },
  'what comes out of a merge key': {
    text: `_ignore:\n- &a\n  retries: 2\nservices:\n- name: a\n  <<: *a\n  host: a.test\n`,
    edit: setRetries,
    message: /kong\.yml:7: .*merge key/,
  },
  'a config that several plugins share': {
    text: `_plugin_configs:\n  c:\n    minute: 5\n    policy: local\nplugins:\n- name: rate-limiting\n  _config: c\n`,
    edit: (entities) => entities.update('plugins', entities.all('plugins')[0]?.id ?? '', { config: { minute: 6 } }),
    message: /kong\.yml:8: .*_plugin_configs/,
  },
  'a file of another template language': {
    text: `services:\n- name: a\n  host: a.test\n# {{- if .Values.more }}\n`,
    edit: setRetries,
    message: /kong\.yml:5: .*template/,
  },
  'a file of several documents': {
    text: `services:\n- name: a\n  host: a.test\n---\nother: 1\n`,
    edit: setRetries,
    message: /several YAML documents/,
  },
  'a text that a file would take for a template': {
    text: `services:\n- name: a\n  host: a.test\n`,
    edit: (entities, config) =>
      entities.update('services', config.id('services', 'a'), { tags: ['${{ env "DECK_KEY" }}'] }),
    message: /would be read as something else|template/,
  },
};

for (const [name, { text, edit, message }] of Object.entries(refusals)) {
  void t.test(`refuses to edit ${name}, and changes nothing`, (t) => {
    const config = new EditedConfig({ 'kong.yml': top + text });
    const result = config.edit((entities) => edit(entities, config));
    t.match(result, { kind: 'refused', change: 0 });
    t.match(result.kind === 'refused' ? result.message : '', message);
    t.equal(config.text(), top + text);
    t.end();
  });
}
