import type { Command } from 'commander'
import type { Answer } from '../../api/index.ts'
import { AppError, type ErrorCode, isErrorCode } from '../../platform/errors.ts'
import { type Output, printable, table } from '../output.ts'
import { type CommandContext, clientOf, run } from './context.ts'
import { type AccessFlags, accessFrom, addSignInFlags } from './network-access.ts'
import { findNode } from './network-routing.ts'
import { readText } from './read-file.ts'
import type { TypedClient } from './typed-client.ts'

type Rollout = Answer<'GET', '/network/rollouts/ID'>

type Preview = Answer<'POST', '/network/groups/NAME/preview'>

interface StageFlags {
  readonly first: string
  readonly atOnce: string
  readonly watch: string
}

/** Options of changes that come to some nodes first. */
export function addStageFlags(command: Command): Command {
  return command
    .option('--first <count>', 'nodes that are changed first', '1')
    .option('--at-once <count>', 'nodes that are changed together after that', '5')
    .option('--watch <seconds>', 'how long nodes have to be well before the next are changed', '10')
}

/** Throws `command.invalid`. */
export function stagesFrom({ first, atOnce, watch }: StageFlags): { first: number; atOnce: number; watchS: number } {
  return { first: wholeNumber('--first', first), atOnce: wholeNumber('--at-once', atOnce), watchS: wholeNumber('--watch', watch) }
}

function wholeNumber(flag: string, text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new AppError('command.invalid', `${flag}: ${JSON.stringify(text)} is not a number`)
  return Number(text)
}

/** `streams network assign`, `group`, `log`, `drift`, `new-key` and `delete-tokens`: several nodes at once. */
export function addFleetCommands(network: Command, context: CommandContext): void {
  network
    .command('assign <node>')
    .description('put a node into a group, or give it labels')
    .option('--group <name>', 'group that its configuration comes from')
    .option('--no-group', 'take it out of its group')
    .option('--labels <words>', 'words by which nodes are chosen, separated by commas; "" for none')
    .action(
      run(context, async (output, command) => {
        const client = clientOf(command, context)
        const { group, labels } = command.optsWithGlobals() as { readonly group?: string | boolean; readonly labels?: string }
        const { id } = await findNode(client, command.args[0] ?? '')
        const changes = {
          ...(group === false ? { group: null } : typeof group === 'string' ? { group } : {}),
          ...(labels === undefined ? {} : { labels: labels.split(',').flatMap((each) => each.trim() || []) }),
        }
        if (Object.keys(changes).length === 0) throw new AppError('command.invalid', 'Give --group, --no-group or --labels')
        const node = await client.send('PATCH', `/network/nodes/${id}`, changes)
        output.result(node, () => `${node.name}: group ${node.group ?? '(none)'}, labels ${node.labels.join(', ') || '(none)'}`)
      }),
    )
  addGroupCommands(network, context)
  addUpdateCommand(network, context)
  network
    .command('drift')
    .description('ask all nodes what they are and have, and say what differs from what it should be')
    .action(
      run(context, async (output, command) => {
        const { items } = await clientOf(command, context).get('/network/drift')
        output.result({ items }, () =>
          table(
            ['NAME', 'GROUP', 'STATE', 'DIFFERENCES'],
            items.map(({ name, group, state, reason, differences }) => [
              ...[name, group ?? '', state],
              printable(reason || differences.map(({ text }) => text).join('; ')),
            ]),
          ),
        )
      }),
    )
  network
    .command('log [node]')
    .description('print the last lines of the logs of nodes')
    .option('--group <name>', 'of the nodes of a group')
    .option('--label <word>', 'of the nodes with a label')
    .option('--lines <count>', 'lines of each node, 500 at most', '100')
    .option('--level <level>', 'debug, info, warn or error: lines of this level and above', 'info')
    .action(
      run(context, async (output, command) => {
        const client = clientOf(command, context)
        const flags = command.optsWithGlobals() as { group?: string; label?: string; lines: string; level: string }
        const [named] = command.args
        const query = new URLSearchParams({ lines: flags.lines, level: flags.level })
        if (named !== undefined) query.set('node', (await findNode(client, named)).id)
        if (typeof flags.group === 'string') query.set('group', flags.group)
        if (flags.label !== undefined) query.set('label', flags.label)
        const log = await client.get(`/network/log?${query}` as '/network/log')
        output.result(log, () =>
          [
            ...log.items.map(({ at, name, level, part, message, fields }) =>
              printable(`${at} ${name} ${level} ${part}: ${message}${fields === '' ? '' : ` ${fields}`}`),
            ),
            ...log.missing.map(({ name, reason }) => `${name}: ${reason}`),
          ].join('\n'),
        )
      }),
    )
  network
    .command('new-key [nodes...]')
    .description('have nodes make a new key in place of their own, all that are connected where none is named; viewers notice nothing')
    .action(
      run(context, async (output, command) => {
        const client = clientOf(command, context)
        const { items } = await client.get('/network/nodes')
        const named = await Promise.all(command.args.map((name) => findNode(client, name)))
        const chosen = named.length > 0 ? named : items.filter(({ connected }) => connected)
        const faults: { readonly id: string; readonly name: string; readonly error: AppError }[] = []
        for (const { id, name } of chosen)
          await client.send('POST', `/network/nodes/${id}/key`).catch((error: unknown) => {
            if (!(error instanceof AppError)) throw error
            faults.push({ id, name, error })
          })
        const done = chosen.filter(({ id }) => faults.every((fault) => fault.id !== id))
        const names = done.map(({ name }) => name).join(', ') || 'no node'
        const [first] = faults
        if (first === undefined) output.result({ nodes: done.map(({ id }) => id) }, () => `New keys: ${names}.`)
        else
          throw new AppError(
            first.error.code,
            `${faults.map(({ name, error }) => `${name}: ${error.message}`).join('; ')}. New keys: ${names}`,
          )
      }),
    )
  network
    .command('delete-tokens')
    .description('delete all join tokens that nobody has used')
    .action(
      run(context, async (output, command) => {
        const answer = await clientOf(command, context).send('DELETE', '/network/join-tokens')
        output.result(answer, () => `${answer.deleted} join tokens are deleted.`)
      }),
    )
}

function addUpdateCommand(network: Command, context: CommandContext): void {
  addStageFlags(addSignInFlags(network.command('update [nodes...]')))
    .description('update the program of nodes that were set up over SSH: each drains first; at the first failure all go back')
    .option('--group <name>', 'the nodes of a group')
    .option('--label <word>', 'the nodes with a label')
    .option('--nginx', 'nginx too, where the package manager has a newer one')
    .option('--drain <seconds>', 'how long players get to move to other nodes', '30')
    .action(
      run(context, async (output, command) => {
        const client = clientOf(command, context)
        const flags = command.optsWithGlobals() as AccessFlags &
          StageFlags & { readonly group?: string; readonly label?: string; readonly nginx?: boolean; readonly drain: string }
        const named = await Promise.all(command.args.map((name) => findNode(client, name)))
        const rollout = await client.send('POST', '/network/updates', {
          ...(named.length === 0 ? {} : { nodes: named.map(({ id }) => id) }),
          ...(flags.group === undefined ? {} : { group: flags.group }),
          ...(flags.label === undefined ? {} : { label: flags.label }),
          ...(await accessFrom(flags, context)),
          ...{ nginx: flags.nginx === true, drainS: wholeNumber('--drain', flags.drain), ...stagesFrom(flags) },
        })
        await followRollout(client, rollout, context, output)
      }),
    )
}

function addGroupCommands(network: Command, context: CommandContext): void {
  const group = network.command('group').description('groups of nodes, and what their nodes are configured with')
  group
    .command('list', { isDefault: true })
    .description('all groups')
    .action(
      run(context, async (output, command) => {
        const client = clientOf(command, context)
        const groups = await client.get('/network/groups')
        const nodes = await client.get('/network/nodes')
        output.result(groups, () =>
          table(
            ['GROUP', 'CHANGED', 'NODES'],
            groups.items.map(({ name, changedAt }) => [
              ...[name, changedAt],
              nodes.items
                .filter((node) => node.group === name)
                .map((node) => node.name)
                .join(', '),
            ]),
          ),
        )
      }),
    )
  group
    .command('show <group>')
    .description('print the configuration of a group; secrets are not shown')
    .action(
      run(context, async (output, command) => {
        const found = await clientOf(command, context).get(`/network/groups/${encodeURIComponent(command.args[0] ?? '')}`)
        output.result(found, () => found.configuration)
      }),
    )
  addStageFlags(group.command('set <group> <file>'))
    .description('bring what a file says (as edge.yaml) to the nodes of a group, some first; at the first failure all go back')
    .option('--check', 'say what would change, and change nothing')
    .action(
      run(context, async (output, command) => {
        const client = clientOf(command, context)
        const flags = command.optsWithGlobals() as StageFlags & { readonly check?: boolean }
        const [name = '', file = ''] = command.args
        const configuration = readText(file)
        const path = `/network/groups/${encodeURIComponent(name)}` as const
        if (flags.check === true) {
          const preview = await client.send('POST', `${path}/preview`, { configuration })
          output.result(preview, () => previewText(preview))
          return
        }
        const rollout = await client.send('PUT', path, { configuration, ...stagesFrom(flags) })
        await followRollout(client, rollout, context, output)
      }),
    )
  addStageFlags(group.command('rollback <group>'))
    .description('bring the former configuration to the nodes of a group')
    .action(
      run(context, async (output, command) => {
        const client = clientOf(command, context)
        const stages = stagesFrom(command.optsWithGlobals() as StageFlags)
        const path = `/network/groups/${encodeURIComponent(command.args[0] ?? '')}/rollback` as const
        await followRollout(client, await client.send('POST', path, stages), context, output)
      }),
    )
  group
    .command('remove <group>')
    .description('delete a group; its nodes use what their own files say alone')
    .action(
      run(context, async (output, command) => {
        const [name = ''] = command.args
        await clientOf(command, context).send('DELETE', `/network/groups/${encodeURIComponent(name)}`)
        output.result({ name }, () => `The group ${name} is deleted.`)
      }),
    )
}

/** Shows a rollout until it has ended; Ctrl+C cancels it. Throws what it failed with. */
export async function followRollout(client: TypedClient, started: Rollout, context: CommandContext, output: Output): Promise<void> {
  const { id } = started
  const over = new AbortController()
  const shown = new Set<string>()
  const show = (rollout: Rollout): void => {
    for (const { name, state, note } of rollout.nodes) {
      const line = `${name}: ${note === '' ? state : `${state}: ${note}`}`
      if (state === 'waiting' || shown.has(line)) continue
      shown.add(line)
      if (!output.json) context.stderr.write(`${printable(line)}\n`)
    }
    if (rollout.state !== 'running') over.abort()
  }
  const read = (): Promise<Rollout> => client.get(`/network/rollouts/${id}`)
  void context.untilStopped().then(() => client.send('POST', `/network/rollouts/${id}/cancel`).catch(() => undefined))
  await client
    .listen(
      ['network.rollout.'],
      ({ data }) => {
        if ((data as Rollout).id === id) show(data as Rollout)
      },
      over.signal,
      // It may have ended before anybody listened.
      () => void read().then(show, () => undefined),
    )
    .catch((error: unknown) => {
      if (!over.signal.aborted) throw error
    })
  const rollout = await read()
  if (rollout.state === 'done') {
    output.result(rollout, () => `Done: ${rollout.nodes.filter(({ state }) => state === 'done').length} nodes.`)
    return
  }
  const code: ErrorCode = rollout.error !== null && isErrorCode(rollout.error.code) ? rollout.error.code : 'internal'
  throw new AppError(code, rollout.error?.message)
}

const marks = { same: '  ', added: '+ ', removed: '- ' }

function previewText({ lines, changedSecrets }: Preview): string {
  if (lines.length > 0) return lines.map(({ kind, text }) => `${marks[kind]}${text}`).join('\n')
  return changedSecrets ? 'Secrets differ, which are not shown.' : 'Nothing would change.'
}
