/**
 * A config with everything in it that makes editing hard. Each comment names the entity that it is about in brackets:
 * by name, by `own-…` among its tags where it has none, or `file`.
 */
export const editableSample = `# [file] The gateway of the shop; edited by hand and by machine.
_format_version: "3.0"   # [file] never below
_transform: true

# [file] shared parts
_ignore:
- &timeouts
  connect_timeout: 1000   # [file] in ms
  read_timeout: 2000
- &limits
  minute: 5
  policy: local

services:

# [orders] Orders come first.
# [orders] second line
- name: orders          # [orders] the name
  url: http://orders.test:8080/api   # [orders] the url
  <<: *timeouts
  tags: [shop,   "eu"]   # [orders] tags
  routes:
  # [list] nothing
  # [orders-list] the list
  - name: orders-list
    # [orders-list] paths of it
    paths:
    - /orders        # [orders-list] plain
    # [orders-list] above the regex
    - ~/orders/(?<id>\\d+)$   # [orders-list] regex
    methods: [GET, POST]   # [orders-list] methods
    plugins:
    # [own-cors] who may
    - name: cors
      tags: [own-cors]
      config:
        origins: ["*"]   # [own-cors] all
        max_age: 60
  # [own-nameless] no name
  - paths: [/nameless]   # [own-nameless] its path
    tags: [own-nameless]

  - paths: [/twin]
  - paths: [/twin]

  plugins:
  # [own-oidc] the login
  - name: openid-connect
    tags:
      - own-oidc   # [own-oidc] tag
    config:
      # [own-oidc] where
      issuer: https://idp.test/realms/shop
      client_id: [gw]
      client_secret:
      - \${{ env "DECK_SECRET" }}   # [own-oidc] from the environment
      scopes: [openid]
      session_secret: '{vault://env/session-secret}'   # [own-oidc] from the vault

# [users] Users are older.
- name: users
  protocol: https
  host: \${{ env "DECK_HOST" }}   # [users] from the environment
  port: 8443
  # [users] a block
  path: >-
    /v1
  retries: 2

- {name: flow, host: flow.test, tags: [a, b], routes: [{name: flow-r, paths: [/flow]}]}   # [flow] all in one

routes:   # [file] those without a service inside
# [users-r] flat
- name: users-r
  service: users   # [users-r] by name
  paths:
  - /users
  headers:
    x-version: ["1", '2']   # [users-r] quoted
- name: shared-r
  service: {name: users}
  paths: &paths [/shared]

consumers:
- username: anna   # [anna] a person
  custom_id: "007"
  # [anna] her keys
  keyauth_credentials:
  - key: \${{ env "DECK_KEY" }}   # [own-key] from the environment
    tags: [own-key]
  acls:
  - group: staff
  groups:
  - name: gold
- username: bert
  tags: &tags [x, y]
# [carl] last of all
- username: carl
  tags: *tags

consumer_groups:
- name: gold   # [gold] the best
  plugins:
  - name: rate-limiting
    id: 0f1e2d3c-0000-4000-8000-00000000000a
    tags: [own-gold-limit]
    config:
      minute: 10   # [own-gold-limit] per minute
      policy: local
- name: silver

plugins:
# [own-limit] for all
- name: rate-limiting
  tags: [own-limit]
  config: *limits
- name: key-auth
  service: users
  enabled: false   # [own-off] off
  tags: [own-off]
  config:
    key_names:   # [own-off] names
    # [own-off] first
    - apikey

upstreams:
- name: orders.upstream   # [orders.upstream] the upstream
  healthchecks:
    active:
      healthy:
        interval: 5   # [orders.upstream] seconds
  targets:
  - target: 10.1.0.1:80   # [own-t1] one
    tags: [own-t1]
  # [own-t2] two
  - target: 10.1.0.2:80
    weight: 10
    tags: [own-t2]
certificates: []
# [file] the end
`;
