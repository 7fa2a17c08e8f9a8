import type { Command } from 'commander'
import type { Answer, Item } from '../../api/index.ts'
import { table } from '../output.ts'
import { type CommandContext, clientOf, run } from './context.ts'

type Key = Item<'/live/keys'>
type Issued = Answer<'POST', '/live/keys'>

const stateOf = (key: Key): string => (key.revokedAt ? 'revoked' : key.enabled ? 'enabled' : 'disabled')
const issuedText = ({ key, secret, publish }: Issued): string =>
  [
    `Key for stream "${key.stream}" (id ${key.id}). It is shown this once:`,
    '',
    `  Server  ${publish.rtmpServer}`,
    ...(publish.rtmpsServer ? [`     or   ${publish.rtmpsServer}`] : []),
    `  Key     ${secret}`,
    ...(publish.srtUrl ? [`  SRT     ${publish.srtUrl}`] : []),
    '',
    'OBS: Settings, Stream, Service "Custom", then server and key as above.',
    ...(publish.ffmpeg ? ['ffmpeg:', `  ${publish.ffmpeg}`] : []),
  ].join('\n')

export function addKeysCommands(program: Command, context: CommandContext): void {
  const keys = program
    .command('keys')
    .description('create and manage stream keys')
    .addHelpText(
      'after',
      `
Examples:
  streams keys create studio --label "OBS upstairs"
  streams keys list
  streams keys rotate KEY_ID`,
    )
  keys
    .command('list')
    .description('all keys, without their secrets')
    .action(
      run(context, async (output, command) => {
        const answer = await clientOf(command, context).get('/live/keys')
        output.result(answer, () =>
          table(
            ['ID', 'STREAM', 'LABEL', 'KEY', 'STATE', 'SECOND PUBLISHER', 'LAST USED'],
            answer.items.map((key) => [
              key.id,
              key.stream,
              key.label,
              `${key.hint}…`,
              stateOf(key),
              key.onSecondPublisher,
              key.lastUsedAt ?? 'never',
            ]),
          ),
        )
      }),
    )
  keys
    .command('create <stream>')
    .description('create a key for a stream; the key is shown once')
    .option('--label <text>', 'name in lists')
    .option('--on-second-publisher <what>', '`refuse`, `takeover` or `backup` (kept ready beside the first)')
    .option('--role <role>', 'primary or backup: which encoder the key is for')
    .option('--same-address-only', 'only an encoder at the same IP address may take over')
    .option('--restart-window-ms <ms>', 'how long the stream waits for an encoder that stopped cleanly (default 10000)', Number)
    .action(
      run(context, async (output, command) => {
        const { label, onSecondPublisher, role, sameAddressOnly, restartWindowMs } = command.opts()
        const issued = await clientOf(command, context).send('POST', '/live/keys', {
          stream: command.args[0],
          label,
          onSecondPublisher,
          role,
          sameAddressOnly,
          restartWindowMs,
        })
        output.result(issued, () => issuedText(issued))
      }),
    )
  keys
    .command('rename <id> <label>')
    .description('give a key another name')
    .action(run(context, async (output, command) => change(output, command, { label: command.args[1] })))
  keys
    .command('enable <id>')
    .description('enable a key')
    .action(run(context, async (output, command) => change(output, command, { enabled: true })))
  keys
    .command('disable <id>')
    .description('disable a key: nobody publishes with it')
    .action(run(context, async (output, command) => change(output, command, { enabled: false })))
  keys
    .command('rotate <id>')
    .description('give a key a new secret; the old one stops working')
    .action(
      run(context, async (output, command) => {
        const issued = await clientOf(command, context).send('POST', `/live/keys/${encodeURIComponent(command.args[0] ?? '')}/rotate`)
        output.result(issued, () => issuedText(issued))
      }),
    )
  keys
    .command('revoke <id>')
    .description('revoke a key; this cannot be undone')
    .action(
      run(context, async (output, command) => {
        const answer = await clientOf(command, context).send('DELETE', `/live/keys/${encodeURIComponent(command.args[0] ?? '')}`)
        output.result(answer ?? { revoked: command.args[0] }, () => `Key ${command.args[0]} is revoked.`)
      }),
    )

  async function change(output: Parameters<Parameters<typeof run>[1]>[0], command: Command, changes: object): Promise<void> {
    const key = await clientOf(command, context).send('PATCH', `/live/keys/${encodeURIComponent(command.args[0] ?? '')}`, changes)
    output.result(key, () => `Key ${key.id} for stream "${key.stream}": ${key.label}, ${stateOf(key)}.`)
  }
}
