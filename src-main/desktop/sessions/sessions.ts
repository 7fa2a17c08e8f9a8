import type { AuditLog } from '../../platform/audit.ts'
import { AppError, type ErrorCode } from '../../platform/errors.ts'
import type { Logger } from '../../platform/logger.ts'
import { repeat } from '../../platform/timing/repeat.ts'
import { screenId } from '../displays/described-display.ts'
import type { RunningDisplay } from '../displays/display-server.ts'
import type { MonitorPlace } from '../displays/monitors.ts'
import type { SeatState, SeatWishes } from '../displays/screen-privacy.ts'
import type { PrintedDocument } from '../printing/printers.ts'
import type { Right, Rights } from '../rights/rights.ts'
import type { RecordingMark } from '../schemas/recording.ts'
import type { Attendee } from '../schemas/rights.ts'
import { Attendance, type Joining, type Person, type RecordingActor, type Seat, type Visit } from './attendance.ts'
import { DisplaySession } from './display-session.ts'
import type { StartDisplayWorker } from './display-worker.ts'
import type { CopiedUris, RecordingWishes } from './messages.ts'
import type { DisplayEncoding, DisplayTaker } from './recording-wire.ts'

/** How long the process of a display waits for another viewer when the last one has left, ms. */
const lingerMs = 10_000
/** Between looks whether rights have expired, ms. */
const expiryMs = 1000

export interface SessionsOptions {
  readonly log: Logger
  /** Starts the process that shows a display. */
  readonly startWorker: StartDisplayWorker
  readonly audit: AuditLog
  /** What a person may do at a display now. */
  readonly rightsOf: (person: Person, display: string) => Rights
  readonly onSize: (id: string, width: number, height: number) => void
  /** How a display is to be split into monitors; empty: as it is. */
  readonly monitorsOf: (id: string) => readonly MonitorPlace[]
  readonly onMonitors: (id: string, monitors: readonly MonitorPlace[]) => void
  /** It can have any size. */
  readonly isVirtual: (id: string) => boolean
  /** Throws AppError where it cannot be split into monitors. */
  readonly demandSeveralMonitors: (id: string) => void
  /** What of `setSeat` could be done. */
  readonly onSeat: (id: string, state: SeatState) => void
  readonly onViewers: (id: string) => void
  /** A display cannot be shown any more. `taken`: it was recorded, or sent live. */
  readonly onLost: (id: string, code: ErrorCode | undefined, taken: boolean) => void
  /** Whether a display is recorded now. */
  readonly recordingOf: (id: string) => RecordingMark
  /** The stream that a display is sent as now; null: none. */
  readonly liveAs: (id: string) => string | null
  /** Somebody at a display starts or stops its recording, which they may. */
  readonly record: (id: string, on: boolean, actor: RecordingActor) => Promise<unknown>
  /** Somebody controls a display, or nobody does any more. */
  readonly onControl: (id: string) => void
}

interface ShownDisplay {
  readonly session: DisplaySession
  readonly attendance: Attendance
  readonly display: RunningDisplay
  linger?: NodeJS.Timeout
}

/** Which displays are being shown, and to whom. */
export class Sessions {
  readonly #options: SessionsOptions
  readonly #byDisplay = new Map<string, ShownDisplay>()
  readonly #expiry: NodeJS.Timeout

  constructor(options: SessionsOptions) {
    this.#options = options
    this.#expiry = repeat(expiryMs, () => this.refreshRights())
  }

  viewersOf(id: string): number {
    return this.#byDisplay.get(id)?.session.viewers ?? 0
  }

  /** What a person may do at a display now. */
  rightsOf(person: Person, id: string): Rights {
    return this.#options.rightsOf(person, id)
  }

  /** Who is there, the first to come first. */
  attendees(id: string): readonly Attendee[] {
    return this.#byDisplay.get(id)?.attendance.list() ?? []
  }

  join(id: string, running: RunningDisplay, joining: Joining): Seat {
    const shown = this.#open(id, running)
    clearTimeout(shown.linger)
    const seat = shown.attendance.join(joining)
    return {
      ...seat,
      leave: () => {
        seat.leave()
        this.#endLater(id, shown)
      },
    }
  }

  /** Changes what one connection may do until it ends, or until its person's own rights change. Throws `desktop.attendee_not_found`. */
  changeRights(id: string, attendee: string, rights: readonly Right[]): void {
    this.#attendance(id, attendee).changeRights(attendee, rights)
  }

  /** Ends one connection. Throws `desktop.attendee_not_found`. */
  disconnect(id: string, attendee: string): void {
    this.#attendance(id, attendee).disconnect(attendee)
  }

  /** Applies what everybody may do now. */
  refreshRights(): void {
    for (const { attendance } of this.#byDisplay.values()) attendance.refresh()
  }

  /** Somebody looks at it, or is expected to. */
  isShown(id: string): boolean {
    return this.#byDisplay.has(id)
  }

  /** Starts what shows a display, for who comes soon: starting it takes longer than anything else of the first frame. */
  prepare(id: string, running: RunningDisplay): void {
    this.#endLater(id, this.#open(id, running))
  }

  /** What the monitors and devices of a real screen are to be like while it is shown. */
  setSeat(id: string, wishes: SeatWishes): void {
    this.#byDisplay.get(id)?.session.setSeat(wishes)
  }

  /** Splits a display into monitors. */
  arrange(id: string, running: RunningDisplay, monitors: readonly MonitorPlace[]): void {
    const shown = this.#open(id, running)
    shown.session.arrange(monitors)
    this.#endLater(id, shown)
  }

  /** Has a display encoded for a recording or a live stream, whoever looks at it. */
  encode(id: string, running: RunningDisplay, wishes: RecordingWishes, taker: DisplayTaker): DisplayEncoding {
    const shown = this.#open(id, running)
    clearTimeout(shown.linger)
    const encoding = shown.session.encode(wishes, taker)
    return {
      wantKey: () => encoding.wantKey(),
      end: () => {
        encoding.end()
        this.#endLater(id, shown)
      },
    }
  }

  /** A program of a display printed a document: whoever controls it sees it. */
  printed(id: string, document: PrintedDocument): void {
    this.#byDisplay.get(id)?.attendance.printed(document)
  }

  /** Somebody controls it now. */
  isControlled(id: string): boolean {
    return this.#byDisplay.get(id)?.attendance.controlled === true
  }

  /** Shows everybody at a display whether it is recorded, and whether it is sent live. */
  marksChanged(id: string): void {
    this.#byDisplay.get(id)?.attendance.announceMarks()
  }

  /** Somebody is at a display who may control it. */
  canBeControlled(id: string): boolean {
    return this.#byDisplay.get(id)?.attendance.canBeControlled === true
  }

  /** The files that programs of a display have copied; undefined without any, and where nobody looks. */
  async copiedFiles(id: string): Promise<CopiedUris | undefined> {
    return this.#byDisplay.get(id)?.session.copiedFiles()
  }

  /** Puts files into a display's clipboard. Throws `desktop.not_open` where nobody is there. */
  offerFiles(id: string, uris: readonly string[]): void {
    if (this.#byDisplay.get(id)?.session.offerFiles(uris) !== true) throw new AppError('desktop.not_open')
  }

  /** The guest of that secret, and where they are; undefined for one who is nowhere. */
  visit(secret: string): (Visit & { readonly display: string }) | undefined {
    for (const [display, { attendance }] of this.#byDisplay) {
      const visit = attendance.visit(secret)
      if (visit !== undefined) return { ...visit, display }
    }
    return undefined
  }

  /** Disconnects the viewers of a display. */
  async end(id: string, reason: string): Promise<void> {
    const shown = this.#byDisplay.get(id)
    if (shown === undefined) return
    this.#byDisplay.delete(id)
    clearTimeout(shown.linger)
    this.#options.onControl(id)
    await shown.session.stop(reason)
  }

  async stop(): Promise<void> {
    clearInterval(this.#expiry)
    await Promise.all([...this.#byDisplay.keys()].map((id) => this.end(id, 'the host stops')))
  }

  #open(id: string, display: RunningDisplay): ShownDisplay {
    const known = this.#byDisplay.get(id)
    if (known?.display.server === display.server && known.display.pid === display.pid) return known
    // A display that was started again is another one.
    if (known !== undefined) void this.end(id, 'the display was started again')
    const {
      log,
      startWorker,
      audit,
      rightsOf,
      onSize,
      monitorsOf,
      onMonitors,
      isVirtual,
      demandSeveralMonitors,
      onSeat,
      onViewers,
      onLost,
      recordingOf,
      liveAs,
      record,
      onControl,
    } = this.#options
    const session = new DisplaySession({
      id,
      display,
      start: startWorker,
      log,
      virtual: isVirtual(id),
      demandSeveralMonitors: () => demandSeveralMonitors(id),
      audible: display.audio !== undefined || id === screenId,
      onSize: (width, height) => onSize(id, width, height),
      monitors: () => monitorsOf(id),
      onMonitors: (monitors) => onMonitors(id, monitors),
      onSeat: (state) => onSeat(id, state),
      // Who comes next gets a new one, which connects to whatever server is there then.
      onLost: (why, code, taken) => {
        if (this.#byDisplay.get(id)?.session === session) void this.end(id, why)
        onLost(id, code, taken)
      },
    })
    const attendance = new Attendance({
      display: id,
      shows: session,
      rightsOf: (person) => rightsOf(person, id),
      audit,
      marks: () => ({ recording: recordingOf(id), live: liveAs(id) }),
      record: (on, actor) => record(id, on, actor),
      onChange: () => onViewers(id),
      onControl: () => onControl(id),
    })
    const opened: ShownDisplay = { display, session, attendance }
    this.#byDisplay.set(id, opened)
    return opened
  }

  /** Ends what shows a display when nobody has come for a while, unless somebody looks, or it is recorded or live. */
  #endLater(id: string, shown: ShownDisplay): void {
    clearTimeout(shown.linger)
    if (shown.session.viewers > 0 || shown.session.taken || this.#byDisplay.get(id) !== shown) return
    shown.linger = setTimeout(() => void this.end(id, 'nobody looks'), lingerMs)
    shown.linger.unref()
  }

  #attendance(id: string, attendee: string): Attendance {
    const shown = this.#byDisplay.get(id)
    if (shown === undefined) throw new AppError('desktop.attendee_not_found', `Nobody with the id "${attendee}" is at this display`)
    return shown.attendance
  }
}
