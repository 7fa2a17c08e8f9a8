import type { Command } from 'commander'
import type { Answer, Item } from '../../api/index.ts'
import { AppError } from '../../platform/errors.ts'
import { printable, table } from '../output.ts'
import { type CommandContext, clientOf, run } from './context.ts'
import { readObject, readText } from './read-file.ts'
import { askSecret } from './terminal.ts'
import type { TypedClient } from './typed-client.ts'

type Machine = Item<'/network/cloud-machines'>

type Machines = Answer<'GET', '/network/cloud-machines'>

type Scaling = Answer<'GET', '/network/scaling'>

/** `streams network provider`, `machine` and `scaling`: machines for rent that become nodes. */
export function addCloudCommands(network: Command, context: CommandContext): void {
  addProviderCommands(
    network.command('provider').description('providers of machines for rent: your own programs, or Hetzner Cloud'),
    context,
  )
  addMachineCommands(network.command('machine').description('machines of providers, which become nodes at their first boot'), context)
  addScalingCommands(
    network.command('scaling').description('machines that are ordered while nodes are busy, and destroyed when idle'),
    context,
  )
}

function addProviderCommands(provider: Command, context: CommandContext): void {
  provider
    .command('list', { isDefault: true })
    .description('all providers')
    .action(
      run(context, async (output, command) => {
        const shown = await clientOf(command, context).get('/network/providers')
        output.result(shown, () =>
          table(
            ['NAME', 'KIND', 'MACHINES', 'AN HOUR'],
            shown.items.map(({ name, kind, program, machines, maxMachines, perHour, maxPerHour }) => [
              ...[name, program ?? kind, `${machines} of ${maxMachines}`, `${perHour.toFixed(4)} of ${maxPerHour}`],
            ]),
          ),
        )
      }),
    )
  provider
    .command('set <name>')
    .description('set a provider up or change it: give --program, or --hetzner')
    .option('--program <file>', 'name of a program in the folder "providers" of the data folder of the host')
    .option('--hetzner', 'Hetzner Cloud; its token is asked for, and kept encrypted')
    .option('--token-file <file>', 'the token in a file; "-" is standard input')
    .option('--keep-token', 'keep the token that the host has')
    .option('--max-machines <count>', 'this host never has more machines there', '5')
    .requiredOption('--max-per-hour <amount>', 'budget: what all of them may cost together an hour')
    .action(
      run(context, async (output, command) => {
        const flags = command.opts<{
          readonly program?: string
          readonly hetzner?: boolean
          readonly tokenFile?: string
          readonly keepToken?: boolean
          readonly maxMachines: string
          readonly maxPerHour: string
        }>()
        if ((flags.program === undefined) === (flags.hetzner === undefined))
          throw new AppError('command.invalid', 'Give either --program or --hetzner')
        const limits = {
          maxMachines: amount('--max-machines', flags.maxMachines),
          maxPerHour: amount('--max-per-hour', flags.maxPerHour),
        }
        const body =
          flags.program !== undefined
            ? { kind: 'command', program: flags.program, ...limits }
            : { kind: 'hetzner', ...(await tokenFrom(flags)), ...limits }
        const set = await clientOf(command, context).send('PUT', `/network/providers/${encodeURIComponent(command.args[0] ?? '')}`, body)
        output.result(set, () => `The provider ${set.name} answers.`)
      }),
    )
  provider
    .command('offers <name>')
    .description('regions, sizes and prices')
    .action(
      run(context, async (output, command) => {
        const offers = await clientOf(command, context).get(`/network/providers/${encodeURIComponent(command.args[0] ?? '')}/offers`)
        output.result(offers, () =>
          table(
            ['SIZE', 'KIND', 'CPUS', 'MEMORY', `${offers.currency} AN HOUR`],
            offers.sizes.map(({ name, architecture, cpus, memoryMb, prices }) => [
              ...[name, architecture, String(cpus), `${memoryMb} MiB`],
              printable(prices.map(({ region, perHour }) => `${region} ${perHour}`).join(', ')),
            ]),
          ),
        )
      }),
    )
  provider
    .command('remove <name>')
    .description('delete a provider with its token, once it has no machines of this host')
    .action(
      run(context, async (output, command) => {
        const [name = ''] = command.args
        await clientOf(command, context).send('DELETE', `/network/providers/${encodeURIComponent(name)}`)
        output.result({ name }, () => `The provider ${name} is deleted.`)
      }),
    )
}

function addMachineCommands(machine: Command, context: CommandContext): void {
  machine
    .command('list', { isDefault: true })
    .description('machines that this host has ordered, and those with its label that it does not know')
    .option('--compare', 'ask all providers first')
    .action(
      run(context, async (output, command) => {
        const client = clientOf(command, context)
        const all = command.opts<{ compare?: boolean }>().compare
          ? await client.send('POST', '/network/cloud-machines/compare')
          : await client.get('/network/cloud-machines')
        output.result(all, () => describeMachines(all))
      }),
    )
  machine
    .command('order <provider> <size> <region>')
    .description('order a machine, which becomes a node; it costs money from then on')
    .option('--origin <url>', 'URL of this host as the machine reaches it (default: the one that this host is used by)')
    .option(
      '--public-url <pattern>',
      'URL that viewers reach it by, with {ip}, {ip-dashes} or {name}; without it viewers are not sent there',
      '',
    )
    .option('--http-port <port>', 'port for viewers', '80')
    .option('--https-port <port>', 'port for viewers over TLS, or "off"', '443')
    .option('--cache', 'with nginx in front and a cache')
    .option('--cache-size <size>', 'share of the disk for the cache', '10G')
    .option('--group <name>', 'group that its configuration comes from')
    .action(
      run(context, async (output, command) => {
        const flags = command.opts<Readonly<Record<string, string | boolean | undefined>>>()
        const [provider, size, region] = command.args
        const ordered = await clientOf(command, context).send('POST', '/network/cloud-machines', {
          ...{ provider, size, region, publicUrl: flags.publicUrl, cache: flags.cache === true, cacheSize: flags.cacheSize },
          ...{ httpPort: Number(flags.httpPort), group: flags.group ?? null },
          httpsPort: flags.httpsPort === 'off' ? 'off' : Number(flags.httpsPort),
          ...(flags.origin === undefined ? {} : { origin: flags.origin }),
        })
        output.result(ordered, () => `${ordered.name} is ordered for ${ordered.perHour} ${ordered.currency} an hour.`)
      }),
    )
  machine
    .command('destroy <machine>')
    .description('have players move, destroy a machine at its provider and revoke its node; <machine> is its name or its id')
    .option('--drain <seconds>', 'how long players get to move', '30')
    .option('--unlist', 'only remove one that failed from the list, where its provider will never answer again')
    .action(
      run(context, async (output, command) => {
        const client = clientOf(command, context)
        const [text = ''] = command.args
        const { id, name } = await findMachine(client, text)
        const { drain, unlist = false } = command.opts<{ drain: string; unlist?: boolean }>()
        const gone = await client.send('POST', `/network/cloud-machines/${id}/destroy`, {
          drainS: amount('--drain', drain),
          unlist,
        })
        output.result(gone, () => (unlist ? `${name} is no longer in the list.` : `${name} is being destroyed.`))
      }),
    )
  machine
    .command('destroy-unknown <provider> <id>')
    .description('destroy a machine with the label of this host that it does not know')
    .action(
      run(context, async (output, command) => {
        const [provider, providerId] = command.args
        await clientOf(command, context).send('POST', '/network/cloud-machines/destroy-unknown', { provider, providerId })
        output.result({ provider, providerId }, () => `${providerId} is destroyed.`)
      }),
    )
}

function addScalingCommands(scaling: Command, context: CommandContext): void {
  scaling
    .command('show', { isDefault: true })
    .description('show load, settings and what was decided')
    .action(
      run(context, async (output, command) => {
        const state = await clientOf(command, context).get('/network/scaling')
        output.result(state, () => describeScaling(state))
      }),
    )
  const change = async (command: Command, changes: object): Promise<Scaling> => {
    const client = clientOf(command, context)
    const { settings } = await client.get('/network/scaling')
    return client.send('PUT', '/network/scaling', { ...settings, ...changes })
  }
  for (const [name, description, changes] of [
    ['on', 'order and destroy machines by load', { enabled: true, dryRun: false }],
    ['dry-run', 'decide, show what would be done, and do nothing', { enabled: true, dryRun: true }],
    ['off', 'decide nothing; machines stay', { enabled: false }],
  ] as const)
    scaling
      .command(name)
      .description(description)
      .action(
        run(context, async (output, command) => {
          const state = await change(command, changes)
          output.result(state, () => describeScaling(state))
        }),
      )
  scaling
    .command('set <file>')
    .description('change settings: fields of PUT /api/v1/network/scaling as JSON; fields that the file has not are unchanged')
    .action(
      run(context, async (output, command) => {
        const state = await change(command, readObject(command.args[0] ?? ''))
        output.result(state, () => describeScaling(state))
      }),
    )
}

const describeMachines = ({ items, unknown }: Machines): string =>
  [
    table(
      ['NAME', 'STATE', 'PROVIDER', 'SIZE', 'REGION', 'AN HOUR', 'IP ADDRESS', 'ERROR'],
      items.map(({ name, state, provider, size, region, perHour, currency, addresses, error }) => [
        ...[name, state, provider, size, region, `${perHour} ${currency}`, addresses[0] ?? '', printable(error?.message ?? '')],
      ]),
    ),
    ...unknown.map(({ provider, providerId, name }) =>
      printable(
        `Not known: ${name} (${providerId}) at ${provider}. "streams network machine destroy-unknown ${provider} ${providerId}" destroys it.`,
      ),
    ),
  ].join('\n')

function describeScaling({ settings, nodes, waiting, loadPercent, decisions }: Scaling): string {
  const state = !settings.enabled ? 'off' : settings.dryRun ? 'dry run' : 'on'
  return [
    `Scaling is ${state}: ${nodes} nodes serve viewers at ${loadPercent} % load, ${waiting} machines come; ${settings.floor} to ${settings.ceiling} nodes.`,
    ...decisions.map(({ at, action, why, count, machine, nodes: then, loadPercent: load, dryRun, error }) =>
      printable(
        `${at} ${action}${machine === null ? (count > 0 ? ` ${count}` : '') : ` ${machine}`}: ${why}, ${then} nodes at ${load} %${dryRun ? ' (dry run)' : ''}${error === null ? '' : `. ${error.message}`}`,
      ),
    ),
  ].join('\n')
}

async function findMachine(client: TypedClient, text: string): Promise<Machine> {
  const { items } = await client.get('/network/cloud-machines')
  const found = items.find(({ id, name }) => id === text || name === text)
  if (found === undefined) throw new AppError('network.cloud_machine_not_found', `No machine is called "${text}"`)
  return found
}

async function tokenFrom({
  tokenFile,
  keepToken,
}: {
  readonly tokenFile?: string
  readonly keepToken?: boolean
}): Promise<{ token?: string }> {
  if (keepToken === true) return {}
  if (tokenFile === undefined) return { token: await askSecret('Token of the API: ') }
  return { token: readText(tokenFile).trim() }
}

function amount(flag: string, text: string): number {
  if (!/^\d{1,6}(\.\d{1,6})?$/.test(text)) throw new AppError('command.invalid', `${flag}: ${JSON.stringify(text)} is not a number`)
  return Number(text)
}
