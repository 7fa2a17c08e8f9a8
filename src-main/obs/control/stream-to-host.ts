import { setTimeout as sleep } from 'node:timers/promises'
import type { StreamIntake } from '../../media/stream-intake.ts'
import { AppError } from '../../platform/errors.ts'
import type { InstanceBook } from '../instances/instance-book.ts'
import type { ObsSession } from '../instances/obs-session.ts'
import type { StreamedToHost } from '../schemas/commands.ts'
import type { CommandContext, CommandRunner } from './command-runner.ts'

export interface StreamToHostDependencies {
  readonly book: InstanceBook
  readonly runner: CommandRunner
  readonly intake: StreamIntake
}

/** How long OBS may take from the start of its stream until it is here, ms: an encoder that starts, and a connection. */
const maxArrivalMs = 20_000
const lookEveryMs = 100

/** Lets an OBS stream to this host. */
export class StreamToHost {
  readonly #dependencies: StreamToHostDependencies

  constructor(dependencies: StreamToHostDependencies) {
    this.#dependencies = dependencies
  }

  async connect(
    idOrName: string,
    { stream, start = true }: { readonly stream?: string; readonly start?: boolean },
    context: CommandContext & { readonly signal: AbortSignal },
  ): Promise<StreamedToHost> {
    const { book, runner, intake } = this.#dependencies
    const session = book.session(idOrName)
    const { linkedStream, id, name } = book.describe(session.id)
    const server = intake.serverAt(session.localAddress ?? '127.0.0.1')
    if (server === undefined) throw new AppError('obs.host_unreachable_from_obs', `OBS ${name} cannot reach the RTMP port of this host`)
    const wanted = stream ?? linkedStream?.stream ?? streamNameOf(name)
    if (session.mirror().outputs.stream !== 'stopped') {
      const streamId = linkedStream?.stream === wanted ? intake.streamOf(wanted, linkedStream.keyId) : undefined
      if (linkedStream === null || streamId === undefined)
        throw new AppError('obs.streams_elsewhere', `OBS ${name} streams to another server`)
      return { stream: wanted, streamId, server, keyId: linkedStream.keyId, started: true, arrivedMs: 0 }
    }
    const actor = context.principal.id
    const kept = linkedStream?.stream === wanted ? await intake.renewKey(linkedStream.keyId, actor) : undefined
    const { keyId, key } = kept ?? (await intake.createKey(wanted, `OBS ${name}`, actor))
    // The key goes to OBS alone. It is this host's own server: what editors may reach elsewhere does not matter.
    await session.call('SetStreamServiceSettings', {
      streamServiceType: 'rtmp_custom',
      streamServiceSettings: { server, key, use_auth: false },
    })
    await book.link(id, { stream: wanted, keyId })
    if (!start) return { stream: wanted, streamId: null, server, keyId, started: false, arrivedMs: null }
    const startedMs = performance.now()
    await runner.run(id, { request: 'StartStream' }, context)
    const streamId = await this.#arrival(session, wanted, keyId, context.signal)
    return { stream: wanted, streamId, server, keyId, started: true, arrivedMs: Math.round(performance.now() - startedMs) }
  }

  async #arrival(session: ObsSession, stream: string, keyId: string, signal: AbortSignal): Promise<string> {
    const untilMs = performance.now() + maxArrivalMs
    let wasActive = false
    while (performance.now() < untilMs) {
      const streamId = this.#dependencies.intake.streamOf(stream, keyId)
      if (streamId !== undefined) return streamId
      const { stream: state } = session.mirror().outputs
      wasActive ||= state !== 'stopped'
      // OBS gave up: waiting longer would not help.
      if (wasActive && state === 'stopped') break
      await sleep(lookEveryMs, undefined, { signal })
    }
    throw new AppError('obs.stream_not_arrived', `OBS ${session.name} was started, but nothing arrived for the stream ${stream}`)
  }
}

/** A name that streams may have, from one that people gave. */
function streamNameOf(name: string): string {
  const plain = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40)
  return plain === '' ? 'obs' : plain
}
