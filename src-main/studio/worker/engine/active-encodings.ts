import type { Packet, Track } from '../../../formats/track.ts'
import type { EncodingFault, WantedEncoding, WorkerStatistics } from '../../control/engine/messages.ts'
import type { CanvasView } from '../../control/engine/studio-engine.ts'
import type { FrameRate } from '../../document/schemas/frame-rate.ts'
import type { Compositor } from '../compositor/compositor.ts'
import { AudioEncoding } from '../encoder/audio-encoding.ts'
import { VideoEncoding } from '../encoder/video-encoding.ts'
import type { MixedBlock } from '../mixer/mixer.ts'

export interface ActiveEncodingsDependencies {
  readonly compositor: Compositor
  readonly nowMs: () => number
  readonly onTrack: (channel: number, track: Track) => void
  readonly onPacket: (channel: number, packet: Packet) => void
  readonly onFault: (channel: number, fault: EncodingFault) => void
}

export interface CanvasSize {
  readonly width: number
  readonly height: number
}

/** The encodings that somebody takes, started and ended as they are wanted; one never waits for another. */
export class ActiveEncodings {
  readonly #dependencies: ActiveEncodingsDependencies
  #wanted = new Map<number, WantedEncoding>()
  #video = new Map<number, { readonly canvas: string; readonly of: CanvasView; readonly encoding: VideoEncoding }>()
  #audio = new Map<number, { readonly returnTo: string | undefined; readonly encoding: AudioEncoding }>()
  readonly #closing = new Set<Promise<void>>()

  constructor(dependencies: ActiveEncodingsDependencies) {
    this.#dependencies = dependencies
  }

  set(wanted: readonly WantedEncoding[], canvases: ReadonlyMap<string, CanvasSize>, frameRate: FrameRate): void {
    const channels = new Set(wanted.map(({ channel }) => channel))
    for (const channel of this.#wanted.keys()) if (!channels.has(channel)) this.#end(channel)
    for (const each of wanted) {
      const known = this.#wanted.get(each.channel)
      if (known === undefined) this.#begin(each, canvases, frameRate)
      else if (each.bitrateKbps !== undefined && each.bitrateKbps !== known.bitrateKbps) {
        this.#video.get(each.channel)?.encoding.setBitrate(each.bitrateKbps)
      }
    }
    this.#wanted = new Map(wanted.map((each) => [each.channel, each]))
  }

  /** Starts all of a canvas's encodings again: its size or the frame rate changed. */
  restart(canvases: ReadonlyMap<string, CanvasSize>, frameRate: FrameRate): void {
    const wanted = [...this.#wanted.values()]
    for (const each of wanted) {
      if (each.video === undefined) continue
      this.#end(each.channel)
      this.#begin(each, canvases, frameRate)
    }
  }

  /** Those that want a canvas's frame of a number. Asked once for each: encoders that are too slow for it leave it out. */
  wanting(canvas: string, of: CanvasView, frame: number): readonly VideoEncoding[] {
    const wanting: VideoEncoding[] = []
    for (const each of this.#video.values()) {
      if (each.canvas === canvas && each.of === of && each.encoding.wants(frame)) wanting.push(each.encoding)
    }
    return wanting
  }

  /** Scenes and sources that are encoded by themselves, with the canvas in whose size they are. */
  get views(): readonly { readonly canvas: string; readonly of: CanvasView; readonly kind: string; readonly id: string }[] {
    const views = new Map<string, { canvas: string; of: CanvasView; kind: string; id: string }>()
    for (const { canvas, of } of this.#video.values()) {
      const at = of.indexOf(':')
      if (at >= 0) views.set(`${canvas} ${of}`, { canvas, of, kind: of.slice(0, at), id: of.slice(at + 1) })
    }
    return [...views.values()]
  }

  /** All that encode video. */
  get video(): ReadonlySet<VideoEncoding> {
    return new Set([...this.#video.values()].map(({ encoding }) => encoding))
  }

  /** Tracks of the mixer that are taken. */
  get tracks(): readonly number[] {
    return [...new Set([...this.#audio.values()].flatMap(({ returnTo, encoding }) => (returnTo === undefined ? encoding.track : [])))]
  }

  /** Guests, by their streams, whose return is taken. */
  get returns(): readonly string[] {
    return [...this.#audio.values()].flatMap(({ returnTo }) => returnTo ?? [])
  }

  offerAudio({ tracks, returns }: Pick<MixedBlock, 'tracks' | 'returns'>, showUs: number): void {
    for (const { returnTo, encoding } of this.#audio.values()) {
      const samples = returnTo === undefined ? tracks[encoding.track - 1] : returns.get(returnTo)
      if (samples !== undefined) encoding.offer(samples, showUs)
    }
  }

  requestKeyframe(channel: number): void {
    this.#video.get(channel)?.encoding.requestKeyframe()
  }

  statistics(): WorkerStatistics['encodings'] {
    return [
      ...[...this.#video].map(([channel, { encoding }]) => ({ channel, ...encoding.statistics() })),
      ...[...this.#audio].map(([channel, { encoding }]) => ({ channel, ...encoding.statistics() })),
    ]
  }

  async close(): Promise<void> {
    for (const channel of [...this.#wanted.keys()]) this.#end(channel)
    await Promise.all(this.#closing)
  }

  #begin({ channel, video, audio, bitrateKbps }: WantedEncoding, canvases: ReadonlyMap<string, CanvasSize>, frameRate: FrameRate): void {
    const { compositor, nowMs, onTrack, onPacket, onFault } = this.#dependencies
    const events = {
      onTrack: (track: Track) => onTrack(channel, track),
      onPacket: (packet: Packet) => onPacket(channel, packet),
      onFault: (fault: string) => onFault(channel, { fault }),
    }
    if (audio) {
      const { encoding, returnTo } = audio
      this.#audio.set(channel, { returnTo, encoding: new AudioEncoding({ encoding, ...events }) })
    }
    if (video === undefined) return
    const canvas = canvases.get(video.canvas)
    if (canvas === undefined) {
      events.onFault(`There is no canvas ${video.canvas}`)
      return
    }
    const { encoding: settings, forPages } = video
    const encoding = new VideoEncoding({ compositor, canvas, encoding: settings, forPages, bitrateKbps, frameRate, nowMs, ...events })
    this.#video.set(channel, { canvas: video.canvas, of: video.of, encoding })
  }

  #end(channel: number): void {
    this.#wanted.delete(channel)
    this.#audio.get(channel)?.encoding.close()
    this.#audio.delete(channel)
    const video = this.#video.get(channel)
    this.#video.delete(channel)
    if (video === undefined) return
    const closing = video.encoding.close().finally(() => this.#closing.delete(closing))
    this.#closing.add(closing)
  }
}
