/** What a service has when the file does not say. Timeouts in milliseconds. */
export const serviceDefaults = {
  protocol: 'http',
  port: 80,
  retries: 5,
  connect_timeout: 60_000,
  write_timeout: 60_000,
  read_timeout: 60_000,
  enabled: true,
} as const;

/** What a route has when the file does not say. `strip_path` is `false` for gRPC. */
export const routeDefaults = {
  protocols: ['http', 'https'],
  https_redirect_status_code: 426,
  regex_priority: 0,
  strip_path: true,
  path_handling: 'v0',
  preserve_host: false,
  request_buffering: true,
  response_buffering: true,
} as const;

/** A route that asks for nothing: no attribute takes part in matching. */
export const noConditions = {
  methods: null,
  hosts: null,
  paths: null,
  headers: null,
  snis: null,
  sources: null,
  destinations: null,
} as const;

/** What a plugin has when neither the file nor the plugin's own definition says. */
export const pluginDefaults = {
  enabled: true,
  protocols: ['grpc', 'grpcs', 'http', 'https'],
} as const;
