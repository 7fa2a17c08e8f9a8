import { resolve } from 'node:path'
import type { Command } from 'commander'
import { AppError } from '../../platform/errors.ts'
import type { ApiClient } from '../api-client.ts'
import { findHost } from '../api-client.ts'
import type { Output } from '../output.ts'
import { addConfigFlags, type CommandContext, clientOf, run } from './context.ts'
import { runHost } from './host.ts'
import { createStudioLines } from './studio-lines.ts'
import { type StudioStatus, statusText } from './studio-status.ts'

/** `streams studio run`: a show from a command line, with a line for all that happens. */
export function addStudioRun(studio: Command, context: CommandContext): void {
  addConfigFlags(studio.command('run'))
    .description('open a collection and tell what happens, until Ctrl+C ends the show; where no host runs, one is started with it')
    .option('--collection <file>', 'file of the collection; left out: what was open last')
    .action(
      run(context, async (output, command) => {
        const { collection } = command.opts() as { collection?: string }
        const file = collection === undefined ? undefined : resolve(collection)
        const lineOf = createStudioLines()
        const tell = (event: { time: string; topic: string; data: unknown }): void => {
          const line = output.json ? JSON.stringify(event) : lineOf(event)
          if (line !== undefined) context.stdout.write(`${line}\n`)
        }
        try {
          await runHost(
            command,
            context,
            output,
            async (host) => {
              const client = findHost({ dataDir: host.ready.dataDir, token: host.token })
              const gone = await follow(client, output, tell, context)
              return () => gone.abort()
            },
            file === undefined ? {} : { collection: file },
          )
        } catch (error) {
          if (!(error instanceof AppError) || error.code !== 'host.already_running') throw error
          const client = clientOf(command, context)
          const { open } = await client.get<StudioStatus>('/studio')
          if (file !== undefined && file !== open?.file) await client.send('POST', '/studio/open', { file })
          const gone = await follow(client, output, tell, context)
          await context.untilStopped()
          gone.abort()
          await client.send('POST', '/studio/close', { force: true })
        }
      }),
    )
}

/** Tells how the studio is now, and then every event of it. */
async function follow(
  client: ApiClient,
  output: Output,
  tell: (event: { time: string; topic: string; data: unknown }) => void,
  context: CommandContext,
): Promise<AbortController> {
  const gone = new AbortController()
  const status = await client.get<StudioStatus>('/studio')
  if (status.open === null) throw new AppError('studio.no_collection')
  output.result({ event: 'studio', ...status }, () => statusText(status))
  client.listen(['studio.'], tell, gone.signal).catch((error: AppError) => {
    if (!gone.signal.aborted) context.stderr.write(`${error.message}\n`)
  })
  return gone
}
