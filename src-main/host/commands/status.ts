import type { Command } from 'commander'
import type { Answer } from '../../api/index.ts'
import { AppError } from '../../platform/errors.ts'
import { isLoopback } from '../../platform/net/loopback.ts'
import { journalOf } from '../service/service-of-process.ts'
import { type CommandContext, clientOf, run } from './context.ts'
import { streamTable } from './streams.ts'
import { statusText } from './studio-status.ts'
import type { TypedClient } from './typed-client.ts'

type Webrtc = Answer<'GET', '/live/webrtc'>

/** One line for WebRTC: its engine starts with the first offer, and knows its port from then on. */
function webrtcText({ enabled, engine, port, sessions }: Webrtc): string {
  if (!enabled) return 'off'
  return `${engine}, UDP ${port ?? 'not yet open'}, ${sessions} ${sessions === 1 ? 'session' : 'sessions'}`
}

/** A one-time sign-in link for another device. Throws `host.local_only` where no other device reaches the host. */
async function signInLink(client: TypedClient): Promise<{ url: string; expiresAt: string }> {
  const link = await client.send('POST', '/tokens/link', { role: 'admin' })
  const { hostname, origin } = new URL(link.url)
  if (isLoopback(hostname)) throw new AppError('host.local_only', `A phone cannot open ${origin}: the host listens on this machine alone`)
  return link
}

async function qrText({ url, expiresAt }: { url: string; expiresAt: string }): Promise<string> {
  const { renderUnicodeCompact } = await import('uqr')
  const until = new Date(expiresAt).toTimeString().slice(0, 5)
  return `Scan with the phone to sign in as admin, once, until ${until}:\n\n${renderUnicodeCompact(url, { border: 2 })}\n\n  ${url}`
}

export function addStatusCommand(program: Command, context: CommandContext): void {
  program
    .command('status')
    .description('what the running host does')
    .option('--qr', 'a one-time sign-in link for a phone, as a QR code')
    .addHelpText(
      'after',
      '\nExamples:\n  streams status\n  streams status --json | jq .streams\n  streams status --qr     the page on a phone\n  streams status --url https://live.example.com --token TOKEN',
    )
    .action(
      run(context, async (output, command) => {
        const client = clientOf(command, context)
        const { qr, url } = command.optsWithGlobals() as { qr?: true; url?: string }
        if (qr) {
          const signIn = await signInLink(client)
          const text = await qrText(signIn)
          output.result({ signIn }, () => text)
          return
        }
        const [health, host, webrtc, streams, studio] = await Promise.all([
          client.get('/health'),
          client.get('/host'),
          client.get('/live/webrtc'),
          client.get('/live/streams'),
          client.get('/studio'),
        ])
        const elsewhere = url ?? context.environment.STREAMS_URL
        const journal = elsewhere ? undefined : journalOf(host.pid)
        output.result({ ...health, host, webrtc, streams: streams.items, outputs: studio.outputs, journal: journal ?? null }, () =>
          [
            `AMI Streams ${health.version}: ${health.status}, since ${host.startedAt}, ${Math.round(health.uptimeMs / 1000)} s (pid ${host.pid})`,
            ...health.problems.map(({ message, remedy }) => `  Problem  ${message}. ${remedy}`),
            `  Page     ${host.addresses.url}`,
            `  RTMP     ${host.addresses.rtmpUrl}${host.addresses.rtmpsUrl ? `, ${host.addresses.rtmpsUrl}` : ''}`,
            `  SRT      ${host.addresses.srtUrl ?? 'off'}`,
            `  WebRTC   ${webrtcText(webrtc)}`,
            `  Data     ${host.dataDir}`,
            ...(journal === undefined ? [] : [`  Log      ${journal}`]),
            `  Sign-in  ${host.auth.signInRequired ? 'required' : 'not needed on this machine'}`,
            '',
            streamTable(streams.items),
            ...(studio.open === null ? [] : ['', statusText(studio)]),
          ].join('\n'),
        )
      }),
    )
}
