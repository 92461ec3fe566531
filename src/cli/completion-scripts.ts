import type { CompletionCommand, CompletionOption } from './completion-tree.ts';

/** Shells that {@link completionScripts} knows. */
export const completionShells = ['bash', 'zsh', 'fish'] as const;

/** One of {@link completionShells}. */
export type CompletionShell = (typeof completionShells)[number];

/** Makes the script that a shell reads; nothing in it runs gw. */
export const completionScripts: Readonly<Record<CompletionShell, (commands: readonly CompletionCommand[]) => string>> =
  {
    bash: bashScript,
    zsh: zshScript,
    fish: fishScript,
  };

function bashScript(commands: readonly CompletionCommand[]): string {
  return `# bash completion for gw: source <(gw completion bash)
${lookup('_gw_words', commands, (command) => [...command.children.map(({ name }) => name), ...command.choices])}
${lookup('_gw_flags', commands, (command) => command.options.flatMap(({ flags }) => flags))}
${valueLookup(commands)}
_gw() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} at= word i words
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    [[ $word == -* ]] && continue
    words=" $(_gw_words "$at") "
    [[ $words == *" $word "* ]] && at="\${at:+$at }$word"
  done
  COMPREPLY=()
  words=$(_gw_values "$at" "$prev")
  case $words in
    '<file>') COMPREPLY=($(compgen -f -- "$cur")); return ;;
    ?*) COMPREPLY=($(compgen -W "$words" -- "$cur")); return ;;
  esac
  if [[ $cur == -* ]]; then
    COMPREPLY=($(compgen -W "$(_gw_flags "$at")" -- "$cur"))
    return
  fi
  words=$(_gw_words "$at")
  if [[ -n $words ]]; then COMPREPLY=($(compgen -W "$words" -- "$cur")); else COMPREPLY=($(compgen -f -- "$cur")); fi
}
complete -o filenames -F _gw gw`;
}

/** zsh takes bash's function through its own adapter: one description of gw, not two that may differ. */
function zshScript(commands: readonly CompletionCommand[]): string {
  return `# zsh completion for gw: source <(gw completion zsh)
autoload -Uz compinit bashcompinit
(( \${+functions[compdef]} )) || compinit -i
bashcompinit
${bashScript(commands)}`;
}

/** A shell function that prints the words for a command. */
function lookup(
  name: string,
  commands: readonly CompletionCommand[],
  wordsOf: (command: CompletionCommand) => readonly string[],
): string {
  const cases = commands.map((command) => [command.words.join(' '), wordsOf(command)] as const);
  const lines = cases
    .filter(([, words]) => words.length > 0)
    .map(([key, words]) => `    '${key}') echo '${words.join(' ')}' ;;`);
  return `${name}() {\n  case $1 in\n${lines.join('\n')}\n  esac\n}`;
}

/** A shell function that prints what may follow a flag: its choices, or `<file>` for any other value. */
function valueLookup(commands: readonly CompletionCommand[]): string {
  const lines = commands.flatMap(({ words, options }) =>
    options
      .filter(({ takesValue }) => takesValue)
      .map(({ flags, choices }) => {
        const patterns = flags.map((flag) => `'${[words.join(' '), flag].join(':')}'`).join('|');
        return `    ${patterns}) echo '${choices.length === 0 ? '<file>' : choices.join(' ')}' ;;`;
      }),
  );
  return `_gw_values() {\n  case "$1:$2" in\n${lines.join('\n')}\n  esac\n}`;
}

function fishScript(commands: readonly CompletionCommand[]): string {
  const lines = commands.flatMap((command) => [
    ...command.children.map(({ name, description }) => `${fishRule(command)} -f -a ${name} -d ${quote(description)}`),
    ...(command.choices.length === 0 ? [] : [`${fishRule(command)} -f -a ${quote(command.choices.join(' '))}`]),
    ...command.options.map((option) => `${fishRule(command)} ${fishOption(option)}`),
  ]);
  return `# fish completion for gw: gw completion fish | source
complete -c gw -e
${lines.join('\n')}`;
}

/** True where the words so far lead to the command; its children may not have been typed yet. */
function fishRule({ words, children }: CompletionCommand): string {
  const typed = words.map((word) => `__fish_seen_subcommand_from ${word}`);
  const names = children.map(({ name }) => name).join(' ');
  const conditions = names === '' ? typed : [...typed, `not __fish_seen_subcommand_from ${names}`];
  return `complete -c gw -n ${quote(conditions.join('; and '))}`;
}

function fishOption({ flags, description, takesValue, choices }: CompletionOption): string {
  const names = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
  const value = takesValue ? [choices.length === 0 ? '-r' : `-x -a ${quote(choices.join(' '))}`] : [];
  return [...names, ...value, `-d ${quote(description)}`].join(' ');
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
