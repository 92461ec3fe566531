import type { Command } from 'commander';
import { CommanderError } from 'commander';
import { version } from '../lib/package-info.ts';
import type { ExitCode } from './exit-code.ts';
import { exitCode } from './exit-code.ts';
import { RemoteError } from './remote-error.ts';
import { printNote } from './terminal.ts';
import { UsageError } from './usage-error.ts';

/**
 * Runs a command line to its end and answers the exit status. Everything thrown ends here: a {@link UsageError} and a
 * flag that is wrong are one line and status 2, anything else is our bug and says how to report it.
 */
export async function runProgram(
  build: (done: (code: ExitCode) => void) => Command,
  argv: readonly string[],
): Promise<ExitCode> {
  ignoreBrokenPipes();
  process.on('uncaughtException', (error) => process.exit(explain(error)));
  let code: ExitCode = exitCode.fine;
  try {
    await build((result) => {
      code = result;
    }).parseAsync(argv);
    return code;
  } catch (error) {
    return explain(error);
  }
}

/** Whoever read our output went away (`| head`): what is left to say is dropped, the exit status stays. */
function ignoreBrokenPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_DESTROYED') throw error;
    });
  }
}

function explain(error: unknown): ExitCode {
  // Commander has printed its own message by now; help and version leave the same way, with status 0.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode.fine : exitCode.usage;
  const unwritable = outputFault(error);
  if (unwritable !== null) {
    printNote(`gw: cannot write the output: ${unwritable}`);
    return exitCode.usage;
  }
  if (!(error instanceof UsageError || error instanceof RemoteError)) return reportBug(error);
  printNote(`gw: ${error.message}`);
  if (error instanceof RemoteError) return exitCode.remote;
  if (error.hint !== null) printNote(`    ${error.hint}`);
  return exitCode.usage;
}

/** What can keep the file that stdout leads to from taking more. */
const outputFaults: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file would be too large',
  EIO: 'the device reports an error',
};

/** Why the output cannot be written; `null` when the error is another. */
function outputFault(error: unknown): string | null {
  if (!(error instanceof Error) || !('syscall' in error) || error.syscall !== 'write') return null;
  return outputFaults[String('code' in error ? error.code : '')] ?? null;
}

function reportBug(error: unknown): ExitCode {
  const details = error instanceof Error ? (error.stack ?? error.message) : String(error);
  printNote(
    [
      'gw: this is a bug in gw, not in your config',
      '    please report it with the command you ran and the lines below (check that they hold nothing private)',
      `    gw ${version}, node ${process.version}, ${process.platform} ${process.arch}`,
      details,
    ].join('\n'),
  );
  return exitCode.bug;
}
