import type { Command } from 'commander'
import type { Answer } from '../../api/index.ts'
import { type CommandContext, clientOf, run } from './context.ts'
import { readObject } from './read-file.ts'

type State = Answer<'GET', '/network/dns'>

/** `streams network dns`: the zone that names the nearest node to viewers. */
export function addDnsCommands(network: Command, context: CommandContext): void {
  const dns = network.command('dns').description('the zone that names the nearest node to viewers, answered by Knot')
  dns
    .command('show', { isDefault: true })
    .description('show the zone, and which nodes are in its answers')
    .action(
      run(context, async (output, command) => {
        const state = await clientOf(command, context).get('/network/dns')
        output.result(state, () => describe(state))
      }),
    )
  dns
    .command('set <file>')
    .description('change settings: fields of PUT /api/v1/network/dns as JSON; fields that the file has not are unchanged')
    .action(
      run(context, async (output, command) => {
        const client = clientOf(command, context)
        const { settings } = await client.get('/network/dns')
        const state = await client.send('PUT', '/network/dns', { ...settings, ...readObject(command.args[0] ?? '') })
        output.result(state, () => describe(state))
      }),
    )
  for (const [name, enabled] of [
    ['on', true],
    ['off', false],
  ] as const)
    dns
      .command(name)
      .description(enabled ? 'answer for the zone' : 'end Knot')
      .action(
        run(context, async (output, command) => {
          const client = clientOf(command, context)
          const { settings } = await client.get('/network/dns')
          const state = await client.send('PUT', '/network/dns', { ...settings, enabled })
          output.result(state, () => describe(state))
        }),
      )
  dns
    .command('secondary')
    .description('print knot.conf of a secondary name server, with the TSIG key')
    .action(
      run(context, async (output, command) => {
        const made = await clientOf(command, context).get('/network/dns/secondary')
        output.result(made, () => made.configuration)
      }),
    )
}

function describe({ settings, running, problem, serving, left, ds }: State): string {
  if (!settings.enabled) return 'DNS is off. "streams network dns on" starts it.'
  return [
    `${settings.name}.${settings.zone}: ${running ? 'Knot answers' : 'Knot does not run'}${problem === null ? '' : `; ${problem}`}`,
    ...serving.map(({ name, addresses }) => `  ${name}: ${addresses.join(', ')}`),
    ...left.map(({ name, why }) => `  ${name}: not in answers. ${why}`),
    ...ds,
  ].join('\n')
}
