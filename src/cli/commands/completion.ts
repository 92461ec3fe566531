import { Argument, Command } from 'commander';
import { printResult } from '../terminal.ts';

const examples = `
Examples:
  source <(gw completion bash)         in ~/.bashrc
  source <(gw completion zsh)          in ~/.zshrc
  gw completion fish | source          in ~/.config/fish/config.fish`;

/** Declares `gw completion`. */
export function completionCommand(program: Command): Command {
  return new Command('completion')
    .description('print a script that lets a shell complete commands, flags, their values and files')
    .addArgument(new Argument('<shell>', 'which shell').choices(['bash', 'zsh', 'fish']))
    .addHelpText('after', examples)
    .action(async (shell: 'bash' | 'zsh' | 'fish') => {
      const { completionTree } = await import('../completion-tree.ts');
      const { completionScripts } = await import('../completion-scripts.ts');
      printResult(completionScripts[shell](completionTree(program)));
    });
}
