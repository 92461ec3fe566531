import type { JsonValue } from '../lib/json.ts';
import type { Issuer } from '../oidc/issuer.ts';
import { sharedState } from '../plugins/openid-connect/shared-state.ts';
import { pluginCatalog } from '../plugins/registry.ts';
import { Gateway } from '../runtime/gateway.ts';
import { findConfigFiles } from './config-files.ts';
import { formatStylish } from './formats/stylish.ts';
import { createLog } from './log.ts';
import { type ColorChoice, printNote, printable, wantsColor } from './terminal.ts';
import { countFindings } from './report.ts';
import { checkFiles } from './validate-config.ts';

/** Issuers of a config file, in the form of the Admin API's rows. */
export interface IssuerListing {
  readonly rows: readonly JsonValue[];
  /** True when an issuer was asked and did not answer properly. */
  readonly hasFailure: boolean;
}

/**
 * The issuers a config would use, and by which plugins: found by building the gateway without opening it. With
 * `online` their documents and keys are fetched. `null`, after printing the findings, when the config has errors.
 * @throws {UsageError} when the file cannot be read
 */
export async function listIssuers(
  file: string,
  options: { readonly online: boolean; readonly color: ColorChoice },
): Promise<IssuerListing | null> {
  const result = await checkFiles(findConfigFiles([file], null));
  if (result.entities === null || countFindings(result, 'error') > 0) {
    printNote(formatStylish(result, { color: wantsColor(options.color, process.stderr, process.env) }));
    return null;
  }
  const gateway = await Gateway.create({ catalog: pluginCatalog, log: createLog('silent').log });
  try {
    gateway.apply(result.entities, result.hash ?? '');
    const { issuers } = sharedState(gateway.host);
    const problems = options.online ? await Promise.all(issuers.all().map(probe)) : [];
    for (const problem of problems) if (problem !== null) printNote(`gw: ${printable(problem)}`);
    const rows = JSON.parse(JSON.stringify(issuers.views())) as readonly JsonValue[];
    return { rows, hasFailure: problems.some((problem) => problem !== null) };
  } finally {
    await gateway.drain(0);
  }
}

/** Fetches what a first request would fetch; answers what is wrong with it. */
async function probe(issuer: Issuer): Promise<string | null> {
  try {
    const metadata = await issuer.metadata();
    for (const fetchKeys of issuer.keySets(metadata)) await fetchKeys();
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
