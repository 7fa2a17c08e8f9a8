import type { Command } from 'commander'
import { Option } from 'commander'
import type { Answer, Item } from '../../api/index.ts'
import { AppError } from '../../platform/errors.ts'
import { table } from '../output.ts'
import { type CommandContext, clientOf, run } from './context.ts'
import { type AccessFlags, acceptHostKey, accessFrom, addAccessFlags, readTarget } from './network-access.ts'
import { addCloudCommands } from './network-cloud.ts'
import { addDnsCommands } from './network-dns.ts'
import { addFleetCommands } from './network-fleet.ts'
import { type JobAnswer, runJob } from './network-job.ts'
import { addRoutingCommands } from './network-routing.ts'
import type { TypedClient } from './typed-client.ts'

type Node = Item<'/network/nodes'>

type Machine = Item<'/network/machines'>

type SignInLink = Answer<'POST', '/network/machines/sign-in-link'>

type Report = Answer<'POST', '/network/machines/check'>

interface AddFlags extends AccessFlags {
  readonly role: 'edge' | 'origin'
  readonly acmeNames?: string
  readonly acmeEmail?: string
  readonly rtmpPort: string
  readonly rtmpsPort: string
  readonly srtPort: string
  readonly webrtcPort: string
  readonly name?: string
  readonly origin?: string
  readonly bind: string
  readonly httpPort: string
  readonly httpsPort: string
  readonly cache?: boolean
  readonly cacheSize: string
  readonly check?: boolean
}

const marks = { ok: 'ok   ', warn: 'note ', fail: 'FAIL ' }

const reportText = ({ findings, suitable, steps }: Report): string =>
  [
    ...findings.map(({ state, text, remedy }) => `${marks[state]} ${text}${remedy === '' ? '' : `. ${remedy}`}`),
    '',
    suitable ? `What will be done: ${steps.join(', ')}` : 'It cannot be set up there as it is.',
  ].join('\n')

/** `streams network`: nodes that deliver the host's streams, set up on other machines over SSH. */
export function addNetworkCommands(program: Command, context: CommandContext): void {
  const network = program
    .command('network')
    .description('nodes that deliver the streams of this host elsewhere')
    .addHelpText(
      'after',
      `
Examples:
  streams network add root@203.0.113.7 --key ~/.ssh/id_ed25519
  streams network add operator@edge.example.com --ask-password --cache --check
  streams network add root@live.example.com --role origin --http-port 80 --https-port 443 --acme-names live.example.com
  streams network list
  streams network url Berlin https://berlin.example.com
  streams network routing on
  streams network drain Berlin
  streams network group set south south.yaml --first 1
  streams network log --group south --level warn
  streams network drift
  streams network remove edge.example.com --key ~/.ssh/id_ed25519`,
    )
  network
    .command('list')
    .description('all nodes')
    .action(
      run(context, async (output, command) => {
        const client = clientOf(command, context)
        const [nodes, machines] = [await client.get('/network/nodes'), await client.get('/network/machines')]
        const machineOf = ({ id }: Node): string => machines.items.find(({ nodeId }) => nodeId === id)?.host ?? ''
        const state = ({ enabled, connected, draining }: Node): string =>
          !enabled ? 'disabled' : !connected ? 'away' : draining ? 'draining' : 'connected'
        output.result(nodes, () =>
          table(
            ['ID', 'NAME', 'STATE', 'GROUP', 'LABELS', 'IP ADDRESS', 'VERSION', 'MACHINE'],
            nodes.items.map((node) => [
              ...[node.id, node.name, state(node), node.group ?? '', node.labels.join(' ')],
              ...[node.remoteAddress ?? '', node.version ?? '', machineOf(node)],
            ]),
          ),
        )
      }),
    )
  const add = addAccessFlags(network.command('add <user@host>'))
    .description('set a node or a host up on a machine over SSH, or repair the one that is there')
    .addOption(
      new Option('--role <role>', '"edge": a node of this host; "origin": a host of its own').choices(['edge', 'origin']).default('edge'),
    )
    .option('--name <name>', 'what the node is called (default: the host)')
  addNodeFlags(add)
    .option('--rtmp-port <port>', 'of a host, or "off"', '1935')
    .option('--rtmps-port <port>', 'of a host, or "off"', '1936')
    .option('--srt-port <port>', 'of a host, or "off"', '8890')
    .option('--webrtc-port <port>', 'of a host, or "off"', '8189')
    .option('--check', 'say what is there and what would be done, and do nothing')
    .action(
      run(context, async (output, command) => {
        const client = clientOf(command, context)
        const flags = command.optsWithGlobals() as AddFlags
        const target = readTarget(command.args[0] ?? '')
        const access = { ...target, ...(await acceptHostKey(client, target, flags, output)), ...(await accessFrom(flags, context)) }
        const body = {
          ...access,
          ...wishOf(flags),
          role: flags.role,
          ...(flags.role === 'edge'
            ? {}
            : {
                rtmpPort: readPortOrOff('--rtmp-port', flags.rtmpPort),
                rtmpsPort: readPortOrOff('--rtmps-port', flags.rtmpsPort),
                srtPort: readPortOrOff('--srt-port', flags.srtPort),
                webrtcPort: readPortOrOff('--webrtc-port', flags.webrtcPort),
              }),
        }
        if (flags.check === true) {
          const report = await client.send('POST', '/network/machines/check', body)
          output.result(report, () => reportText(report))
          return
        }
        const job = await runJob(client, '/network/machines/set-up', body, context, output)
        if (flags.role === 'edge') {
          output.result(job, () => `The node ${job.nodeId} is connected after ${seconds(job)} s.`)
          return
        }
        const link = await client.send('POST', '/network/machines/sign-in-link', access)
        output.result({ ...job, signIn: link }, () => `The host ${job.hostUrl} answers after ${seconds(job)} s.\n${linkText(link)}`)
      }),
    )
  const userData = network
    .command('user-data <name>')
    .description('print user data for cloud-init, with which one new machine of a cloud becomes a node of this name; nobody signs in there')
  addNodeFlags(userData)
    .option('--hours <hours>', 'how long it can be used, once', '24')
    .action(
      run(context, async (output, command) => {
        const flags = command.optsWithGlobals() as AddFlags & { readonly hours: string }
        if (!/^\d{1,3}$/.test(flags.hours)) throw new AppError('command.invalid', `--hours: ${JSON.stringify(flags.hours)} is not a number`)
        const made = await clientOf(command, context).send('POST', '/network/machines/user-data', {
          ...wishOf(flags),
          name: command.args[0] ?? '',
          expiresInS: Number(flags.hours) * 3600,
        })
        output.result(made, () => made.userData)
      }),
    )
  addAccessFlags(network.command('remove <node>'))
    .description('remove a node, and from its machine everything that was made for it; <node> is its id, its name or its host')
    .addOption(
      new Option('--role <role>', '"edge": the node; "origin": the host that was set up there, by its host')
        .choices(['edge', 'origin'])
        .default('edge'),
    )
    .option('--delete-data', 'needed for a host: its streams, keys, recordings and settings are deleted')
    .action(
      run(context, async (output, command) => {
        const client = clientOf(command, context)
        const flags = command.optsWithGlobals() as AccessFlags & { readonly role: 'edge' | 'origin'; readonly deleteData?: boolean }
        const { host, port, user } = await findMachine(client, command.args[0] ?? '', flags.role)
        const target = { host, port, user }
        const access = { ...target, ...(await acceptHostKey(client, target, flags, output)), ...(await accessFrom(flags, context)) }
        const job = await runJob(
          client,
          '/network/machines/remove',
          { ...access, role: flags.role, deleteData: flags.deleteData === true },
          context,
          output,
        )
        output.result(job, () => `The ${flags.role === 'edge' ? 'node' : 'host'} on ${host} is removed after ${seconds(job)} s.`)
      }),
    )
  addAccessFlags(network.command('sign-in <host>'))
    .description('print a link that signs in once, as admin, on a host that was set up over SSH')
    .action(
      run(context, async (output, command) => {
        const client = clientOf(command, context)
        const flags = command.optsWithGlobals() as AccessFlags
        const { host, port, user } = await findMachine(client, command.args[0] ?? '', 'origin')
        const target = { host, port, user }
        const access = { ...target, ...(await acceptHostKey(client, target, flags, output)), ...(await accessFrom(flags, context)) }
        const link = await client.send('POST', '/network/machines/sign-in-link', access)
        output.result(link, () => linkText(link))
      }),
    )
  network
    .command('unpin <host>')
    .description('delete the host key by which a machine is known, after it was installed again; nothing is done on the machine')
    .action(
      run(context, async (output, command) => {
        const { host, port } = readTarget(`root@${(command.args[0] ?? '').replace(/^.*@/, '')}`)
        await clientOf(command, context).send('DELETE', `/network/machines/${encodeURIComponent(host)}/${port}`)
        output.result({ host, port }, () => `The key of ${host} is deleted.`)
      }),
    )
  addRoutingCommands(network, context)
  addDnsCommands(network, context)
  addFleetCommands(network, context)
  addCloudCommands(network, context)
}

const seconds = ({ startedAt, endedAt }: JobAnswer): string =>
  ((Date.parse(endedAt ?? startedAt) - Date.parse(startedAt)) / 1000).toFixed(1)

const linkText = ({ url, fingerprint }: SignInLink): string =>
  [
    'Sign in once within ten minutes:',
    '',
    `  ${url}`,
    ...(fingerprint === null
      ? []
      : ['', 'The certificate is self-made, so the browser asks once. Its SHA-256 fingerprint:', `  ${fingerprint}`]),
  ].join('\n')

/** Adds the options of how a machine is to be a node. */
const addNodeFlags = (command: Command): Command =>
  command
    .option('--origin <url>', 'URL of this host as the machine reaches it (default: the one that this host is used by)')
    .option('--bind <ip>', 'IP address that viewers connect to', '0.0.0.0')
    .option('--http-port <port>', 'port for viewers', '8080')
    .option('--https-port <port>', 'port for viewers over TLS, or "off"', '8443')
    .option('--cache', 'with nginx in front and a cache; nginx is installed where it is missing')
    .option('--cache-size <size>', 'share of the disk for the cache', '10G')
    .option('--acme-names <names>', 'order a certificate for these names from an ACME authority; accepts its terms of service')
    .option('--acme-email <email>', 'where the authority writes to')

/** What a machine is to be. Throws `command.invalid`. */
const wishOf = (flags: Omit<AddFlags, 'role' | 'rtmpPort' | 'rtmpsPort' | 'srtPort' | 'webrtcPort'>) => ({
  ...(flags.name === undefined ? {} : { name: flags.name }),
  ...(flags.origin === undefined ? {} : { origin: flags.origin }),
  bind: flags.bind,
  httpPort: readPort('--http-port', flags.httpPort),
  httpsPort: readPortOrOff('--https-port', flags.httpsPort),
  acmeNames: flags.acmeNames ?? '',
  acmeEmail: flags.acmeEmail ?? '',
  cache: flags.cache === true,
  cacheSize: flags.cacheSize,
})

const readPortOrOff = (flag: string, text: string): number | 'off' => (text === 'off' ? 'off' : readPort(flag, text))

function readPort(flag: string, text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0
  if (port < 1 || port > 65_535) throw new AppError('command.invalid', `${flag}: ${JSON.stringify(text)} is not a port`)
  return port
}

async function findMachine(client: TypedClient, text: string, role: 'edge' | 'origin' = 'edge'): Promise<Machine> {
  const { items: machines } = await client.get('/network/machines')
  if (role === 'origin') {
    const host = text.replace(/^.*@/, '')
    const found = machines.find((machine) => machine.hostUrl !== null && [machine.host, machine.hostUrl].includes(host))
    if (found === undefined) throw new AppError('network.machine_unknown', `This host has set up no host on "${text}"`)
    return found
  }
  const { items: nodes } = await client.get('/network/nodes')
  const ids = nodes.filter(({ id, name }) => id === text || name === text).map(({ id }) => id)
  const found = machines.filter(
    ({ host, nodeId, hostUrl }) => (host === text && (nodeId !== null || hostUrl === null)) || (nodeId !== null && ids.includes(nodeId)),
  )
  if (found.length === 1) return found[0] as Machine
  if (found.length > 1)
    throw new AppError('command.invalid', `Several machines are called "${text}": name one by its host or the id of its node`)
  throw new AppError('network.node_not_found', `No node that was set up over SSH is called "${text}"`)
}
