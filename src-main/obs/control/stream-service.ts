import { maskUrl } from '../../platform/outbound/url-secrets.ts'
import type { InstanceBook } from '../instances/instance-book.ts'
import type { ObsSession } from '../instances/obs-session.ts'
import type { StreamServiceChange, StreamServiceSettings } from '../schemas/commands.ts'
import type { CommandContext, CommandRunner } from './command-runner.ts'

const hintLength = 4

/** Where an OBS streams to, without the key. */
export class StreamService {
  readonly #book: Pick<InstanceBook, 'session'>
  readonly #runner: CommandRunner

  constructor(book: Pick<InstanceBook, 'session'>, runner: CommandRunner) {
    this.#book = book
    this.#runner = runner
  }

  async read(session: ObsSession): Promise<StreamServiceSettings> {
    const said = await session.call('GetStreamServiceSettings')
    const settings = (said?.streamServiceSettings ?? {}) as Record<string, unknown>
    const text = (name: string): string | null => (typeof settings[name] === 'string' && settings[name] !== '' ? settings[name] : null)
    const key = text('key') ?? text('bearer_token')
    const server = text('server')
    return {
      type: String(said?.streamServiceType ?? ''),
      server: server === null ? null : maskUrl(server),
      service: text('service'),
      // A short key would be given away by its end.
      keyHint: key === null ? null : key.length > hintLength * 3 ? `…${key.slice(-hintLength)}` : '…',
    }
  }

  /** Sets it; what is left out is as OBS starts with. */
  async set(
    idOrName: string,
    { type, server, service, key, settings }: StreamServiceChange,
    context: CommandContext,
  ): Promise<StreamServiceSettings> {
    const streamServiceSettings = {
      ...settings,
      ...(server === undefined ? {} : { server }),
      ...(service === undefined ? {} : { service }),
      ...(key === undefined ? {} : type === 'whip_custom' ? { bearer_token: key } : { key }),
    }
    const request = { request: 'SetStreamServiceSettings', data: { streamServiceType: type, streamServiceSettings } }
    await this.#runner.run(idOrName, request, context)
    return this.read(this.#book.session(idOrName))
  }
}
