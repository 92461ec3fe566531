import { Command, Option } from 'commander';
import { version } from '../../lib/package-info.ts';
import { printResult } from '../terminal.ts';

/** Declares `gw version`. */
export function versionCommand(): Command {
  return new Command('version')
    .description('print the version of gw and of what it runs on')
    .addOption(new Option('--format <name>', 'how it is printed').choices(['text', 'json']).default('text'))
    .addHelpText('after', '\nExamples:\n  gw version\n  gw version --format json')
    .action((flags: { readonly format: 'text' | 'json' }) => {
      const facts = { version, node: process.version.slice(1), platform: process.platform, arch: process.arch };
      printResult(
        flags.format === 'json'
          ? JSON.stringify(facts)
          : `gw ${facts.version} (node ${facts.node}, ${facts.platform} ${facts.arch})`,
      );
    });
}
