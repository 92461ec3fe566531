import type { Diagnostic } from '../../config/diagnostic.ts';
import type { TestCoverage } from '../report.ts';
import type { ConfigUnderTest } from './config-under-test.ts';

/** What tests reach of the routes of their configs. */
export interface CoverageResult {
  readonly coverage: TestCoverage;
  /** One `test/uncovered` per route that no test reached. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Finds the routes that no test reached. Configs with errors, whose tests were not run, are left out. */
export function findUncovered(configs: Iterable<ConfigUnderTest>, severity: 'warning' | 'error'): CoverageResult {
  let routes = 0;
  const diagnostics: Diagnostic[] = [];
  for (const config of configs) {
    for (const { route, label } of config.model?.routes ?? []) {
      routes++;
      if (config.reached.has(route.id)) continue;
      const message = `no test reaches route "${label}"`;
      const hint = 'add a test with a request that it takes';
      const finding = config.findingAt(route.id, { code: 'test/uncovered', severity, message, hint });
      if (finding !== null) diagnostics.push(finding);
    }
  }
  return { coverage: { routes, reached: routes - diagnostics.length }, diagnostics };
}
