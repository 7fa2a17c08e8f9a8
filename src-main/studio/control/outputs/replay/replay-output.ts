import { ticksToMs } from '../../../../formats/media-time.ts'
import type { Track } from '../../../../formats/track.ts'
import { AppError } from '../../../../platform/errors.ts'
import { randomText } from '../../../../platform/random-id.ts'
import type { ReplaySettings } from '../../../document/kinds/output-kinds.ts'
import type { FeedHold } from '../feed-store.ts'
import { prepareFolder } from '../files/file-place.ts'
import { fileTrack, fileView, newFile, trackName } from '../files/studio-file.ts'
import type { OutputContext, OutputStatistics, RunningOutput } from '../running-output.ts'
import { ReplayBuffer } from './replay-buffer.ts'
import { writeReplay } from './write-replay.ts'

/** Keeps the last seconds in memory; `save` makes a file of them. */
export class ReplayOutput implements RunningOutput {
  readonly #context: OutputContext
  readonly #settings: ReplaySettings
  readonly #folder: string
  readonly #hold: FeedHold
  readonly #buffer: ReplayBuffer
  readonly #leave: () => void
  #saving: Promise<void> | undefined
  #saved: number
  #live = false
  #stopped = false

  /** Rejects with `studio.folder_unusable`. `folder` is absolute. */
  static async start(context: OutputContext, folder: string): Promise<ReplayOutput> {
    await prepareFolder(folder)
    return new ReplayOutput(context, folder)
  }

  private constructor(context: OutputContext, folder: string) {
    this.#context = context
    this.#settings = context.output.settings as ReplaySettings
    this.#folder = folder
    this.#saved = context.files.ofSession(context.session, 'replay').length
    const { canvas, video, audio } = context.output
    this.#hold = context.feeds.take({ canvas, video, audio }, (problem) => {
      this.#live = false
      if (!this.#stopped) context.onState('failed', new AppError('studio.output_encoder', problem))
    })
    this.#buffer = new ReplayBuffer(this.#settings.seconds, this.#settings.maxMegabytes * 1_000_000)
    this.#leave = this.#hold.feed.subscribe(this.#buffer, { from: 'keyframe' })
  }

  tick(): void {
    if (this.#live || this.#buffer.bytes === 0 || this.#hold.feed.fault !== undefined) return
    this.#live = true
    this.#context.onState('live')
  }

  statistics(): OutputStatistics {
    return { heldMs: this.#buffer.durationMs, heldBytes: this.#buffer.bytes, saved: this.#saved, gaps: this.#hold.feed.gaps }
  }

  /** `save` answers the file. Throws `studio.replay_*`, `recording.disk_*`. */
  async command(): Promise<Readonly<Record<string, unknown>>> {
    if (this.#saving !== undefined) throw new AppError('studio.replay_busy')
    const saving = this.#save()
    this.#saving = saving.then(
      () => undefined,
      () => undefined,
    )
    try {
      return await saving
    } finally {
      this.#saving = undefined
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#leave()
    this.#hold.release()
    await this.#saving
  }

  async #save(): Promise<Readonly<Record<string, unknown>>> {
    const packets = this.#buffer.packets()
    const first = packets[0]
    if (first === undefined) throw new AppError('studio.replay_empty')
    const beganMs = performance.now()
    const { output, files, events, now } = this.#context
    const durationMs = this.#buffer.durationMs
    const shown = this.#context.shown()
    const startedMs = this.#hold.feed.originTimeMs + ticksToMs(first.pts, first.track.timescale)
    const place = { folder: this.#folder, template: this.#settings.name, ending: 'mp4', output: output.name, ...shown }
    const path = files.claim({ ...place, wallMs: now(), part: 1 })
    const nameOf = (track: Track): string => trackName(track, shown.canvas, output.audio)
    const tracks = new Map(packets.map(({ track }) => [track.id, track]))
    const stored = newFile({
      id: randomText(12),
      output: output.id,
      outputName: output.name,
      kind: 'replay',
      session: this.#context.session,
      part: this.#saved + 1,
      container: 'mp4',
      path,
      startedAt: new Date(startedMs).toISOString(),
      durationMs,
      bytes: 0,
      tracks: [...tracks.values()].map((track) => fileTrack(track, nameOf(track))),
      chapters: [],
    })
    // Before its first byte: a host that is killed now knows at its next start what it left.
    files.keep(stored)
    try {
      stored.bytes = await writeReplay(path, packets, startedMs, nameOf)
    } catch (error) {
      files.forget(stored.id)
      const cause = error as NodeJS.ErrnoException
      const code = cause.code === 'ENOSPC' || cause.code === 'EDQUOT' ? 'recording.disk_full' : 'recording.disk_failed'
      throw new AppError(code, `The replay was not saved: ${cause.code ?? cause.message}`, { cause })
    } finally {
      files.release(path)
    }
    this.#saved++
    stored.state = 'complete'
    files.keep(stored)
    files.whole(stored)
    const tookMs = Math.round(performance.now() - beganMs)
    events.publish('studio.replay.saved', { output: output.id, file: fileView(stored), tookMs })
    return { id: stored.id, path, durationMs, bytes: stored.bytes, tookMs }
  }
}
