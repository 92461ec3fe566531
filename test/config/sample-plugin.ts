import { createCatalog, type PluginCatalog } from '../../src/pdk/catalog.ts';
import type { PluginDefinition } from '../../src/pdk/plugin.ts';

/** A plugin with one setting of each kind, so that tests of the config checks depend on no real one. */
const sample: PluginDefinition = {
  name: 'sample',
  version: '1.0.0',
  priority: 100,
  protocols: ['http', 'https'],
  schema: {
    type: 'object',
    additionalProperties: false,
    required: ['target'],
    properties: {
      target: { type: 'string', minLength: 1 },
      limit: { type: 'integer', minimum: 1, maximum: 10, default: 5 },
      mode: { type: ['string', 'null'], enum: ['fast', 'safe', null], default: 'safe' },
      scopes: { type: ['array', 'null'], items: { type: 'string' } },
      pass: { type: ['string', 'null'], 'x-secret': true },
      redis: {
        type: ['object', 'null'],
        additionalProperties: false,
        properties: { host: { type: 'string' }, port: { type: 'integer', default: 6379 } },
      },
    },
  },
  check: (_config, given, report) => {
    if (given.target === 'nowhere') {
      report({ path: ['target'], code: 'sample/target', severity: 'error', message: '"target" leads nowhere' });
    }
    if (given.mode === 'fast') {
      const hint = 'use "safe"';
      report({ path: ['mode'], code: 'sample/mode', severity: 'warning', message: '"fast" is risky', hint });
    }
  },
  create: () => ({}),
};

/** A gateway that runs only the plugin `sample`. */
export const sampleCatalog: PluginCatalog = createCatalog([sample]);
