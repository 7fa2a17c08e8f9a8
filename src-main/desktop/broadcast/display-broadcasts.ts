import type { StreamCarrier } from '../../media/stream-carrier.ts'
import type { AuditLog } from '../../platform/audit.ts'
import { AppError } from '../../platform/errors.ts'
import { Turns } from '../../platform/turns.ts'
import type { BroadcastState, NewBroadcast } from '../schemas/broadcast.ts'
import type { DisplayEncoding, DisplayTaker } from '../sessions/recording-wire.ts'
import { DisplayBroadcast } from './display-broadcast.ts'

/** Starts and ends that wait for the one before them. */
const maxWaiting = 100

export interface DisplayBroadcastsDependencies {
  readonly publish: StreamCarrier['publish']
  readonly audit: Pick<AuditLog, 'record'>
  /** Name of a display. Throws `desktop.display_not_found`. */
  readonly nameOf: (display: string) => string
  /** Has a display encoded, which is started where it is stopped; `audio` as far as it has any. Rejects as that does. */
  readonly encode: (display: string, audio: boolean, taker: DisplayTaker, actor: string) => Promise<DisplayEncoding>
  /** Whether a display is sent live is different from before: who is there is to see it. */
  readonly onChange: (display: string) => void
}

/** Which displays are sent live now, each as a stream of this host. */
export class DisplayBroadcasts {
  readonly #dependencies: DisplayBroadcastsDependencies
  readonly #running = new Map<string, DisplayBroadcast>()
  /** Whoever asks twice gets one stream. */
  readonly #turns = new Turns(maxWaiting, 'changes of live displays', 'desktop.busy')
  #stopped = false

  constructor(dependencies: DisplayBroadcastsDependencies) {
    this.#dependencies = dependencies
  }

  /** Name of the stream that a display is sent as; null: none. */
  liveAs(display: string): string | null {
    return this.#running.get(display)?.stream ?? null
  }

  /** Throws `desktop.display_not_found`. */
  state(display: string): BroadcastState {
    this.#dependencies.nameOf(display)
    const running = this.#running.get(display)
    if (running === undefined) return { id: display, stream: null, streamId: null, audio: false, startedAt: null }
    const { stream, streamId, audio, startedAt } = running
    return { id: display, stream, streamId, audio, startedAt }
  }

  /** Sends a display live; one that is goes on as it is. Rejects with `publish.*`, and as a display's start does. */
  start(display: string, wanted: NewBroadcast, actor: string): Promise<BroadcastState> {
    return this.#turns.next(async () => {
      if (!this.#running.has(display) && !this.#stopped) await this.#open(display, wanted, actor)
      return this.state(display)
    })
  }

  /** Ends the stream of a display; without one nothing happens. */
  end(display: string, actor: string): Promise<BroadcastState> {
    return this.#turns.next(async () => {
      const running = this.#running.get(display)
      if (running !== undefined) {
        this.#audit(`Display ${this.#dependencies.nameOf(display)} is not sent live any more`, display, actor)
        running.end()
      }
      return this.state(display)
    })
  }

  stop(): void {
    this.#stopped = true
    for (const running of [...this.#running.values()]) running.end()
  }

  async #open(display: string, { stream, audio = true }: NewBroadcast, actor: string): Promise<void> {
    const { publish, encode, nameOf } = this.#dependencies
    const name = nameOf(display)
    const wanted = stream ?? streamNameOf(name)
    let broadcast: DisplayBroadcast | undefined
    let kicked: AppError | undefined
    const publication = await publish(wanted, {
      title: name,
      maker: 'desktop',
      onKicked: (reason) => {
        kicked = reason
        broadcast?.end()
      },
    })
    const opened = new DisplayBroadcast({ stream: wanted, audio, publication, onEnd: () => this.#over(display, opened, kicked) })
    broadcast = opened
    this.#running.set(display, opened)
    try {
      opened.encodedBy(await encode(display, audio, opened.taker, actor))
    } catch (error) {
      opened.end()
      throw error
    }
    if (this.#running.get(display) !== opened) {
      throw kicked ?? new AppError('desktop.server_failed', 'The display ended when its stream was started')
    }
    this.#audit(`Display ${name} is sent live as the stream ${wanted}`, display, actor)
    this.#dependencies.onChange(display)
    if (this.#stopped) opened.end()
  }

  #over(display: string, broadcast: DisplayBroadcast, kicked: AppError | undefined): void {
    if (this.#running.get(display) !== broadcast) return
    this.#running.delete(display)
    if (kicked !== undefined) {
      this.#dependencies.audit.record({
        kind: 'error',
        message: `the stream ${broadcast.stream} of a display was ended: ${kicked.message}`,
        code: kicked.code,
        data: { display },
      })
    }
    this.#dependencies.onChange(display)
  }

  #audit(message: string, display: string, actor: string): void {
    this.#dependencies.audit.record({ kind: 'command', message, actor, data: { display } })
  }
}

/** A name that a stream may have, made of a display's: `Build (2)` is `build-2`. */
export function streamNameOf(name: string): string {
  const plain = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 60)
    .replace(/^-+|-+$/g, '')
  return plain === '' ? 'desktop' : plain
}
