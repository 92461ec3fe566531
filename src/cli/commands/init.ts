import { Command } from 'commander';
import type { ExitCode } from '../exit-code.ts';
import { exitCode } from '../exit-code.ts';
import { printNote, printResult } from '../terminal.ts';
import { fileProblem } from '../../lib/file-problem.ts';
import { UsageError } from '../usage-error.ts';

const examples = `
Examples:
  gw init                                          write ./kong.yml
  gw init --oidc https://sso.example.com/realms/a  with the openid-connect plugin switched on
  gw init config/gateway.yml                       under another name

Exit codes: 0 written, 1 the file exists already, 2 wrong usage or the file cannot be written.`;

/** Declares `gw init`. */
export function initCommand(done: (code: ExitCode) => void): Command {
  return new Command('init')
    .description('write a first config file, explained by comments; an existing file is never overwritten')
    .argument('[file]', 'what to call it', 'kong.yml')
    .option('--oidc <issuer>', 'URL of your identity provider, for the openid-connect plugin')
    .addHelpText('after', examples)
    .action(async (file: string, flags: { readonly oidc?: string }) => {
      const issuer = flags.oidc ?? null;
      if (issuer !== null) checkIssuer(issuer);
      done(await writeStarter(file, issuer));
    });
}

function checkIssuer(issuer: string): void {
  const protocol = URL.canParse(issuer) ? new URL(issuer).protocol : null;
  if (protocol === 'https:' || protocol === 'http:') return;
  throw new UsageError(`"${issuer}" is no URL of an issuer`, 'it looks like https://sso.example.com/realms/my-realm');
}

async function writeStarter(file: string, issuer: string | null): Promise<ExitCode> {
  const { randomBytes } = await import('node:crypto');
  const { writeFile } = await import('node:fs/promises');
  const { starterConfig } = await import('../starter-config.ts');
  const text = starterConfig({ issuer, salt: randomBytes(16).toString('hex') });
  try {
    await writeFile(file, text, { flag: 'wx' });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EEXIST') throw new UsageError(`cannot write "${file}": ${fileProblem(error)}`);
    printNote(`gw: "${file}" exists already and is left as it is\n    name another file: gw init other.yml`);
    return exitCode.findings;
  }
  printResult(`wrote ${file}; next: gw validate ${file}, then gw start -c ${file}`);
  return exitCode.fine;
}
