import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { AppError } from '../../platform/errors.ts'
import { isLoopback } from '../../platform/net/loopback.ts'
import { type CommandContext, run } from './context.ts'

interface Given {
  readonly to?: string
  readonly token?: string
  readonly tokenFile?: string
  readonly obs?: string
  readonly passwordFile?: string
  readonly plainHttp?: boolean
}

/** `streams obs`: what runs beside an OBS. */
export function addObsCommands(program: Command, context: CommandContext): void {
  const obs = program
    .command('obs')
    .description('OBS Studio')
    .addHelpText(
      'after',
      `
Examples:
  streams obs connect --to https://studio.example --token oc_...
  streams obs connect --to https://studio.example --token-file token.txt --obs 127.0.0.1:4455`,
    )
  obs
    .command('connect')
    .description('connect the OBS of this machine to a host that cannot reach it; the page of that host creates the token')
    .requiredOption('--to <url>', 'of the host')
    .option('--token-file <file>', 'file with the token, instead of --token or STREAMS_OBS_TOKEN')
    .option('--obs <host:port>', 'WebSocket server of OBS (default: by the settings of OBS on this machine, else 127.0.0.1:4455)')
    .option('--password-file <file>', 'file with the password of that server (default: from the settings of OBS on this machine)')
    .option('--plain-http', 'allow a host on another machine without TLS: everybody on the way can read the connection')
    .action(
      run(context, async (output, command) => {
        const given = command.optsWithGlobals() as Given
        const to = hostUrl(given.to ?? '', given.plainHttp === true)
        const token = given.tokenFile === undefined ? (given.token ?? context.environment.STREAMS_OBS_TOKEN) : textOf(given.tokenFile)
        if (token === undefined || token === '')
          throw new AppError('command.invalid', '--token is missing: create one on the OBS page of the host')
        const { runConnector } = await import('../../obs/index.ts')
        const stop = new AbortController()
        void context.untilStopped().then(() => stop.abort())
        await runConnector({
          to,
          token,
          ...(given.obs !== undefined && { obs: serverOf(given.obs) }),
          ...(given.passwordFile !== undefined && { password: textOf(given.passwordFile) }),
          env: context.environment as NodeJS.ProcessEnv,
          signal: stop.signal,
          onLine: (line) => output.result({ event: 'obs.connector', message: line }, () => line),
        })
      }),
    )
}

function hostUrl(text: string, plainHttp: boolean): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !['http:', 'https:'].includes(url.protocol))
    throw new AppError('command.invalid', `--to "${text}" is not a URL such as https://studio.example`)
  if (url.protocol === 'http:' && !plainHttp && !isLoopback(url.hostname)) {
    throw new AppError('command.invalid', `--to ${url.origin} is not encrypted: use https, or --plain-http in a network that you trust`)
  }
  return url
}

function serverOf(text: string): { host: string; port: number } {
  const [, bracketed, plain, port] = /^(?:\[([0-9a-fA-F:.]+)\]|([^:\s]+)):(\d{1,5})$/.exec(text) ?? []
  const host = bracketed ?? plain
  if (host === undefined || Number(port) < 1 || Number(port) > 65_535)
    throw new AppError('command.invalid', `--obs "${text}" is not HOST:PORT`)
  return { host, port: Number(port) }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (cause) {
    throw new AppError('command.invalid', `${file} cannot be read: ${(cause as NodeJS.ErrnoException).code}`, { cause })
  }
}
