import type { Command, Option } from 'commander';

/** An option as shells complete it. */
export interface CompletionOption {
  /** `-o`, `--output`; those that exist. */
  readonly flags: readonly string[];
  readonly description: string;
  /** Whether a value follows. */
  readonly takesValue: boolean;
  /** Values to choose from; none: a file, or free text. */
  readonly choices: readonly string[];
}

/** A command as shells complete it. */
export interface CompletionCommand {
  /** Words that lead to it, without `gw`; empty for the program itself. */
  readonly words: readonly string[];
  readonly description: string;
  readonly options: readonly CompletionOption[];
  /** Names of commands below it, each with what it does. */
  readonly children: readonly CompletionChild[];
  /** Values of its first argument. */
  readonly choices: readonly string[];
  /** Whether it takes files. */
  readonly takesFiles: boolean;
}

/** A command in the list of its parent. */
export interface CompletionChild {
  readonly name: string;
  readonly description: string;
}

/** What there is to complete, from the program itself; hidden commands and options are left out. */
export function completionTree(program: Command): readonly CompletionCommand[] {
  return describe(program, []);
}

function describe(command: Command, words: readonly string[]): readonly CompletionCommand[] {
  const help = command.createHelp();
  const children = help.visibleCommands(command);
  const [argument] = command.registeredArguments;
  const own: CompletionCommand = {
    words,
    description: oneLine(command.description()),
    options: help.visibleOptions(command).map(describeOption),
    children: children.map((child) => ({ name: child.name(), description: oneLine(child.description()) })),
    choices: argument?.argChoices ?? (argument?.name() === 'topic' ? topicsOf(command) : []),
    takesFiles: command.registeredArguments.some((one) => /file|config|side/.test(one.name())),
  };
  return [own, ...children.flatMap((child) => describe(child, [...words, child.name()]))];
}

/** `gw help` takes the names of its neighbours. */
function topicsOf(command: Command): readonly string[] {
  const neighbours = command.parent?.commands.map((one) => one.name()) ?? [];
  return [...neighbours.filter((name) => name !== command.name()), 'exit-codes', 'env', 'formats', 'settings'];
}

function describeOption(option: Option): CompletionOption {
  return {
    flags: [option.short, option.long].filter((flag) => flag !== undefined),
    description: oneLine(option.description),
    takesValue: option.required || option.optional,
    choices: option.argChoices ?? [],
  };
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
