import { existsSync } from 'node:fs'
import { type Command, Option } from 'commander'
import { lockDataFolder } from '../../platform/identity/data-lock.ts'
import { type ListenerHandover, openListenerHandover } from '../../platform/service-manager/listener-handover.ts'
import { notifierAt, openNotifier } from '../../platform/service-manager/notifier.ts'
import { createLogTail } from '../../platform/telemetry/log-tail.ts'
import type { Config } from '../config.ts'
import { followOptions } from '../follow-options.ts'
import type { Output } from '../output.ts'
import type { RunningHost, StopCause } from '../running-host.ts'
import { followSupervisor } from '../supervisor/follow-supervisor.ts'
import type { HostPorts } from '../supervisor/messages.ts'
import type { HostDependencies } from '../wiring.ts'
import { addConfigFlags, type CommandContext, configOf, optionFileOf, run } from './context.ts'

/** What a command adds to the host that it starts. */
export interface HostStart extends Pick<HostDependencies, 'collection' | 'onListening'> {
  /** The data folder is this process's: the host starts once this is done. */
  readonly onOwned?: () => Promise<void> | void
}

/** Loading the parts is half of a start: a window that opens meanwhile need not wait for them, and other commands do without. */
const loadHost = () => Promise.all([import('../wiring.ts'), import('../../platform/telemetry/logger.ts')])

/** Starts a host with the command's options, tells that it is ready, and stays until it is asked to end, by the user or by `end`. `whenReady` may answer what to do at the end. */
export async function runHost(
  command: Command,
  context: CommandContext,
  output: Output,
  whenReady?: (host: RunningHost, end: () => void) => Promise<(() => void) | undefined>,
  { onOwned, ...more }: HostStart = {},
): Promise<void> {
  const first = configOf(command, context)
  const { config: given, sources } = first
  const { supervisor } = context
  const ended = Promise.withResolvers<StopCause>()
  /** Where the host that takes over from this one waits for its listening sockets. */
  let successor: string | undefined
  if (supervisor?.standby) await loadHost()
  const { restart, sockets } = await followSupervisor(supervisor, {
    onHandOver: (path) => {
      successor = path
      ended.resolve('system')
    },
    onLost: () => ended.resolve('system'),
  })
  const wanted = restart === undefined ? given : withPorts(given, restart.ports)
  const releaseData = lockDataFolder(wanted.data)
  if (restart === undefined) await onOwned?.()
  const [{ startHost }, { createLogger }] = await loadHost()
  // On a terminal the lines would hide the URLs; a program or a log file needs them.
  const onTerminal = supervisor?.stderrIsTerminal ?? process.stderr.isTTY
  const level = !output.json && wanted.logFile === '' && sources.get('logLevel') === 'default' && onTerminal ? 'warn' : wanted.logLevel
  const tail = createLogTail()
  const logger = createLogger({ level, tail, ...(wanted.logFile === '' ? {} : { file: wanted.logFile }) })
  const logFailure = (error: Error, origin: string): void => {
    logger.error({ err: error, origin }, 'the host failed')
    logger.flush()
  }
  // What went wrong without ending anything but its own round or connection.
  const logWarning = (warning: Error): void => logger.warn({ err: warning }, 'a fault was contained')
  process.on('uncaughtExceptionMonitor', logFailure)
  process.on('warning', logWarning)
  const notifier = openNotifier(context.serviceManager ?? {}, (error) => logger.warn({ err: error }, 'the service manager is not notified'))
  const listeners = openListenerHandover(sockets, wantedListeners(wanted), notifier)
  const config: Config = { ...wanted, ...portOptions(listeners.ports) }
  if (listeners.released.length > 0) supervisor?.send({ kind: 'release', sockets: listeners.released })
  // A host that is started again goes on with what was open last: the file that it was started with is older.
  const host = await startHost({
    config,
    sources,
    logger,
    tail,
    listeners,
    releaseData,
    ...(restart === undefined ? more : { restartedAfter: restart.cause }),
  })
  const path = optionFileOf(command, given.data)
  // a host without one has nothing to look at
  const stopFollowing = existsSync(path)
    ? followOptions({ path, first, read: () => configOf(command, context), use: (changed) => host.configure(changed.config), log: logger })
    : () => undefined
  const stopped = Promise.race([context.untilStopped(), ended.promise])
  let by: StopCause = 'system'
  let leave: (() => void) | undefined
  const stopBeating = notifier?.beat()
  try {
    const { version, dataDir, httpPort, httpsPort, rtmpPort, rtmpsPort, srtPort } = host.ready
    supervisor?.send({ kind: 'ready', version, dataDir, ports: { httpPort, httpsPort, rtmpPort, rtmpsPort, srtPort } })
    notifier?.send(['READY=1', `STATUS=${host.ready.url}`])
    // A journal has the log's lines, and is read by others: no sign-in link is for it.
    const inJournal = context.environment.INVOCATION_ID !== undefined && !onTerminal
    if (output.json || (restart === undefined && !inJournal)) output.result(host.ready, () => readyText(host))
    leave = await whenReady?.(host, () => ended.resolve('person'))
    by = await stopped
  } finally {
    supervisor?.send({ kind: 'ending' })
    // The service goes on with another host, or ends. Whether it is stopped or restarted is not known here: the service manager closes
    // what it need not keep.
    if (successor === undefined) notifier?.send(['STOPPING=1'])
    leave?.()
    stopFollowing()
    const keeper =
      successor === undefined ? notifier : notifierAt(successor, (error) => logger.warn({ err: error }, 'no socket is passed on'))
    const goesOn = by === 'system' && keeper !== undefined
    if (goesOn) listeners.keep(listening(host.ready), keeper)
    await host.stop(by, goesOn)
    stopBeating?.()
    process.off('uncaughtExceptionMonitor', logFailure)
    process.off('warning', logWarning)
  }
}

function wantedListeners({ bind, httpPort, httpsPort, rtmpPort, rtmpsPort, srtPort }: Config): Parameters<typeof openListenerHandover>[1] {
  return { bind, ports: { http: httpPort, https: httpsPort, rtmp: rtmpPort, rtmps: rtmpsPort, srt: srtPort } }
}

const portOptions = (ports: ListenerHandover['ports']): Partial<Record<keyof HostPorts, number>> =>
  Object.fromEntries(Object.entries(ports).map(([name, port]) => [`${name}Port`, port]))

const listening = ({ httpPort, httpsPort, rtmpPort, rtmpsPort, srtPort }: HostPorts): Parameters<ListenerHandover['keep']>[0] => ({
  http: httpPort,
  https: httpsPort,
  rtmp: rtmpPort,
  rtmps: rtmpsPort,
  srt: srtPort,
})

/** Ports that the system chose stay what they were: encoders and players know them. */
function withPorts(config: Config, ports: HostPorts): Config {
  const kept = Object.entries(ports).filter(([name, port]) => port !== null && config[name as keyof HostPorts] === 0)
  return { ...config, ...Object.fromEntries(kept) }
}

function readyText({ ready, signInRequired, unknownCertificate }: RunningHost): string {
  const lines = [`AMI Streams ${ready.version} is ready (${ready.startupMs} ms).`, '', `  Page     ${ready.url}`]
  if (ready.httpsUrl) lines.push(`           ${ready.httpsUrl}  (HTTP/2)`)
  lines.push(`  Publish  ${ready.rtmpUrl}`)
  if (ready.rtmpsUrl) lines.push(`           ${ready.rtmpsUrl}`)
  if (ready.srtUrl) lines.push(`           ${ready.srtUrl}`)
  lines.push(`  Data     ${ready.dataDir}`, '')
  if (signInRequired && unknownCertificate !== undefined)
    lines.push('The certificate is self-made, so the browser asks once. Its SHA-256 fingerprint:', `  ${unknownCertificate}`)
  lines.push(signInRequired ? `Sign in once within ten minutes: ${ready.signInUrl}` : 'No sign-in is needed on this machine.')
  lines.push(
    '',
    'Next:  streams demo                 a test stream to look at',
    '       streams keys create NAME    a key for OBS or ffmpeg',
    'Ctrl+C stops.',
  )
  return lines.join('\n')
}

export function addHostCommand(program: Command, context: CommandContext): void {
  addConfigFlags(program.command('host'))
    .description('run the host without a window')
    // Started by the desktop shell with Electron, which shows the windows and ends it.
    .addOption(new Option('--for-shell').hideHelp())
    .addHelpText(
      'after',
      `
Every option can also be set in the environment (STREAMS_HTTP_PORT) or in the option file ("httpPort"); flags win.

Examples:
  streams host                                  on this machine alone, usual ports
  streams host --bind 0.0.0.0                   for the network; sign-in is then required
  streams host --data ./d --http-port 0 --rtmp-port 0 --https-port off --rtmps-port off --srt-port off --json`,
    )
    .action(
      run(context, (output, command) => {
        const { forShell = false } = command.opts<{ forShell?: boolean }>()
        return runHost(command, context, output, async ({ shells }, end) => {
          if (forShell) shells.endWithShell(end)
          return undefined
        })
      }),
    )
}
