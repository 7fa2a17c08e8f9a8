import { type Command, Option } from 'commander'
import { appScheme } from '../../platform/app-link.ts'
import { openTarget } from '../../shell/targets/open-target.ts'
import { addConfigFlags, type CommandContext, configOf, run } from './context.ts'
import { startOrShow } from './start.ts'

/** `streams open`: what the desktop runs for links and files of this program. */
export function addOpenCommand(program: Command, context: CommandContext): void {
  addConfigFlags(program.command('open').argument('[target]', `a link (${appScheme}://…) or a collection file`))
    // Started by a click: nobody reads what is written to standard error.
    .addOption(new Option('--from-desktop').hideHelp())
    .description('show the window, at what a link or a collection file leads to')
    .addHelpText(
      'after',
      `
A link opens a page and does nothing else. A collection is imported when you say so in the window, after it was listed
what is in it. Where no host runs one is started, as by \`streams start\`.

Examples:
  streams open                               the window
  streams open ${appScheme}://open/studio        a section of the page
  streams open ${appScheme}://watch/evening      a stream
  streams open Evening.ami-collection        an exported collection, to import it`,
    )
    .action(
      run(context, async (output, command) => {
        try {
          await startOrShow(command, context, output, await openTarget(command.args[0]))
        } catch (error) {
          if (command.opts<{ fromDesktop?: boolean }>().fromDesktop) {
            const { showProblem } = await import('../../shell/show-problem.ts')
            await showProblem(error, { dataDir: configOf(command, context).config.data, env: context.environment })
          }
          throw error
        }
      }),
    )
}
