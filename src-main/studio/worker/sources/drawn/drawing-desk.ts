import type { SourceReport } from '../../../../media/source-report.ts'
import type { MediaStores } from '../../../../media/worker/stores/media-stores.ts'
import { AppError } from '../../../../platform/errors.ts'
import { resolveTarget } from '../../../../platform/outbound/network-policy.ts'
import { judgeFile } from '../../../../platform/user-files/file-policy.ts'
import { isLimited } from '../source-reach.ts'
import type { Drawing, DrawingContext, StartDrawing } from './drawing.ts'
import { createFrameTicker } from './frame-ticker.ts'
import type { DrawnSourceStart, FromDrawn, ToDrawn } from './messages.ts'
import type { ImageReaders } from './reading/image-readers.ts'

// biome-ignore lint/suspicious/noExplicitAny: each kind has settings of its own, checked before they come here
export type DrawingStarters = Readonly<Record<string, () => Promise<StartDrawing<any>>>>

interface Seat {
  start: DrawnSourceStart
  drawing: Drawing<unknown> | undefined
  /** What came while it was being started. */
  readonly waiting: ToDrawn[]
  closed: boolean
  readonly closing: AbortController
  closeStores(): void
}

/** All sources of the process that draws: started, changed and ended as the studio says. */
export class DrawingDesk {
  readonly #stores: MediaStores
  readonly #starters: DrawingStarters
  readonly #readers: ImageReaders
  readonly #send: (message: FromDrawn) => void
  readonly #seats = new Map<string, Seat>()
  #careful = false

  constructor(stores: MediaStores, starters: DrawingStarters, readers: ImageReaders, send: (message: FromDrawn) => void) {
    this.#stores = stores
    this.#starters = starters
    this.#readers = readers
    this.#send = send
  }

  take(message: ToDrawn): void {
    if (message.type === 'careful') {
      this.#careful = true
      return
    }
    if (message.type === 'open') {
      this.#close(message.source.id)
      void this.#open(message.source)
      return
    }
    const seat = this.#seats.get(message.id)
    if (seat === undefined) return
    if (message.type === 'close') this.#close(message.id)
    else if (seat.drawing === undefined) seat.waiting.push(message)
    else this.#hand(seat, seat.drawing, message)
  }

  #hand(seat: Seat, drawing: Drawing<unknown>, message: ToDrawn): void {
    const { id } = seat.start
    try {
      if (message.type === 'update') {
        // Files are judged at every look.
        seat.start = { ...seat.start, reach: message.reach }
        drawing.update(message.settings)
      } else if (message.type === 'show') drawing.show(message.shown)
      else if (message.type === 'command') drawing.command?.(message.name, message.details)
    } catch (error) {
      this.#report(id, { state: 'failed', problem: problemOf(error) })
    }
  }

  async #open(start: DrawnSourceStart): Promise<void> {
    const { id, kind } = start
    const seat: Seat = {
      start,
      drawing: undefined,
      waiting: [],
      closed: false,
      closing: new AbortController(),
      closeStores: () => undefined,
    }
    this.#seats.set(id, seat)
    try {
      const begin = await this.#starters[kind]?.()
      if (begin === undefined) throw new Error(`Nothing here draws sources of the kind ${kind}`)
      if (seat.closed) return
      const drawing = begin(start.settings, this.#contextOf(seat), start.shown)
      seat.drawing = drawing
      for (const message of seat.waiting.splice(0)) this.#hand(seat, drawing, message)
    } catch (error) {
      if (!seat.closed) this.#report(id, { state: 'failed', problem: problemOf(error) })
    }
  }

  #close(id: string): void {
    const seat = this.#seats.get(id)
    if (seat === undefined) return
    this.#seats.delete(id)
    seat.closed = true
    seat.closing.abort()
    seat.drawing?.close()
    seat.closeStores()
  }

  #contextOf(seat: Seat): DrawingContext {
    const { start } = seat
    const { id } = start
    const frameStore = start.frameStore === undefined ? undefined : this.#stores.openFrameStore(start.frameStore)
    const audioStore = start.audioStore === undefined ? undefined : this.#stores.openAudioStore(start.audioStore)
    seat.closeStores = () => {
      frameStore?.close()
      audioStore?.close()
    }
    return {
      frameStore,
      audioStore,
      canvas: start.canvas,
      frames: createFrameTicker({ frameRate: start.frameRate, originUs: start.clockOriginUs, nowUs: () => this.#stores.nowUs() }),
      memory: start.memory,
      nowUs: () => this.#stores.nowUs(),
      judge: (path, named = path) => judgeFile(path, seat.start.reach.policy.files, isLimited(seat.start.reach, named)),
      judgeTarget: (named) => (host, port) =>
        resolveTarget(host, port, seat.start.reach.policy.network, isLimited(seat.start.reach, named)),
      report: (report) => {
        if (!seat.closed) this.#report(id, report)
      },
      remember: (memory) => this.#send({ type: 'memory', id, memory }),
      readImage: (path, wish, options) => {
        const signal = options.signal === undefined ? seat.closing.signal : AbortSignal.any([options.signal, seat.closing.signal])
        return this.#readers.read(path, wish, { ...options, signal })
      },
      draw: (work, fresh) => {
        if (seat.closed) return
        const reported = fresh || this.#careful
        if (reported) this.#send({ type: 'drawing', id })
        try {
          work()
        } catch (error) {
          this.#report(id, { state: 'failed', problem: problemOf(error) })
        }
        if (reported) this.#send({ type: 'drawn', id })
      },
    }
  }

  #report(id: string, report: SourceReport): void {
    this.#send({ type: 'report', id, report })
  }
}

function problemOf(error: unknown): string {
  if (error instanceof AppError) return error.message
  return error instanceof Error ? error.message.slice(0, 500) : String(error)
}
