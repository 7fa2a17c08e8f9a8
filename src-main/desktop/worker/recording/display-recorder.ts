import type { Packet } from '../../../formats/track.ts'
import type { MediaWire } from '../../../platform/workers/media-wire.ts'
import type { RecordingWishes } from '../../sessions/messages.ts'
import { recorderChannel, type TitleNote } from '../../sessions/recording-wire.ts'
import type { DisplayAudio } from '../audio/display-audio.ts'
import { monotonicUs } from '../viewer-updates.ts'
import { RecordedAudio } from './recorded-audio.ts'
import { RecordedVideo } from './recorded-video.ts'
import { type AskForTitle, TitleWatch } from './title-watch.ts'

/** Bytes that the host has not taken: beyond this it hangs, and frames would only fill memory. */
const maxWaitingBytes = 64 * 1024 * 1024

export interface DisplayRecorderOptions {
  readonly wire: Pick<MediaWire, 'track' | 'packet' | 'note'>
  /** Bytes on their way to the host. */
  readonly waitingBytes: () => number
  /** What shows the display to its viewers. */
  readonly show: {
    record(video: RecordedVideo | undefined): void
    /** Wants the frame once more. */
    again(): void
  }
  readonly audio: Pick<DisplayAudio, 'record'>
  readonly ask: AskForTitle
}

/** Sends the host what is recorded of a display, or sent live, while it wants that: what viewers are sent anyway is encoded once for both. */
export class DisplayRecorder {
  readonly #options: DisplayRecorderOptions
  #running: { readonly video: RecordedVideo; audio: RecordedAudio | undefined; readonly titles: TitleWatch } | undefined

  constructor(options: DisplayRecorderOptions) {
    this.#options = options
  }

  /** Starts with a keyframe, or goes on with what is wanted now; `again`: with its tracks, and from a keyframe on. */
  record({ audio: withAudio, live }: RecordingWishes, again: boolean): void {
    if (this.#running === undefined) {
      const audio = withAudio ? this.#recordAudio() : undefined
      const { wire, show, ask } = this.#options
      const video = new RecordedVideo({
        onTrack: (track) => wire.track(recorderChannel, track),
        onPacket: (packet) => this.#send(packet),
        onDue: () => show.again(),
      })
      video.setPace(live ? 'live' : 'recorded')
      const titles = new TitleWatch(ask, (title) => wire.note(recorderChannel, { title, atUs: monotonicUs() } satisfies TitleNote))
      this.#running = { video, audio, titles }
      show.record(video)
      return
    }
    const { video, titles } = this.#running
    video.setPace(live ? 'live' : 'recorded')
    if (withAudio && this.#running.audio === undefined) this.#running.audio = this.#recordAudio()
    else if (withAudio && again) this.#running.audio?.restart()
    else if (!withAudio) this.#endAudio()
    if (!again) return
    video.restart()
    titles.repeat()
  }

  stop(): void {
    if (this.#running === undefined) return
    const { video, titles } = this.#running
    this.#endAudio()
    this.#running = undefined
    video.stop()
    titles.stop()
    this.#options.show.record(undefined)
  }

  #endAudio(): void {
    if (this.#running?.audio === undefined) return
    this.#running.audio.stop()
    this.#running.audio = undefined
    this.#options.audio.record(undefined)
  }

  #recordAudio(): RecordedAudio | undefined {
    const { wire, audio } = this.#options
    let recorded: RecordedAudio | undefined
    const track = audio.record((data, frames, atUs) => recorded?.take(data, frames, atUs))
    if (track === undefined) return undefined
    recorded = new RecordedAudio({
      track,
      onTrack: (each) => wire.track(recorderChannel, each),
      onPacket: (packet) => this.#send(packet),
      nowUs: monotonicUs,
    })
    return recorded
  }

  #send(packet: Packet): void {
    if (this.#options.waitingBytes() < maxWaitingBytes) this.#options.wire.packet(recorderChannel, packet)
    // What follows a frame that was left out cannot be decoded.
    else if (packet.track.kind === 'video') this.#running?.video.restart()
  }
}
