import { type Command, Option } from 'commander'
import type { Item } from '../../api/index.ts'
import { AppError } from '../../platform/errors.ts'
import { type CommandContext, clientOf, run } from './context.ts'
import type { TypedClient } from './typed-client.ts'

export type RoutedNode = Item<'/network/nodes'>

/** `streams network drain`, `undrain`, `url` and `routing`: which nodes viewers are sent to. */
export function addRoutingCommands(network: Command, context: CommandContext): void {
  const change = (name: string, description: string, changes: object, done: (node: RoutedNode) => string): void => {
    network
      .command(`${name} <node>`)
      .description(description)
      .action(
        run(context, async (output, command) => {
          const client = clientOf(command, context)
          const { id } = await findNode(client, command.args[0] ?? '')
          const node = await client.send('PATCH', `/network/nodes/${id}`, changes)
          output.result(node, () => done(node))
        }),
      )
  }
  change(
    'drain',
    'send no new viewers to a node, and have players that are there move to others; <node> is its id or its name',
    { draining: true },
    ({ name }) => `${name} drains.`,
  )
  change('undrain', 'send viewers to a node again', { draining: false }, ({ name }) => `${name} gets viewers again.`)
  network
    .command('url <node> [url]')
    .description('set the URL that viewers reach a node by, e.g. https://edge.example.com; without it viewers are not sent there')
    .action(
      run(context, async (output, command) => {
        const client = clientOf(command, context)
        const { id } = await findNode(client, command.args[0] ?? '')
        const node = await client.send('PATCH', `/network/nodes/${id}`, { publicUrl: command.args[1] ?? null })
        output.result(node, () => (node.publicUrl === null ? `${node.name} has no public URL.` : `${node.name} is ${node.publicUrl}.`))
      }),
    )
  network
    .command('routing [state]')
    .description('say whether viewers are sent to nodes, or switch it "on" or "off"')
    .addOption(new Option('--shift-percent <percent>', 'load of a node from which on it gets fewer new viewers'))
    .action(
      run(context, async (output, command) => {
        const client = clientOf(command, context)
        const [state] = command.args
        const { shiftPercent } = command.optsWithGlobals() as { readonly shiftPercent?: string }
        if (state !== undefined && state !== 'on' && state !== 'off')
          throw new AppError('command.invalid', `"${state}" is neither on nor off`)
        const settings = await client.get('/network/routing')
        const wanted = {
          enabled: state === undefined ? settings.enabled : state === 'on',
          shiftPercent: shiftPercent === undefined ? settings.shiftPercent : Number(shiftPercent),
        }
        const isChange = state !== undefined || shiftPercent !== undefined
        const now = isChange ? await client.send('PUT', '/network/routing', wanted) : settings
        output.result(now, () =>
          now.enabled
            ? `Viewers are sent to nodes; above ${now.shiftPercent} % load a node gets fewer.`
            : 'Viewers are not sent to nodes. "streams network routing on" changes that.',
        )
      }),
    )
}

/** The node of that id or name. Throws `network.node_not_found`, and `command.invalid` where several have the name. */
export async function findNode(client: TypedClient, text: string): Promise<RoutedNode> {
  const { items } = await client.get('/network/nodes')
  const found = items.filter(({ id, name }) => id === text || name === text)
  if (found.length > 1) throw new AppError('command.invalid', `Several nodes are called "${text}": name one by its id`)
  const [node] = found
  if (node === undefined) throw new AppError('network.node_not_found', `No node is called "${text}"`)
  return node
}
