import type { StreamCarrier } from '../../media/stream-carrier.ts'
import type { AuditLog } from '../../platform/audit.ts'
import { AppError } from '../../platform/errors.ts'
import type { Logger } from '../../platform/logger.ts'
import { Turns } from '../../platform/timing/turns.ts'
import type { BroadcastState, NewBroadcast } from '../schemas/broadcast.ts'
import type { DisplayEncoding, DisplayTaker } from '../sessions/recording-wire.ts'
import type { BroadcastStore, KeptBroadcast } from './broadcast-store.ts'
import { DisplayBroadcast } from './display-broadcast.ts'

/** Starts and ends of one display that wait for the one before them. */
const maxWaiting = 20

export interface DisplayBroadcastsDependencies {
  readonly publish: StreamCarrier['publish']
  readonly audit: Pick<AuditLog, 'record'>
  readonly log: Logger
  readonly store: Pick<BroadcastStore, 'save' | 'remove'>
  /** What the host before this one sent. */
  readonly kept: readonly KeptBroadcast[]
  /** Name of a display. Throws `desktop.display_not_found`. */
  readonly nameOf: (display: string) => string
  /** Has a display encoded, which is started where it is stopped; with `audio` as far as it has any. Rejects as that does. */
  readonly encode: (
    display: string,
    audio: boolean,
    taker: DisplayTaker,
    actor: string,
  ) => Promise<{ readonly encoding: DisplayEncoding; readonly audio: boolean }>
  /** Whether a display is sent live is different from before: who is there is to see it. */
  readonly onChange: (display: string) => void
}

/** Which displays are sent live now, each as a stream of this host. */
export class DisplayBroadcasts {
  readonly #dependencies: DisplayBroadcastsDependencies
  readonly #running = new Map<string, DisplayBroadcast>()
  /** By display: what is sent whenever the display runs, until somebody ends it. */
  readonly #kept: Map<string, KeptBroadcast>
  /** By display: whoever asks twice gets one stream, and no display waits for another. */
  readonly #turns = new Map<string, Turns>()
  /** Streams can be published into. */
  #ready = false
  #stopped = false

  constructor(dependencies: DisplayBroadcastsDependencies) {
    this.#dependencies = dependencies
    this.#kept = new Map(dependencies.kept.map((each) => [each.display, each]))
  }

  /** Name of the stream that a display is sent as; null: none. */
  liveAs(display: string): string | null {
    return this.#running.get(display)?.stream ?? null
  }

  /** Name of the stream that a display is sent as whenever it runs, until somebody ends it; null: none. */
  keptAs(display: string): string | null {
    return this.#kept.get(display)?.stream ?? null
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
    return this.#inTurn(display, async () => {
      if (!this.#running.has(display) && !this.#stopped) await this.#open(display, wanted, actor)
      return this.state(display)
    })
  }

  /** Ends the stream of a display, also one that is being started; without one nothing happens. */
  async end(display: string, actor: string): Promise<BroadcastState> {
    // What is private is off the air at once, whatever is under way.
    this.#endRunning(display, actor)
    return this.#inTurn(display, async () => {
      // One of a start that was asked for before.
      this.#endRunning(display, actor)
      return this.state(display)
    })
  }

  /** Streams can be published into: what the host before this one sent goes on where its display still runs. */
  goOn(running: ReadonlySet<string>): void {
    this.#ready = true
    for (const display of this.#kept.keys()) if (running.has(display)) this.#resume(display)
  }

  /** A display runs that did not: it is live again where it was when it ended. */
  displayStarted(display: string): void {
    const before = this.#running.get(display)
    // That of the server which is no more; one that has the display started for itself is not encoded yet.
    if (before?.isEncoded) before.end()
    this.#resume(display)
  }

  /** Who is before the display does not share it any more: its stream has ended with that, and does not go on by itself. */
  withdraw(display: string): void {
    if (this.#discard(display)) this.#dependencies.onChange(display)
  }

  /** There is no such display any more. */
  removeDisplay(display: string): void {
    this.#discard(display)
  }

  /** `byPerson`: nothing goes on at the next start. */
  stop(byPerson: boolean): void {
    this.#stopped = true
    for (const running of [...this.#running.values()]) running.end()
    if (byPerson) for (const display of [...this.#kept.keys()]) this.#discard(display)
  }

  #resume(display: string): void {
    const kept = this.#kept.get(display)
    if (kept === undefined || !this.#ready) return
    this.#inTurn(display, async () => {
      if (this.#kept.get(display) !== kept || this.#running.has(display) || this.#stopped) return
      await this.#open(display, kept, 'host')
    }).catch((error: unknown) => {
      const { log, audit } = this.#dependencies
      log.warn({ err: error, display }, 'a display is not live again')
      audit.record({
        kind: 'error',
        message: `the stream ${kept.stream} of a display did not go on: ${error instanceof Error ? error.message : String(error)}`,
        ...(error instanceof AppError && { code: error.code }),
        data: { display },
      })
    })
  }

  /** True where it would have been sent again. */
  #discard(display: string): boolean {
    const kept = this.#kept.delete(display)
    if (kept) this.#dependencies.store.remove(display)
    return kept
  }

  #endRunning(display: string, actor: string): void {
    const kept = this.#discard(display)
    const running = this.#running.get(display)
    if (running === undefined) {
      if (kept) this.#dependencies.onChange(display)
      return
    }
    running.end()
    this.#audit(`Display ${this.#dependencies.nameOf(display)} is not sent live any more`, display, actor)
  }

  async #inTurn<T>(display: string, work: () => Promise<T>): Promise<T> {
    const turns = this.#turns.get(display) ?? new Turns(maxWaiting, 'changes of this live display', 'desktop.busy')
    this.#turns.set(display, turns)
    try {
      return await turns.next(work)
    } finally {
      if (turns.idle && this.#turns.get(display) === turns) this.#turns.delete(display)
    }
  }

  async #open(display: string, { stream, audio = true }: NewBroadcast, actor: string): Promise<void> {
    const { publish, encode, nameOf } = this.#dependencies
    const name = nameOf(display)
    const wanted = stream ?? streamNameOf(name, display)
    let broadcast: DisplayBroadcast | undefined
    let kicked: AppError | undefined
    const publication = await publish(wanted, {
      title: name,
      keepsTitle: true,
      maker: 'desktop',
      onKicked: (reason) => {
        kicked = reason
        broadcast?.end()
      },
    })
    const opened = new DisplayBroadcast({ stream: wanted, publication, onEnd: () => this.#over(display, opened, kicked) })
    broadcast = opened
    this.#running.set(display, opened)
    try {
      const encoded = await encode(display, audio, opened.taker, actor)
      opened.encodedBy(encoded.encoding, encoded.audio)
    } catch (error) {
      opened.end()
      throw error
    }
    if (opened.ended) {
      throw kicked ?? new AppError('desktop.server_failed', 'The stream was ended while it was started')
    }
    const kept = { display, stream: wanted, audio }
    this.#kept.set(display, kept)
    this.#dependencies.store.save(kept)
    this.#audit(`Display ${name} is sent live as the stream ${wanted}`, display, actor)
    this.#dependencies.onChange(display)
    if (this.#stopped) opened.end()
  }

  #over(display: string, broadcast: DisplayBroadcast, kicked: AppError | undefined): void {
    if (this.#running.get(display) !== broadcast) return
    this.#running.delete(display)
    if (kicked !== undefined) {
      this.#discard(display)
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

/** A name that a stream may have, made of a display's: `Build (2)` is `build-2`. Without any Latin letter or digit it is of the display's id. */
export function streamNameOf(name: string, id: string): string {
  const plain = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 60)
    .replace(/^-+|-+$/g, '')
  return plain === '' ? `desktop-${id.slice(0, 8)}` : plain
}
