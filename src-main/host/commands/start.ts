import type { Command } from 'commander'
import { addConfigFlags, type CommandContext, run } from './context.ts'
import { runHost } from './host.ts'

export function addStartCommand(program: Command, context: CommandContext): void {
  addConfigFlags(program.command('start', { isDefault: true }))
    .description('run the host and open a window on it')
    .addHelpText(
      'after',
      '\nElectron where its binary is present, else Chromium, else the address is printed with a one-time sign-in link.',
    )
    .action(
      run(context, (output, command) =>
        runHost(command, context, output, async (host) => {
          const url = host.signInRequired ? host.ready.signInUrl : host.ready.url
          const { openWindow } = await import('../../shell/open-window.ts')
          const opened = await openWindow(url)
          if (opened === 'none' && !output.json)
            context.stdout.write(`\nThere is no window program here. Open in a browser:\n  ${host.ready.signInUrl}\n`)
        }),
      ),
    )
}
