import { allOrNone, atLeastOne, limitedWhen, requiredWhen, when, within } from './combinators.ts';
import type { PluginRule } from './rule.ts';

/** What a connection to a model needs, by provider. */
const model: readonly PluginRule[] = [
  allOrNone('auth.header_name', 'auth.header_value'),
  allOrNone('auth.param_name', 'auth.param_value', 'auth.param_location'),
  requiredWhen(when('model.provider', 'llama2'), 'model.options.llama2_format'),
  requiredWhen(when('model.provider', 'llama2'), 'model.options.upstream_url'),
  requiredWhen(when('model.provider', 'mistral'), 'model.options.mistral_format'),
  requiredWhen(when('model.provider', 'anthropic'), 'model.options.anthropic_version'),
  requiredWhen(when('model.provider', 'azure'), 'model.options.azure_instance'),
  requiredWhen(when('model.provider', 'azure'), 'model.options.azure_deployment_id'),
];

const chatOnly: PluginRule = {
  fields: ['route_type'],
  check(config, report) {
    if (config.get('route_type') === 'llm/v1/chat') return;
    const message = '"route_type" must be "llm/v1/chat" for a transformer';
    report({ rule: 'value', path: config.pathOf('route_type'), message });
  },
};

const transformer: readonly PluginRule[] = [
  within('llm', ...model, chatOnly),
  allOrNone('http_proxy_host', 'http_proxy_port'),
  allOrNone('https_proxy_host', 'https_proxy_port'),
];

/** Rules for plugins that talk to language models. */
export const aiRules: Readonly<Record<string, readonly PluginRule[]>> = {
  'ai-prompt-decorator': [atLeastOne('prompts.prepend', 'prompts.append')],
  'ai-prompt-guard': [
    atLeastOne('allow_patterns', 'deny_patterns'),
    limitedWhen(when('match_all_roles', true), 'allow_all_conversation_history', false, null),
  ],
  'ai-proxy': [
    ...model,
    limitedWhen(when('llm_format', 'bedrock'), 'model.provider', 'bedrock'),
    limitedWhen(when('llm_format', 'gemini'), 'model.provider', 'gemini'),
  ],
  'ai-request-transformer': transformer,
  'ai-response-transformer': transformer,
};
