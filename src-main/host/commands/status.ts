import type { Command } from 'commander'
import { type CommandContext, clientOf, run } from './context.ts'
import { type StreamSummary, streamTable } from './streams.ts'

interface Health {
  status: string
  version: string
  uptimeMs: number
}
interface Host {
  pid: number
  dataDir: string
  addresses: { url: string; httpsUrl: string | null; rtmpUrl: string; rtmpsUrl: string | null; srtUrl: string | null }
  auth: { signInRequired: boolean }
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
        const [health, host, streams] = await Promise.all([
          client.get<Health>('/health'),
          client.get<Host>('/host'),
          client.get<{ items: StreamSummary[] }>('/live/streams'),
        ])
        output.result({ ...health, host, streams: streams.items }, () =>
          [
            `AMI Streams ${health.version}: ${health.status}, up ${Math.round(health.uptimeMs / 1000)} s (pid ${host.pid})`,
            `  Page     ${host.addresses.url}`,
            `  Publish  ${host.addresses.rtmpUrl}`,
            `  Data     ${host.dataDir}`,
            `  Sign-in  ${host.auth.signInRequired ? 'required' : 'not needed on this machine'}`,
            '',
            streamTable(streams.items),
          ].join('\n'),
        )
      }),
    )
}
