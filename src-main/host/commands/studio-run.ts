import { resolve } from 'node:path'
import type { Command } from 'commander'
import { AppError } from '../../platform/errors.ts'
import { type Output, printable } from '../output.ts'
import { addConfigFlags, type CommandContext, clientOf, run } from './context.ts'
import { runHost } from './host.ts'
import { createStudioLines } from './studio-lines.ts'
import { statusText } from './studio-status.ts'
import { findTypedHost, type TypedClient } from './typed-client.ts'

/** `streams studio run`: a show from a command line, with a line for all that happens. */
export function addStudioRun(studio: Command, context: CommandContext): void {
  addConfigFlags(studio.command('run'))
    .description('open a collection and print what happens, until Ctrl+C ends the show; where no host runs, one is started with it')
    .option('--collection <file>', 'file of the collection; left out: what was open last')
    .action(
      run(context, async (output, command) => {
        const { collection } = command.opts() as { collection?: string }
        const file = collection === undefined ? undefined : resolve(collection)
        const lineOf = createStudioLines()
        const notify = (event: { time: string; topic: string; data: unknown }): void => {
          const line = output.json ? JSON.stringify(event) : lineOf(event)
          if (line !== undefined) context.stdout.write(`${printable(line)}\n`)
        }
        try {
          await runHost(
            command,
            context,
            output,
            async (host) => {
              const client = findTypedHost({ dataDir: host.ready.dataDir, token: host.token })
              const { stop } = await follow(client, output, notify)
              return stop
            },
            file === undefined ? {} : { collection: file },
          )
        } catch (error) {
          if (!(error instanceof AppError) || error.code !== 'host.already_running') throw error
          const client = clientOf(command, context)
          const { open } = await client.get('/studio')
          if (file !== undefined && file !== open?.file) await client.send('POST', '/studio/open', { file })
          const { stop, lost } = await follow(client, output, notify)
          await Promise.race([context.untilStopped(), lost])
          stop()
          await client.send('POST', '/studio/close', { force: true })
        }
      }),
    )
}

/** Tells how the studio is now, and then every event of it until `stop`. `lost` rejects when the host goes away before. */
async function follow(
  client: TypedClient,
  output: Output,
  notify: (event: { time: string; topic: string; data: unknown }) => void,
): Promise<{ stop: () => void; lost: Promise<never> }> {
  const gone = new AbortController()
  // Listened to before the state is requested: nothing that happens in between is missed.
  const early: Parameters<typeof notify>[0][] = []
  let take = (event: Parameters<typeof notify>[0]): void => void early.push(event)
  const opened = Promise.withResolvers<void>()
  const lost = client
    .listen(['studio.'], (event) => take(event), gone.signal, opened.resolve)
    .then((): never => {
      throw new AppError('host.unreachable', `The host at ${client.url} went away`)
    })
  // Of a host that ends because it was asked to, nobody waits for it.
  lost.catch(() => undefined)
  await Promise.race([opened.promise, lost])
  const status = await client.get('/studio')
  if (status.open === null) {
    gone.abort()
    throw new AppError('studio.no_collection')
  }
  output.result({ event: 'studio', ...status }, () => statusText(status))
  take = notify
  early.forEach(notify)
  return { stop: () => gone.abort(), lost }
}
