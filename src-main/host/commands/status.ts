import type { Command } from 'commander'
import { type CommandContext, clientOf, run } from './context.ts'
import { type StreamSummary, streamTable } from './streams.ts'

interface Health {
  status: string
  problems: readonly { message: string; remedy: string }[]
  version: string
  uptimeMs: number
}
interface Host {
  pid: number
  dataDir: string
  addresses: { url: string; httpsUrl: string | null; rtmpUrl: string; rtmpsUrl: string | null; srtUrl: string | null }
  auth: { signInRequired: boolean }
}

interface Webrtc {
  enabled: boolean
  engine: string
  port: number | null
  sessions: number
}

/** One line for WebRTC: its engine starts with the first offer, and knows its port from then on. */
function webrtcText({ enabled, engine, port, sessions }: Webrtc): string {
  if (!enabled) return 'off'
  return `${engine}, UDP ${port ?? 'not yet open'}, ${sessions} ${sessions === 1 ? 'session' : 'sessions'}`
}

export function addStatusCommand(program: Command, context: CommandContext): void {
  program
    .command('status')
    .description('what the running host does')
    .addHelpText(
      'after',
      '\nExamples:\n  streams status\n  streams status --json | jq .streams\n  streams status --url https://live.example.com --token TOKEN',
    )
    .action(
      run(context, async (output, command) => {
        const client = clientOf(command, context)
        const [health, host, webrtc, streams] = await Promise.all([
          client.get<Health>('/health'),
          client.get<Host>('/host'),
          client.get<Webrtc>('/live/webrtc'),
          client.get<{ items: StreamSummary[] }>('/live/streams'),
        ])
        output.result({ ...health, host, webrtc, streams: streams.items }, () =>
          [
            `AMI Streams ${health.version}: ${health.status}, up ${Math.round(health.uptimeMs / 1000)} s (pid ${host.pid})`,
            ...health.problems.map(({ message, remedy }) => `  Problem  ${message}. ${remedy}`),
            `  Page     ${host.addresses.url}`,
            `  RTMP     ${host.addresses.rtmpUrl}${host.addresses.rtmpsUrl ? `, ${host.addresses.rtmpsUrl}` : ''}`,
            `  SRT      ${host.addresses.srtUrl ?? 'off'}`,
            `  WebRTC   ${webrtcText(webrtc)}`,
            `  Data     ${host.dataDir}`,
            `  Sign-in  ${host.auth.signInRequired ? 'required' : 'not needed on this machine'}`,
            '',
            streamTable(streams.items),
          ].join('\n'),
        )
      }),
    )
}
