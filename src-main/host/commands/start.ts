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
          const window = await openWindow(url, { dataDir: host.ready.dataDir, env: context.environment })
          if (window.kind === 'none' && !output.json) {
            context.stdout.write(`\nNo window: ${window.reason}. Open in a browser:\n  ${host.ready.signInUrl}\n`)
          }
          return window.close
        }),
      ),
    )
}
