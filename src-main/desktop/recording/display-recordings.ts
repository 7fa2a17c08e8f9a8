import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Retention } from '../../media/files/retention.ts'
import { applyRetention, retentionEveryMs } from '../../media/recordings/apply-retention.ts'
import { RecordedFiles } from '../../media/recordings/recorded-files.ts'
import type { AuditLog } from '../../platform/audit.ts'
import { AppError } from '../../platform/errors.ts'
import type { EventBus } from '../../platform/events/events.ts'
import type { Logger } from '../../platform/logger.ts'
import { repeat } from '../../platform/timing/repeat.ts'
import { Turns } from '../../platform/timing/turns.ts'
import type { DisplayRecordingProgress, RecordingState, DisplayRecording as ShownRecording } from '../schemas/recording.ts'
import type { RecordingActor } from '../sessions/attendance.ts'
import type { DisplayEncoding, DisplayTaker } from '../sessions/recording-wire.ts'
import { DisplayRecording } from './display-recording.ts'
import type { RecordingStore, StoredRecording } from './recording-store.ts'
import { readTitles, titlesPath } from './window-titles.ts'

/** Whoever loads the page again controls the display a moment later: a recording by rule waits for them, ms. */
const lingerMs = 10_000
/** Starts and stops that wait for the one before them. */
const maxWaiting = 100
/** Starts and stops of one display within a minute: each is a file, and lines of the audit log. */
const maxTurnsPerMinute = 20

export interface DisplayRecordingsDependencies {
  readonly store: RecordingStore
  readonly known: readonly StoredRecording[]
  readonly ruled: readonly string[]
  /** The folder of recordings. */
  readonly folder: string
  readonly events: EventBus
  readonly audit: Pick<AuditLog, 'record'>
  readonly log: Logger
  /** How long recordings are kept, as it is now. */
  readonly retention: () => Retention
  /** JPEG of a file's video; undefined where none can be made. */
  readonly posterOf: (file: { readonly path: string; readonly durationMs: number }) => Promise<Uint8Array | undefined>
  /** Name of a display. Throws `desktop.display_not_found`. */
  readonly nameOf: (display: string) => string
  /** Has a display encoded, which is started where it is stopped. Rejects as that does. */
  readonly encode: (display: string, audio: boolean, taker: DisplayTaker, actor: string) => Promise<DisplayEncoding>
  readonly isControlled: (display: string) => boolean
  /** Whether a display is recorded is different from before: who is there is to see it. */
  readonly onChange: (display: string) => void
}

interface Running {
  readonly recording: DisplayRecording
  encoding: DisplayEncoding | undefined
}

/** Which displays are recorded now, and the files of those that were. */
export class DisplayRecordings {
  readonly #dependencies: DisplayRecordingsDependencies
  readonly files: RecordedFiles<StoredRecording>
  readonly #turns = new Turns(maxWaiting, 'changes of recordings', 'desktop.busy')
  readonly #running = new Map<string, Running>()
  readonly #ruled: Set<string>
  /** Displays whose rule waits until nobody controls them: an admin stopped it. */
  readonly #suspended = new Set<string>()
  /** When each display was started or stopped within the last minute, monotonic ms. */
  readonly #changes = new Map<string, readonly number[]>()
  /** Displays that nobody controls since a moment ago. */
  readonly #lingering = new Map<string, NodeJS.Timeout>()
  readonly #closing = new Set<Promise<void>>()
  #timer: NodeJS.Timeout | undefined
  #checking: Promise<void> | undefined
  #stopped = false

  constructor(dependencies: DisplayRecordingsDependencies) {
    this.#dependencies = dependencies
    this.#ruled = new Set(dependencies.ruled)
    const { store, known, folder, events, log } = dependencies
    this.files = new RecordedFiles({
      folder,
      known,
      log,
      onKept(recording) {
        store.save(recording)
        events.publish('desktop.recording.updated', recordingView(recording))
      },
      onRemoved({ id }) {
        store.remove(id)
        events.publish('desktop.recording.removed', { id })
      },
      besides: (recording) => [titlesPath(join(folder, recording.path)), this.posterPath(recording)],
      chaptersOf: async (recording) => (await readTitles(join(folder, recording.path))).map(({ atMs, title }) => ({ atMs, name: title })),
      onWhole: (recording) => this.#illustrate(recording),
    })
  }

  /** Repairs what a host before this one left, and looks after the disk from here on. Answers the displays that were being recorded by hand. */
  async start(): Promise<readonly string[]> {
    await mkdir(this.#dependencies.folder, { recursive: true, mode: 0o700 })
    const cut = await this.files.recover()
    this.#timer = repeat(retentionEveryMs, () => this.check())
    void this.check()
    return [...new Set(cut.filter(({ by }) => by === 'hand').map(({ display }) => display))]
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearInterval(this.#timer)
    for (const timer of this.#lingering.values()) clearTimeout(timer)
    for (const { recording } of this.#running.values()) recording.stop()
    await Promise.all(this.#closing)
  }

  isRecorded(display: string): boolean {
    return this.#running.has(display)
  }

  state(display: string): RecordingState {
    const whileControlled = this.#ruled.has(display)
    const running = this.#running.get(display)
    if (running === undefined) {
      return { id: display, state: 'off', by: null, startedAt: null, recordingId: null, error: null, whileControlled }
    }
    const { state, by, startedAt, file, fault } = running.recording
    return {
      id: display,
      state,
      by,
      startedAt,
      recordingId: file?.id ?? null,
      error: fault === undefined ? null : { code: fault.code, message: fault.message, remedy: fault.remedy },
      whileControlled,
    }
  }

  /** Starts to record a display by hand; one that is recorded goes on. Rejects as a display's start does, and with `desktop.busy`. */
  record(display: string, actor: RecordingActor): Promise<RecordingState> {
    return this.#turns.next(async () => {
      this.#dependencies.nameOf(display)
      if (!this.#running.has(display)) {
        this.#count(display)
        await this.#open(display, 'hand', actor)
      }
      return this.state(display)
    })
  }

  /** Stops recording. What a rule started is stopped by admins, and starts again when somebody new controls. Rejects with `desktop.not_recorded`, `desktop.recorded_by_rule`, `desktop.busy`. */
  end(display: string, actor: RecordingActor): Promise<RecordingState> {
    return this.#turns.next(async () => {
      const name = this.#dependencies.nameOf(display)
      const running = this.#running.get(display)
      if (running === undefined) throw new AppError('desktop.not_recorded')
      if (running.recording.by === 'rule' && !actor.owns) throw new AppError('desktop.recorded_by_rule')
      this.#count(display)
      if (running.recording.by === 'rule') this.#suspended.add(display)
      this.#audit(`recording of display ${name} was stopped`, display, actor.id)
      running.recording.stop()
      await this.#follow(display)
      return this.state(display)
    })
  }

  /** Sets the rule of a display. */
  setRule(display: string, whileControlled: boolean, actor: string): Promise<RecordingState> {
    return this.#turns.next(async () => {
      const { store, nameOf } = this.#dependencies
      const name = nameOf(display)
      await store.saveRule(display, whileControlled)
      if (whileControlled) this.#ruled.add(display)
      else this.#ruled.delete(display)
      this.#suspended.delete(display)
      this.#audit(
        whileControlled ? `display ${name} is recorded while somebody controls it` : `the recording rule of display ${name} was taken away`,
        display,
        actor,
      )
      await this.#follow(display)
      this.#notify(display)
      return this.state(display)
    })
  }

  /** Somebody controls the display, or nobody does any more. */
  controlChanged(display: string): void {
    if (!this.#ruled.has(display)) return
    clearTimeout(this.#lingering.get(display))
    if (this.#dependencies.isControlled(display)) this.#followLater(display)
    else this.#lingering.set(display, setTimeout(() => this.#followLater(display), lingerMs).unref())
  }

  #followLater(display: string): void {
    this.#lingering.delete(display)
    this.#turns
      .behind(() => this.#follow(display))
      .catch((error: unknown) => this.#dependencies.log.warn({ err: error, display }, 'a display is not recorded as its rule says'))
  }

  /** The display is gone; its recordings stay. */
  removeDisplay(display: string): Promise<void> {
    return this.#turns.behind(async () => {
      this.#running.get(display)?.recording.stop()
      this.#ruled.delete(display)
      this.#suspended.delete(display)
      this.#changes.delete(display)
      await this.#dependencies.store.saveRule(display, false)
    })
  }

  /** Deletes what has to go, and pauses or goes on as the disk has space. */
  check(): Promise<void> {
    const { folder, retention, log } = this.#dependencies
    const work = { files: this.files, folder, retention, running: this.#recordings(), nowMs: Date.now(), log }
    this.#checking ??= applyRetention(work)
      .catch((error: unknown) => log.error({ err: error }, 'the free space for recordings of displays could not be read'))
      .finally(() => {
        this.#checking = undefined
      })
    return this.#checking
  }

  /** Those that run when it is asked for the next one. */
  *#recordings(): Iterable<DisplayRecording> {
    for (const { recording } of this.#running.values()) yield recording
  }

  posterPath({ id }: Pick<StoredRecording, 'id'>): string {
    return join(this.#dependencies.folder, '.pictures', `${id}.jpg`)
  }

  /** Starts or stops as the rule of a display says. */
  async #follow(display: string): Promise<void> {
    const controlled = this.#dependencies.isControlled(display)
    const running = this.#running.get(display)
    if (!controlled) this.#suspended.delete(display)
    const wanted = controlled && this.#ruled.has(display) && !this.#suspended.has(display)
    if (wanted && running === undefined) await this.#open(display, 'rule', undefined)
    else if (!wanted && running?.recording.by === 'rule') {
      this.#audit(`recording of display ${this.#nameOf(display)} by its rule ended`, display)
      running.recording.stop()
    }
  }

  async #open(display: string, by: 'hand' | 'rule', actor: RecordingActor | undefined): Promise<void> {
    if (this.#stopped) return
    const { nameOf, encode, events } = this.#dependencies
    const name = nameOf(display)
    const running: Running = {
      encoding: undefined,
      recording: new DisplayRecording({
        display: { id: display, name },
        by,
        files: this.files,
        wantKey: () => running.encoding?.wantKey(),
        onProgress: ({ id, durationMs, bytes }) =>
          events.publish('desktop.recording.progress', { id, durationMs, bytes } satisfies DisplayRecordingProgress, { volatile: true }),
        onChange: () => this.#changed(display, running),
        onWhole: (recording) => this.#illustrate(recording),
        onEnd: () => this.#over(display, running),
      }),
    }
    this.#running.set(display, running)
    try {
      running.encoding = await encode(display, actor?.hears ?? true, running.recording.taker, actor?.id ?? 'local')
    } catch (error) {
      this.#running.delete(display)
      throw error
    }
    if (this.#running.get(display) !== running) {
      running.encoding.end()
      throw new AppError('desktop.server_failed', 'The display ended when its recording was started')
    }
    const how = by === 'rule' ? ' by its rule: somebody controls it' : ''
    this.#audit(`recording of display ${name} was started${how}`, display, actor?.id)
    running.recording.record()
    // It may turn out that there is no space.
    void this.check()
  }

  #over(display: string, running: Running): void {
    if (this.#running.get(display) === running) this.#running.delete(display)
    running.encoding?.end()
    const closing = running.recording.closed().finally(() => this.#closing.delete(closing))
    this.#closing.add(closing)
    this.#notify(display)
  }

  #changed(display: string, { recording }: Running): void {
    this.#notify(display)
    const { fault } = recording
    if (fault === undefined) return
    this.#dependencies.log.warn({ display, code: fault.code }, 'the recording of a display was interrupted')
    this.#dependencies.audit.record({
      kind: 'error',
      message: `recording of display ${this.#nameOf(display)}: ${fault.message}`,
      code: fault.code,
      data: { display },
    })
  }

  #notify(display: string): void {
    this.#dependencies.events.publish('desktop.recording.state', this.state(display))
    this.#dependencies.onChange(display)
  }

  /** Throws `desktop.busy` for one who starts and stops without end. */
  #count(display: string): void {
    const nowMs = performance.now()
    const recent = (this.#changes.get(display) ?? []).filter((at) => nowMs - at < 60_000)
    if (recent.length >= maxTurnsPerMinute) {
      throw new AppError('desktop.busy', `The recording of this display was started and stopped ${maxTurnsPerMinute} times within a minute`)
    }
    this.#changes.set(display, [...recent, nowMs])
  }

  #nameOf(display: string): string {
    try {
      return this.#dependencies.nameOf(display)
    } catch {
      return display
    }
  }

  #audit(message: string, display: string, actor?: string): void {
    this.#dependencies.audit.record({ kind: 'command', message, ...(actor !== undefined && { actor }), data: { display } })
  }

  #illustrate(recording: StoredRecording): void {
    const { posterOf, log } = this.#dependencies
    const illustrate = async (): Promise<void> => {
      const made = await posterOf({ path: this.files.path(recording), durationMs: recording.durationMs })
      if (made === undefined || !this.files.list().includes(recording)) return
      const path = this.posterPath(recording)
      await mkdir(join(path, '..'), { recursive: true })
      await writeFile(path, made)
      recording.poster = true
      this.files.keep(recording)
    }
    illustrate().catch((error: unknown) => log.warn({ err: error, recording: recording.id }, 'a recording got no thumbnail'))
  }
}

/** A recording as the API and the events show it. */
export function recordingView({ path: _path, poster, ...recording }: StoredRecording): ShownRecording {
  const url = `/api/v1/desktop/recordings/${recording.id}`
  return { ...recording, fileUrl: `${url}/file`, thumbnailUrl: poster ? `${url}/thumbnail.jpg` : null }
}
