import { mkdirSync } from 'node:fs'
import { unfitTracks } from '../../../media/files/container.ts'
import type { LiveStream } from '../../../media/live-stream.ts'
import { applyRetention, recordingQueueBytes, retentionEveryMs } from '../../../media/recordings/apply-retention.ts'
import type { AuditLog } from '../../../platform/audit.ts'
import { AppError, type ErrorCode } from '../../../platform/errors.ts'
import type { EventBus } from '../../../platform/events/events.ts'
import type { Logger } from '../../../platform/logger.ts'
import { repeat } from '../../../platform/timing/repeat.ts'
import type { StreamDirectory } from '../../hub/stream.ts'
import type { RecordingIndex } from './recording-index.ts'
import type { RecordingRules } from './recording-rules.ts'
import { RecordingSession } from './recording-session.ts'
import type { StoredRecording } from './recording-store.ts'
import type { RecordingProgress, RecordingStatus } from './schemas.ts'

export interface RecordingsDependencies {
  readonly streams: StreamDirectory
  readonly titleOf: (stream: string) => string
  readonly index: RecordingIndex
  readonly rules: RecordingRules
  readonly folder: string
  readonly events: EventBus
  readonly audit: AuditLog
  readonly log: Logger
  readonly now: () => number
  /** Streams that were recorded when the host ended are recorded again once they are back, those by hand too. */
  readonly resumes: boolean
  readonly onWhole: (recording: StoredRecording) => void
}

/** Which streams are recorded now, and how much space their files take. */
export class Recordings {
  readonly #dependencies: RecordingsDependencies
  readonly #sessions = new Map<string, RecordingSession>()
  /** Runs of streams that an operator stopped recording: their rule waits for the next run. */
  readonly #suspended = new Set<string>()
  /** Streams that were recorded when the host before this one ended, until they are back or over. */
  readonly #resuming = new Set<string>()
  readonly #ending = new Set<Promise<void>>()
  #timer: NodeJS.Timeout | undefined
  #checking: Promise<void> | undefined
  #leave: () => void = () => undefined
  #stopped = false

  constructor(dependencies: RecordingsDependencies) {
    this.#dependencies = dependencies
  }

  async start(): Promise<void> {
    mkdirSync(this.#dependencies.folder, { recursive: true })
    const cut = await this.#dependencies.index.recover()
    if (this.#dependencies.resumes) for (const { stream } of cut) this.#resuming.add(stream)
    this.#leave = this.#dependencies.streams.onActive((stream) => this.#handleMessage(stream))
    this.#timer = repeat(retentionEveryMs, () => this.check())
    void this.check()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#leave()
    clearInterval(this.#timer)
    for (const session of this.#sessions.values()) session.stop()
    await Promise.all(this.#ending)
  }

  /** How many streams are recorded now. */
  get running(): number {
    return this.#sessions.size
  }

  /** Why streams are not recorded that should be. */
  problems(): readonly ErrorCode[] {
    return [...this.#sessions.values()].flatMap(({ problem }) => problem ?? [])
  }

  status(stream: string): RecordingStatus {
    return this.#sessions.get(stream)?.status() ?? { stream, state: 'off', by: null, session: null, recordingId: null, error: null }
  }

  /** Starts to record a stream by hand; one that is recorded goes on. Throws `stream.not_live`, `recording.codec_unsupported`. */
  begin(name: string, actor: string): RecordingStatus {
    const stream = this.#dependencies.streams.find(name)
    if (stream === undefined) throw new AppError('stream.not_live')
    const { rule } = this.#dependencies.rules.of(name)
    const wanted = stream.tracks.filter((track) => rule.tracks.length === 0 || rule.tracks.includes(track.id))
    const unfit = unfitTracks(rule.container, wanted)
    if (unfit.length > 0) {
      const codecs = unfit.map((track) => track.codec).join(', ')
      throw new AppError('recording.codec_unsupported', `A ${rule.container} file does not take ${codecs}`)
    }
    const running = this.#sessions.get(name)
    if (running?.state === 'failed') running.stop()
    if (!this.#sessions.has(name)) {
      this.#suspended.delete(stream.epoch)
      this.#dependencies.audit.record({
        kind: 'command',
        message: `recording of ${name} was started`,
        streamId: stream.id,
        streamName: name,
        actor,
      })
      this.#open(stream, 'hand')
    }
    return this.status(name)
  }

  /** Stops recording; a rule starts again with the stream's next run. Throws `recording.off`. */
  end(name: string, actor: string): RecordingStatus {
    const session = this.#sessions.get(name)
    if (session === undefined) throw new AppError('recording.off')
    this.#suspended.add(session.stream.epoch)
    if (this.#suspended.size > 1000) this.#suspended.delete([...this.#suspended][0] as string)
    const { id } = session.stream
    this.#dependencies.audit.record({ kind: 'command', message: `recording of ${name} was stopped`, streamId: id, streamName: name, actor })
    session.stop()
    return this.status(name)
  }

  /** A rule has changed: streams that are live follow it now if it says on or off; the rest applies from the next recording on. */
  rulesChanged(names: readonly string[]): void {
    for (const name of names) {
      const stream = this.#dependencies.streams.find(name)
      const session = this.#sessions.get(name)
      const { enabled } = this.#dependencies.rules.of(name).rule
      if (session !== undefined && session.by === 'rule' && (!enabled || session.state === 'failed')) session.stop()
      if (stream !== undefined && enabled) this.#handleMessage(stream)
    }
  }

  /** Deletes what has to go, pauses recording where the disk has no space, and lets it go on where it has again. */
  check(): Promise<void> {
    this.#checking ??= this.#check()
      .catch((error: unknown) => this.#dependencies.log.error({ err: error }, 'the free space for recordings could not be read'))
      .finally(() => {
        this.#checking = undefined
      })
    return this.#checking
  }

  #handleMessage(stream: LiveStream): void {
    if (this.#stopped || this.#sessions.has(stream.name) || this.#suspended.has(stream.epoch)) return
    const wasRecorded = this.#resuming.delete(stream.name)
    if (this.#dependencies.rules.of(stream.name).rule.enabled) this.#open(stream, 'rule')
    else if (wasRecorded) this.#open(stream, 'hand')
  }

  #open(stream: LiveStream, by: 'rule' | 'hand'): void {
    const { index, rules, events, titleOf, onWhole } = this.#dependencies
    const session = new RecordingSession({
      stream,
      by,
      rule: rules.of(stream.name).rule,
      title: titleOf(stream.name),
      index,
      queueBytes: recordingQueueBytes,
      onProgress: ({ id, durationMs, bytes, streamId }) =>
        events.publish('recording.progress', { id, durationMs, bytes } satisfies RecordingProgress, { stream: streamId, volatile: true }),
      onChange: (changed) => this.#notify(changed),
      onWhole,
      onEnd: (ended) => {
        if (this.#sessions.get(stream.name) === ended) this.#sessions.delete(stream.name)
        const closing = ended.closed().finally(() => this.#ending.delete(closing))
        this.#ending.add(closing)
        events.publish('recording.status', this.status(stream.name), { stream: stream.id })
      },
    })
    this.#sessions.set(stream.name, session)
    session.record()
    // It may turn out that there is no space.
    void this.check()
  }

  #notify(session: RecordingSession): void {
    const { events, audit, log } = this.#dependencies
    const status = session.status()
    const { id, name } = session.stream
    events.publish('recording.status', status, { stream: id })
    if (status.error === null) return
    log.warn({ stream: name, code: status.error.code }, 'recording was interrupted')
    audit.record({
      kind: 'error',
      message: `recording of ${name}: ${status.error.message}`,
      streamId: id,
      streamName: name,
      code: status.error.code,
    })
    if (session.state === 'waiting') void this.check()
  }

  async #check(): Promise<void> {
    const { streams, folder, rules, index, now, log } = this.#dependencies
    for (const name of this.#resuming) if (streams.status(name)?.state !== 'pending') this.#resuming.delete(name)
    await applyRetention({ files: index, folder, retention: () => rules.retention, running: this.#sessions.values(), nowMs: now(), log })
  }
}
