import { Argument, type Command } from 'commander'
import { type CompletedShell, completedShells, completionScript } from '../command-line/completion.ts'
import { type CommandContext, run } from './context.ts'

export function addCompletionCommand(program: Command, context: CommandContext): void {
  program
    .command('completion')
    .description('print the script that completes commands in a shell; packages bring it along')
    .addArgument(new Argument('<shell>', 'the shell').choices(completedShells))
    .addHelpText('after', '\nExamples:\n  streams completion bash > ~/.local/share/bash-completion/completions/streams')
    .action(
      run(context, (output, command) => {
        const shell = command.args[0] as CompletedShell
        const script = completionScript(program, shell)
        output.result({ shell, script }, () => script)
      }),
    )
}
