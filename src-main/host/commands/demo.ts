import type { Command } from 'commander'
import { AppError } from '../../platform/errors.ts'
import { addConfigFlags, type CommandContext, clientOf, run } from './context.ts'
import { runHost } from './host.ts'
import { findTypedHost } from './typed-client.ts'

export function addDemoCommands(program: Command, context: CommandContext): void {
  const demo = program
    .command('demo')
    .description('the built-in test stream: moving video with a clock and a beep')
    .addHelpText(
      'after',
      `
Examples:
  streams demo            starts it on the running host, or a host with it
  streams demo stop
  streams demo status --json`,
    )
  addConfigFlags(demo.command('start', { isDefault: true }))
    .description('start it; where no host runs, one is started with it')
    .option('--name <stream>', 'name of the stream', 'demo')
    .action(
      run(context, async (output, command) => {
        const { name } = command.opts() as { name: string }
        try {
          const answer = await clientOf(command, context).send('POST', '/live/demo', { name })
          const { url } = clientOf(command, context)
          output.result(answer, () => `The test stream is live: ${url}/watch/${name}`)
        } catch (error) {
          if (!(error instanceof AppError) || error.code !== 'host.not_running' || command.optsWithGlobals().url) throw error
          await runHost(command, context, output, async (host) => {
            const client = findTypedHost({ dataDir: host.ready.dataDir, token: host.token })
            await client.send('POST', '/live/demo', { name })
            if (!output.json) context.stdout.write(`\nThe test stream is live: ${host.ready.url}/watch/${name}\n`)
            return undefined
          })
        }
      }),
    )
  demo
    .command('stop')
    .description('end it')
    .action(
      run(context, async (output, command) => {
        const answer = await clientOf(command, context).send('DELETE', '/live/demo')
        output.result(answer ?? { running: false }, () => 'The test stream has ended.')
      }),
    )
  demo
    .command('status')
    .description('whether it runs')
    .action(
      run(context, async (output, command) => {
        const answer = await clientOf(command, context).get('/live/demo')
        output.result(answer, () => (answer.running ? `The test stream "${answer.name}" is live.` : 'The test stream is not running.'))
      }),
    )
}
