import type { Command } from 'commander'
import type { Item } from '../../api/index.ts'
import { table } from '../output.ts'
import { type CommandContext, clientOf, run } from './context.ts'

export type StreamSummary = Item<'/live/streams'>

/** The streams as a table for people. */
export function streamTable(items: readonly StreamSummary[]): string {
  return table(
    ['NAME', 'STATE', 'VIEWERS', 'KBIT/S', 'FPS', 'WATCH'],
    items.map((one) => [
      one.name,
      one.reconnecting ? 'reconnecting' : one.state,
      String(one.viewers),
      one.health ? String(Math.round(one.health.videoBitrateKbps + one.health.audioBitrateKbps)) : '',
      one.health ? String(Math.round(one.health.frameRate)) : '',
      one.watchUrl,
    ]),
  )
}

export function addStreamsCommands(program: Command, context: CommandContext): void {
  const streams = program
    .command('streams')
    .description('list and manage streams')
    .addHelpText(
      'after',
      '\nExamples:\n  streams streams list\n  streams streams kick studio       disconnects the publisher; it may return\n  streams streams end studio',
    )
  streams
    .command('list')
    .description('all streams')
    .action(
      run(context, async (output, command) => {
        const answer = await clientOf(command, context).get('/live/streams')
        output.result(answer, () => streamTable(answer.items))
      }),
    )
  for (const [name, what] of [
    ['kick', 'disconnect the publisher; it may return'],
    ['end', 'end the stream and disconnect its publisher'],
  ] as const) {
    streams
      .command(`${name} <stream>`)
      .description(what)
      .action(
        run(context, async (output, command) => {
          const stream = await clientOf(command, context).send('POST', `/live/streams/${encodeURIComponent(command.args[0] ?? '')}/${name}`)
          output.result(stream ?? { stream: command.args[0] }, () => `Done: ${command.args[0]}.`)
        }),
      )
  }
}
