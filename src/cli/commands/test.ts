import { Command } from 'commander';
import type { RouterFlavor } from '../../router/router.ts';
import type { ExitCode } from '../exit-code.ts';
import { routerFlavorOption, statedFlavor } from '../router-flavor.ts';
import { collect } from './common-options.ts';
import { addReportOptions, type ReportFlags } from './report-options.ts';

interface TestFlags extends ReportFlags {
  readonly config?: readonly string[];
  readonly routerFlavor?: RouterFlavor;
  readonly coverage?: true;
  readonly failOnUncovered?: true;
  readonly env?: true;
  readonly allowPlugin?: readonly string[];
}

const examples = `
Examples:
  gw test                                    the tests of ./kong.test.yml on ./kong.yml
  gw test gateway/                           all NAME.test.yml below a folder
  gw test --coverage                         also name the routes that no test reaches
  gw test -c staging.yml kong.test.yml       the same tests on another config
  gw test --format stylish --format junit=gw.xml

A test file:
  config: kong.yml          # default: the config beside the file
  tests:
  - name: orders go to the orders service
    request: GET https://api.example/orders/1
    expect: {route: orders, upstream_url: "http://orders:8080/1", plugins_include: [openid-connect]}

Exit codes: 0 all tests passed, 1 one failed or a config has errors, 2 wrong usage or a file that cannot be read.
schemas/test.schema.json describes the files to editors.`;

/** Declares `gw test`. */
export function testCommand(done: (code: ExitCode) => void): Command {
  const command = new Command('test')
    .description('check what a config does with requests against expectations in test files; offline')
    .argument('[file...]', 'test files, folders, patterns, or "-" for stdin; default ./kong.test.yml')
    .option('-c, --config <file>', 'test this config instead of those the files name; may be repeated', collect)
    .addOption(routerFlavorOption())
    .option('--coverage', 'also report the routes that no test reaches')
    .option('--fail-on-uncovered', 'make a route that no test reaches an error')
    .option('--env', 'fill in environment variables; without it placeholders stand for them')
    .option('--allow-plugin <name>', 'accept a plugin of your own that gw does not know; may be repeated', collect);
  return addReportOptions(command)
    .addHelpText('after', examples)
    .action(async (files: readonly string[], flags: TestFlags) => done(await test(files, flags)));
}

async function test(args: readonly string[], flags: TestFlags): Promise<ExitCode> {
  const { findTestFiles } = await import('../expectations/find-test-files.ts');
  const { runTestFiles } = await import('../expectations/run-tests.ts');
  const { concludeReport } = await import('../conclude-report.ts');
  const coverage = flags.failOnUncovered === true ? 'error' : flags.coverage === true ? 'warning' : null;
  const report = await runTestFiles(findTestFiles(args), {
    configs: flags.config ?? [],
    routerFlavor: statedFlavor(flags.routerFlavor, process.env),
    env: flags.env === true,
    allowPlugins: flags.allowPlugin ?? [],
    coverage,
  });
  const isLooked = (code: string): boolean => code !== 'test/uncovered' || coverage !== null;
  return await concludeReport(report, { flags, isChecked: (code) => code.startsWith('test/') && isLooked(code) });
}
