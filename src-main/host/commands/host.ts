import { setFlagsFromString } from 'node:v8'
import type { Command } from 'commander'
import { createLogger } from '../../platform/telemetry/logger.ts'
import type { Output } from '../output.ts'
import { type HostNeeds, type RunningHost, type StopCause, startHost } from '../wiring.ts'
import { addConfigFlags, type CommandContext, configOf, run } from './context.ts'

/** Starts a host with the command's options, tells that it is ready, and stays until it is asked to end, by the user or by `end`. `whenReady` may answer what to do at the end. */
export async function runHost(
  command: Command,
  context: CommandContext,
  output: Output,
  whenReady?: (host: RunningHost, end: () => void) => Promise<(() => void) | undefined>,
  more: Pick<HostNeeds, 'collection'> = {},
): Promise<void> {
  const { config, sources } = configOf(command, context)
  // Without windows of media the host holds so little that collecting in proportion to it would be most of its work.
  if (config.packaging === 'off') setFlagsFromString('--heap-growing-percent=40')
  // On a terminal the lines would bury the addresses; a program or a log file wants them.
  const level =
    !output.json && config.logFile === '' && sources.get('logLevel') === 'default' && process.stderr.isTTY ? 'warn' : config.logLevel
  const logger = createLogger({ level, ...(config.logFile === '' ? {} : { file: config.logFile }) })
  const host = await startHost({ config, sources, logger, ...more })
  const ended = Promise.withResolvers<StopCause>()
  const stopped = Promise.race([context.untilStopped(), ended.promise])
  let by: StopCause = 'system'
  let leave: (() => void) | undefined
  try {
    output.result(host.ready, () => readyText(host))
    leave = await whenReady?.(host, () => ended.resolve('person'))
    by = await stopped
  } finally {
    leave?.()
    await host.stop(by)
  }
}

function readyText({ ready, signInRequired }: RunningHost): string {
  const lines = [`AMI Streams ${ready.version} is ready (${ready.startupMs} ms).`, '', `  Page     ${ready.url}`]
  if (ready.httpsUrl) lines.push(`           ${ready.httpsUrl}  (HTTP/2)`)
  lines.push(`  Publish  ${ready.rtmpUrl}`)
  if (ready.rtmpsUrl) lines.push(`           ${ready.rtmpsUrl}`)
  if (ready.srtUrl) lines.push(`           ${ready.srtUrl}`)
  lines.push(`  Data     ${ready.dataDir}`, '')
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
    .addHelpText(
      'after',
      `
Every option may also stand in the environment (STREAMS_HTTP_PORT) or in the option file ("httpPort"); flags win.

Examples:
  streams host                                  on this machine alone, usual ports
  streams host --bind 0.0.0.0                   for the network; sign-in is then required
  streams host --data ./d --http-port 0 --rtmp-port 0 --https-port off --rtmps-port off --srt-port off --json`,
    )
    .action(run(context, (output, command) => runHost(command, context, output)))
}
