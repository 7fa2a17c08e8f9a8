import { mkdir, rename, rm, statfs, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { AudioTrack, VideoTrack } from '../../../formats/track.ts'
import { fileName, timeFields } from '../../../media/files/file-names.ts'
import { trackInfo } from '../../../media/track-info.ts'
import type { AuditLog } from '../../../platform/audit.ts'
import { AppError } from '../../../platform/errors.ts'
import type { EventBus } from '../../../platform/events/events.ts'
import type { Logger } from '../../../platform/logger.ts'
import { randomText } from '../../../platform/random-id.ts'
import { trashMs } from '../../../platform/routes/trash-routes.ts'
import { repeat } from '../../../platform/timing/repeat.ts'
import type { PackagedStream } from '../../packaging/packaged-stream.ts'
import { parseStartPoint } from '../../packaging/rewind/start-point.ts'
import type { ClipMaker } from './clip-maker.ts'
import type { ClipStore, StoredClip } from './clip-store.ts'
import { audioOf, clipWindow, videoOf } from './clip-window.ts'
import { gather } from './gather.ts'
import type { ClipOrderBody, ClipProgress } from './schemas.ts'

export interface ClipsDependencies {
  readonly store: ClipStore
  readonly maker: ClipMaker
  /** The folder of clips. */
  readonly folder: string
  /** MB that all clips together may take. */
  readonly maxMb: number
  readonly events: EventBus
  readonly audit: AuditLog
  readonly log: Logger
  readonly now: () => number
  /** The runs of a stream that go on or are kept, the oldest first. */
  readonly runs: (name: string) => readonly PackagedStream[]
  readonly titleOf: (name: string) => string
  /** JPEG of a frame of the file; undefined if none can be made. */
  readonly posterOf: (file: { path: string; durationMs: number; width: number; height: number }) => Promise<Uint8Array | undefined>
}

/** Clips that may be in the making at a time. */
const maxJobs = 8
const maxS = 3600
/** A clip may end so far ahead of the newest media, s: it waits for them. */
const aheadS = 30
const sweepMs = 15_000
/** Space to keep free on the disk, bytes. */
const minFreeBytes = 500_000_000

/** Makes clips of streams, and keeps them until they are deleted. */
export class Clips {
  readonly #dependencies: ClipsDependencies
  readonly #stop = new AbortController()
  readonly #jobs = new Set<Promise<void>>()
  #timer: NodeJS.Timeout | undefined

  constructor(dependencies: ClipsDependencies) {
    this.#dependencies = dependencies
  }

  /** Reports clips that were interrupted by the end of the host, and empties the trash from now on. */
  async start(): Promise<void> {
    const { store, folder } = this.#dependencies
    await rm(this.#work, { recursive: true, force: true })
    await mkdir(folder, { recursive: true })
    for (const clip of store.list())
      if (clip.state === 'waiting' || clip.state === 'making') this.#fail(clip, new AppError('clip.interrupted'))
    this.#timer = repeat(sweepMs, () => this.#sweep())
    await this.#sweep()
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    this.#stop.abort()
    await Promise.all([this.#dependencies.maker.stop(), ...this.#jobs])
    await rm(this.#work, { recursive: true, force: true }).catch(() => undefined)
  }

  /**
   * Starts to make a clip of the stream of that id and name. Throws `stream.not_live`, `clip.range_invalid`, `clip.out_of_window`, `clip.too_long`,
   * `clip.discontinuity`, `clip.rendition_missing`, `clip.busy`, `clip.no_room`.
   */
  async order(stream: { readonly id: string; readonly name: string }, body: ClipOrderBody, actor: string): Promise<StoredClip> {
    const { store, audit, now, titleOf } = this.#dependencies
    if (this.#jobs.size >= maxJobs) throw new AppError('clip.busy')
    const { run, fromS, toS } = this.#locate(stream.name, body)
    await this.#checkRoom()
    const video = videoOf(run, body.rendition)
    const audio = audioOf(run)
    const startedMs = run.originTimeMs + fromS * 1000
    const title = body.title ?? titleOf(stream.name)
    const clip: StoredClip = {
      id: `clip_${randomText(12)}`,
      streamId: stream.id,
      stream: stream.name,
      title,
      state: 'waiting',
      error: null,
      createdAt: new Date(now()).toISOString(),
      startedAt: new Date(startedMs).toISOString(),
      fromMs: fromS * 1000,
      toMs: toS * 1000,
      durationMs: (toS - fromS) * 1000,
      frames: 0,
      encodedFrames: 0,
      exact: false,
      note: '',
      bytes: 0,
      rendition: video?.id ?? null,
      tracks: [video, audio].flatMap((each) => (each ? [trackInfo(each.track, each.frameRate)] : [])),
      fileName: nameOf(title, stream.name, startedMs),
      deletedAt: null,
      published: false,
      poster: false,
    }
    store.keep(clip)
    audit.record({ kind: 'command', message: `a clip of ${stream.name} was ordered`, streamId: stream.id, streamName: stream.name, actor })
    const job = this.#make(clip, run, fromS, toS).finally(() => this.#jobs.delete(job))
    this.#jobs.add(job)
    return clip
  }

  get #work(): string {
    return join(this.#dependencies.folder, '.work')
  }

  /** Which run of the stream contains the range, and where in it. */
  #locate(name: string, { from, to, lastSeconds, rendition }: ClipOrderBody): { run: PackagedStream; fromS: number; toS: number } {
    const runs = this.#dependencies.runs(name).filter((run) => clipWindow(run) !== undefined)
    const newest = runs.at(-1)
    if (newest === undefined) throw new AppError('stream.not_live')
    const named = (run: PackagedStream): PackagedStream => {
      if (rendition !== undefined && videoOf(run, rendition) === undefined) throw new AppError('clip.rendition_missing')
      return run
    }
    if (lastSeconds !== undefined) {
      if (from !== undefined || to !== undefined) throw new AppError('clip.range_invalid')
      const window = clipWindow(named(newest), rendition)
      if (window === undefined) throw new AppError('clip.out_of_window')
      const toS = window.toMs / 1000
      const fromS = Math.max(window.fromMs / 1000, toS - lastSeconds)
      this.#checkSeams(newest, window.seamsMs, fromS, toS)
      return { run: newest, fromS, toS }
    }
    if (from === undefined || to === undefined) throw new AppError('clip.range_invalid')
    let wrong = new AppError('clip.out_of_window')
    for (const run of runs.toReversed()) {
      const window = clipWindow(named(run), rendition)
      if (window === undefined) continue
      const fromS = seconds(from, run.originTimeMs)
      const toS = seconds(to, run.originTimeMs)
      if (toS <= fromS) throw new AppError('clip.range_invalid', 'The clip ends before it starts')
      if (toS - fromS > maxS) throw new AppError('clip.too_long', `A clip lasts ${maxS} s at most`)
      const max = run.ended ? window.toMs / 1000 : window.toMs / 1000 + aheadS
      if (fromS * 1000 < window.fromMs - 1 || toS > max + 0.001) {
        wrong = new AppError('clip.out_of_window', undefined, { details: { fromMs: window.fromMs, toMs: window.toMs } })
        continue
      }
      this.#checkSeams(run, window.seamsMs, fromS, toS)
      return { run, fromS, toS }
    }
    throw wrong
  }

  #checkSeams(run: PackagedStream, seamsMs: readonly number[], fromS: number, toS: number): void {
    const seamMs = seamsMs.find((at) => at > fromS * 1000 + 1 && at < toS * 1000 - 1)
    if (seamMs === undefined) return
    const at = new Date(run.originTimeMs + seamMs).toISOString()
    throw new AppError('clip.discontinuity', `The range reaches over ${at}, when the publisher was away or changed its settings`, {
      details: { atMs: Math.round(seamMs) },
    })
  }

  async #checkRoom(): Promise<void> {
    const { store, maxMb, folder } = this.#dependencies
    let bytes = 0
    for (const clip of store.list()) bytes += clip.bytes
    if (bytes >= maxMb * 1_000_000)
      throw new AppError('clip.no_room', `All clips together take ${Math.round(bytes / 1_000_000)} MB of ${maxMb} MB`)
    const space = await statfs(folder).catch(() => undefined)
    if (space && space.bavail * space.bsize < minFreeBytes) throw new AppError('clip.no_room', 'The disk has less than 500 MB left')
  }

  async #make(clip: StoredClip, run: PackagedStream, fromS: number, toS: number): Promise<void> {
    const { store, maker, events, log } = this.#dependencies
    const work = join(this.#work, clip.id)
    const { signal } = this.#stop
    try {
      await mkdir(work, { recursive: true })
      const video = clip.rendition === null ? undefined : videoOf(run, clip.rendition)
      const audio = audioOf(run)
      const common = { stream: run, fromS, toS, signal }
      const [videoTrack, audioTrack] = await Promise.all([
        video && gather({ ...common, rendition: video.id, track: video.track as VideoTrack, path: join(work, 'video') }),
        audio && gather({ ...common, rendition: audio.id, track: audio.track as AudioTrack, path: join(work, 'audio') }),
      ])
      signal.throwIfAborted()
      clip.state = 'making'
      store.keep(clip)
      const path = join(work, 'clip.mp4')
      const made = await maker.make(
        {
          id: clip.id,
          ...(videoTrack && { video: videoTrack }),
          ...(audioTrack && { audio: audioTrack }),
          fromS,
          toS,
          originTimeMs: run.originTimeMs,
          path,
        },
        (fraction) =>
          events.publish('clip.progress', { id: clip.id, fraction } satisfies ClipProgress, { stream: clip.streamId, volatile: true }),
      )
      if (!store.has(clip.id)) return
      await rename(path, store.path(clip.id))
      const { frames, encodedFrames, exact, note, bytes } = made
      clip.fromMs = made.fromS * 1000
      clip.toMs = made.toS * 1000
      clip.durationMs = clip.toMs - clip.fromMs
      clip.startedAt = new Date(run.originTimeMs + clip.fromMs).toISOString()
      Object.assign(clip, { frames, encodedFrames, exact, note, bytes, state: 'ready' })
      store.keep(clip)
      await this.#illustrate(clip)
    } catch (error) {
      const reported = signal.aborted ? new AppError('clip.interrupted') : error instanceof AppError ? error : undefined
      if (reported === undefined) log.warn({ err: error, clip: clip.id }, 'a clip could not be created')
      if (store.has(clip.id) && clip.state !== 'ready') this.#fail(clip, reported ?? new AppError('clip.failed', (error as Error).message))
    } finally {
      await rm(work, { recursive: true, force: true }).catch(() => undefined)
    }
  }

  async #illustrate(clip: StoredClip): Promise<void> {
    const { store, posterOf } = this.#dependencies
    const { width = 0, height = 0 } = clip.tracks.find((track) => track.kind === 'video') ?? {}
    if (width === 0) return
    const jpeg = await posterOf({ path: store.path(clip.id), durationMs: clip.durationMs, width, height })
    if (jpeg === undefined || !store.has(clip.id)) return
    await writeFile(store.imagePath(clip.id), jpeg)
    clip.poster = true
    store.keep(clip)
  }

  #fail(clip: StoredClip, { code, message, remedy }: AppError): void {
    clip.state = 'failed'
    clip.error = { code, message, remedy }
    this.#dependencies.store.keep(clip)
  }

  async #sweep(): Promise<void> {
    const { store, now, log } = this.#dependencies
    for (const clip of store.list()) {
      if (clip.deletedAt === null || now() - Date.parse(clip.deletedAt) < trashMs) continue
      await store.remove(clip).catch((error: unknown) => log.warn({ err: error, clip: clip.id }, 'a clip could not be deleted'))
    }
  }
}

/** Seconds on the timeline of a moment that was asked for. Throws `clip.range_invalid`. */
function seconds(moment: number | string, originTimeMs: number): number {
  if (typeof moment === 'number') return moment / 1000
  const point = parseStartPoint(moment)
  if (point?.kind !== 'time') throw new AppError('clip.range_invalid', `${moment} is no time with its zone, as in 2030-01-31T20:15:00.000Z`)
  return (point.timeMs - originTimeMs) / 1000
}

function nameOf(title: string, stream: string, wallMs: number): string {
  return `${fileName('{title}-{date}-{time}', { title, ...timeFields(wallMs) }, `${stream}-clip`)}.mp4`
}
