import { resolve } from 'node:path'
import type { Command } from 'commander'
import { createLogTail } from '../../platform/telemetry/log-tail.ts'
import type { Config } from '../config.ts'
import type { EdgeReadyLine } from '../edge/edge-node.ts'
import { followSupervisor } from '../supervisor/follow-supervisor.ts'
import type { HostPorts } from '../supervisor/messages.ts'
import { addConfigFlags, type CommandContext, configOf, run } from './context.ts'

/** Options of a host that a node has too. */
const optionNames = [
  'data',
  'bind',
  'httpPort',
  'httpsPort',
  'tlsCert',
  'tlsKey',
  'acme.names',
  'acme.email',
  'acme.directory',
  'acme.dnsHook',
  'trustedProxies',
  'maxConnections',
  'perAddress.connections',
  'perAddress.waitingRequests',
  'webrtcPort',
  'webrtcEngine',
  'webrtcAddresses',
  'iceServers',
  'turn.urls',
  'turn.secret',
  'turn.lifetimeSeconds',
  'logLevel',
  'logFile',
]

export function addEdgeCommand(program: Command, context: CommandContext): void {
  // without a port of its own viewers of WebRTC are the origin's
  const file = 'edge.yaml: options, cache, other sites, rules and keys (docs/network.md)'
  addConfigFlags(program.command('edge'), optionNames, file, { webrtcPort: 'off' })
    .description('deliver the streams of a host elsewhere, close to their viewers')
    .option('--origin <url>', 'URL of that host; needed with --token')
    .option('--origin-fingerprint <sha256>', 'of the certificate of an origin that is itself a node; "ca" for a certificate of a CA')
    .option('--accept-nodes', 'other nodes may have this one as their origin')
    .option('--id <id>', 'id of the node in the list of nodes (default: the origin makes one)')
    .option('--name <name>', 'what the node is called (default: the name of the machine)')
    .option('--cache <folder>', 'keep files of the origin there, with nginx in front')
    .option('--cache-size <size>', 'share of the disk for them, e.g. 500M or 20G (default: 10G)')
    .option('--edge-file <file>', 'former name of --config')
    .addHelpText(
      'after',
      `
The page of the host, under Network, creates a join token and shows the whole command. A token is valid once; the node then has a key
of its own in its data folder, and starts without one.

Examples:
  streams edge --origin https://live.example.com:8443 --token join_… --bind 0.0.0.0
  streams edge --bind 0.0.0.0                    again, on the same data folder
  streams edge --config edge.yaml                with what that file says`,
    )
    .action(
      run(context, async (output, command) => {
        const {
          origin,
          token,
          id,
          name,
          cache: cacheFolder,
          cacheSize,
          config: configFile,
          edgeFile,
          acceptNodes,
          originFingerprint,
        } = command.optsWithGlobals() as EdgeFlags
        const { readNodeFile, readSize } = await import('../../network/index.ts')
        const path = configFile ?? edgeFile
        const file = path === undefined ? undefined : { path, optionNames, first: readNodeFile(path, optionNames) }
        const { config: given, sources } = configOf(command, context, file?.first.options)
        const { supervisor } = context
        const ended = Promise.withResolvers<void>()
        const end = (): void => ended.resolve()
        const { restart } = await followSupervisor(supervisor, { onHandOver: end, onLost: end })
        // viewers know the ports that the system chose
        const config = restart === undefined ? given : { ...given, ...chosenPorts(given, restart.ports) }
        const maxBytes = cacheSize === undefined ? undefined : readSize(cacheSize, '--cache-size')
        const folder = cacheFolder === undefined ? file?.first.cache?.folder : resolve(cacheFolder)
        const cache = folder === undefined ? undefined : { folder, maxBytes }
        const level =
          !output.json && config.logFile === '' && sources.get('logLevel') === 'default' && process.stderr.isTTY ? 'warn' : config.logLevel
        const tail = createLogTail({ maxLines: 1000, maxCharacters: 500_000 })
        const { createLogger } = await import('../../platform/telemetry/logger.ts')
        const log = createLogger({ level, tail, ...(config.logFile === '' ? {} : { file: config.logFile }) })
        const { startEdgeNode } = await import('../edge/edge-node.ts')
        const node = await startEdgeNode({
          ...{ config, cache, file, tail, log },
          relaysWebrtc: sources.get('webrtcPort') !== 'default',
          id: id ?? file?.first.id,
          name: name ?? file?.first.name,
          acceptNodes: acceptNodes ?? file?.first.acceptNodes ?? false,
          originFingerprint,
          origin: origin ?? file?.first.origin,
          token: token ?? context.environment.STREAMS_JOIN_TOKEN,
        })
        const { httpPort, httpsPort } = node.ready
        supervisor?.send({
          kind: 'ready',
          version: node.ready.version,
          dataDir: config.data,
          ports: { httpPort, httpsPort, rtmpPort: 0, rtmpsPort: null, srtPort: null },
        })
        try {
          if (restart === undefined) output.result(node.ready, () => readyText(node.ready))
          else log.warn({ cause: restart.cause }, 'the node was started again')
          await Promise.race([context.untilStopped(), ended.promise])
        } finally {
          supervisor?.send({ kind: 'ending' })
          await node.stop()
          log.flush()
        }
      }),
    )
}

interface EdgeFlags {
  readonly origin?: string
  readonly token?: string
  readonly id?: string
  readonly name?: string
  readonly cache?: string
  readonly cacheSize?: string
  readonly config?: string
  readonly edgeFile?: string
  readonly acceptNodes?: boolean
  readonly originFingerprint?: string
}

function chosenPorts({ httpPort, httpsPort }: Config, before: HostPorts): Partial<Config> {
  return {
    ...(httpPort === 0 ? { httpPort: before.httpPort } : {}),
    ...(httpsPort === 0 && before.httpsPort !== null ? { httpsPort: before.httpsPort } : {}),
  }
}

function readyText({ version, origin, url, httpsUrl }: EdgeReadyLine): string {
  const lines = [`AMI Streams ${version} delivers the streams of ${origin}.`, '', `  Viewers  ${url}`]
  if (httpsUrl) lines.push(`           ${httpsUrl}  (HTTP/2)`)
  lines.push('', 'Ctrl+C stops.')
  return lines.join('\n')
}
