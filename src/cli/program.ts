import { Command } from 'commander';
import { version } from '../lib/package-info.ts';
import { completionCommand } from './commands/completion.ts';
import { initCommand } from './commands/init.ts';
import { explainCommand } from './commands/explain.ts';
import { routesCommand } from './commands/routes.ts';
import { renderCommand } from './commands/render.ts';
import { diffCommand } from './commands/diff.ts';
import { dumpCommand } from './commands/dump.ts';
import { convertCommand } from './commands/convert.ts';
import { helpCommand } from './commands/help.ts';
import { issuersCommand } from './commands/issuers.ts';
import { schemaCommand } from './commands/schema.ts';
import { lintCommand } from './commands/lint.ts';
import { startCommand } from './commands/start.ts';
import { testCommand } from './commands/test.ts';
import { validateCommand } from './commands/validate.ts';
import { versionCommand } from './commands/version.ts';
import type { ExitCode } from './exit-code.ts';

const examples = `
Examples:
  gw validate kong.yml        check a config
  gw start -c kong.yml        run it: proxy on :8000, Admin API on 127.0.0.1:8001
  gw issuers                  what the running gateway knows of its identity providers
  gw help exit-codes          more: gw help lists the topics`;

/**
 * The whole command line. A command imports what it works with only when it runs, so that checking a file never pays
 * for loading a server.
 */
export function buildProgram(done: (code: ExitCode) => void): Command {
  const program = new Command('gw')
    .description('gw: a Kong-compatible declarative API gateway and config checker')
    .version(`gw ${version}`, '-V, --version', 'print the version')
    .helpCommand(false)
    .addHelpText('after', examples);
  program.addCommand(validateCommand('validate', done));
  program.addCommand(validateCommand('check', done), { hidden: true });
  program.addCommand(
    new Command('config').helpCommand(false).addCommand(validateCommand('parse', done)).addCommand(initCommand(done)),
    {
      hidden: true,
    },
  );
  program.addCommand(lintCommand(done));
  program.addCommand(startCommand(done));
  program.addCommand(issuersCommand(done));
  program.addCommand(dumpCommand(done));
  program.addCommand(routesCommand(done));
  program.addCommand(explainCommand(done));
  program.addCommand(testCommand(done));
  program.addCommand(renderCommand(done));
  program.addCommand(diffCommand(done));
  program.addCommand(convertCommand(done));
  program.addCommand(completionCommand(program));
  program.addCommand(initCommand(done));
  program.addCommand(schemaCommand());
  program.addCommand(versionCommand());
  program.addCommand(helpCommand(program));
  refuseByThrowing(program);
  return program;
}

/** Commander would end the process by itself; an error lets `run-program.ts` choose the exit status. */
function refuseByThrowing(command: Command): void {
  command.exitOverride();
  command.showHelpAfterError(`Run "${fullName(command)} --help" for what is possible.`);
  for (const child of command.commands) refuseByThrowing(child);
}

function fullName(command: Command): string {
  return command.parent === null ? command.name() : `${fullName(command.parent)} ${command.name()}`;
}
