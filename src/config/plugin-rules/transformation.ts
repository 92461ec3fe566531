import { allOrNone, atLeastOne } from './combinators.ts';
import type { PluginRule } from './rule.ts';

const plainProxy: PluginRule = {
  fields: ['proxy_url'],
  check(config, report) {
    const url = config.get('proxy_url');
    if (typeof url !== 'string' || !/^[^:]+:\/\//.test(url) || url.startsWith('http://')) return;
    report({ rule: 'value', path: config.pathOf('proxy_url'), message: '"proxy_url" must begin with "http://"' });
  },
};

const onePhase = atLeastOne('certificate', 'rewrite', 'access', 'header_filter', 'body_filter', 'log');

/** Rules for plugins that change requests and responses, or answer them elsewhere. */
export const transformationRules: Readonly<Record<string, readonly PluginRule[]>> = {
  'aws-lambda': [allOrNone('aws_key', 'aws_secret'), plainProxy],
  'post-function': [onePhase],
  'pre-function': [onePhase],
  'request-validator': [atLeastOne('body_schema', 'parameter_schema')],
};
