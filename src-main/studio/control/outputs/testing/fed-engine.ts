import { audioTrack, videoTrack } from '../../../../formats/codecs/track-from-config.ts'
import { ticks } from '../../../../formats/media-time.ts'
import { headers } from '../../../../formats/testing/header-samples.ts'
import type { Packet, Track } from '../../../../formats/track.ts'
import { AppError } from '../../../../platform/errors.ts'
import type {
  AudioRequest,
  CanvasFrames,
  EncodedListener,
  Encoding,
  EngineEvent,
  EngineState,
  EngineStatistics,
  StoresListener,
  StudioEngine,
  Switched,
  TakenStores,
  TakenVideo,
  TileHeight,
  VideoRequest,
} from '../../engine/studio-engine.ts'

/** An encoding that somebody takes of the double. */
export interface FedEncoding {
  readonly request: VideoRequest | AudioRequest
  readonly listener: EncodedListener
  keyframesAsked: number
  bitrateKbps: number | undefined
}

/** A canvas's frames that somebody takes of the double. */
export interface FedFrames {
  readonly canvas: string
  readonly listener: StoresListener<CanvasFrames>
  taken: boolean
}

const track = {
  video: videoTrack('video', 'h264', headers.avcB) as Track,
  aac: audioTrack('audio', 'aac', headers.aacLc) as Track,
  opus: audioTrack('audio', 'opus', headers.opusHead) as Track,
}
const fps = 30

/** A StudioEngine for tests: encodes nothing, and hands out made-up packets on request. */
export class FedEngine implements StudioEngine {
  state: EngineState = 'running'
  readonly originTimeMs = 1_700_000_000_000
  readonly encodings = new Set<FedEncoding>()
  /** Who takes frames of canvases. */
  readonly canvasFrames = new Set<FedFrames>()
  /** Tiles that are wanted of the double. */
  tiles: readonly string[] = []
  /** Frames between keyframes. */
  gop = 30
  /** How far video is behind audio, s: an encoder that looks ahead. */
  lookaheadS = 0
  readonly #listeners = new Set<(event: EngineEvent) => void>()
  #fromS = 0

  encodeVideo(request: VideoRequest, listener: EncodedListener): Encoding {
    return this.#add(request, listener)
  }

  videoEncodings(): readonly TakenVideo[] {
    const video = [...this.encodings].flatMap(({ request }) => (isVideo(request) ? request : []))
    return [...new Set(video)].map((request, index) => ({
      id: String(index),
      preset: 'auto',
      request,
      subscribers: video.filter((each) => each === request).length,
    }))
  }

  encodeAudio(request: AudioRequest, listener: EncodedListener): Encoding {
    return this.#add(request, listener)
  }

  setTiles(tiles: readonly string[], _height: TileHeight): void {
    this.tiles = tiles
  }

  showFrames(canvas: string, listener: StoresListener<CanvasFrames>): TakenStores {
    const made: FedFrames = { canvas, listener, taken: false }
    this.canvasFrames.add(made)
    return {
      setTaken: (taken) => {
        made.taken = taken
      },
      close: () => this.canvasFrames.delete(made),
    }
  }

  shareMedia(): TakenStores {
    return { setTaken() {}, close() {} }
  }

  /** Tells configurations: of the first `most` encodings, or of all. */
  begin(max = Number.POSITIVE_INFINITY): void {
    for (const [index, { request, listener }] of [...this.encodings].entries()) if (index < max) listener.onTrack(trackOf(request))
  }

  /** Hands out this much of every encoding, in order of time. */
  feed(seconds: number): void {
    const packets: { readonly at: number; readonly listener: EncodedListener; readonly packet: Packet }[] = []
    for (const { request, listener } of this.encodings) {
      const lag = isVideo(request) ? this.lookaheadS : 0
      for (const packet of packetsOf(request, this.#fromS, this.#fromS + seconds, this.gop)) {
        packets.push({ at: packet.dts / packet.track.timescale + lag, listener, packet })
      }
    }
    this.#fromS += seconds
    for (const { listener, packet } of packets.sort((one, other) => one.at - other.at)) listener.onPacket(packet)
  }

  /** The process dies; this many seconds pass until it is back. */
  die(seconds: number): void {
    for (const { listener } of [...this.encodings, ...this.canvasFrames]) listener.onGap()
    this.#enter('restarting')
    this.#fromS += seconds
    this.#enter('running')
    this.begin()
  }

  fail(problem: string): void {
    for (const { listener } of this.encodings) listener.onFault(problem)
  }

  notify(event: EngineEvent): void {
    for (const listener of this.#listeners) listener(event)
  }

  onEvent(listener: (event: EngineEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  setCollection(): void {}
  async setPreview(): Promise<void> {}
  setTBar(): void {}
  meter(): void {}

  followWindow(): void {}
  talkTo(): void {}
  talk(): void {}
  async command(): Promise<void> {}
  async stop(): Promise<void> {}
  async devices(): Promise<readonly []> {
    return []
  }
  async switchTo(): Promise<Switched> {
    throw new AppError('internal')
  }
  async screenshot(): Promise<Uint8Array> {
    throw new AppError('internal')
  }
  filterProblems(): ReturnType<StudioEngine['filterProblems']> {
    return new Map()
  }
  filterChoices(): ReturnType<StudioEngine['filterChoices']> {
    return new Map()
  }
  reports(): ReturnType<StudioEngine['reports']> {
    return new Map()
  }
  statistics(): EngineStatistics {
    throw new AppError('internal')
  }

  #add(request: VideoRequest | AudioRequest, listener: EncodedListener): Encoding {
    const made: FedEncoding = { request, listener, keyframesAsked: 0, bitrateKbps: undefined }
    this.encodings.add(made)
    this.notify({ kind: 'encodings' })
    return {
      requestKeyframe: () => {
        made.keyframesAsked++
      },
      setBitrate: (kbps) => {
        made.bitrateKbps = kbps
      },
      close: () => {
        if (this.encodings.delete(made)) this.notify({ kind: 'encodings' })
      },
    }
  }

  #enter(state: EngineState): void {
    this.state = state
    this.notify({ kind: 'state', state })
  }
}

function isVideo(request: VideoRequest | AudioRequest): request is VideoRequest {
  return 'canvas' in request
}

function trackOf(request: VideoRequest | AudioRequest): Track {
  return isVideo(request) ? track.video : track[request.encoding.codec]
}

/** Frames are at whole numbers of their rate, as the studio's are. */
function packetsOf(request: VideoRequest | AudioRequest, fromS: number, toS: number, gop: number): Packet[] {
  const of = trackOf(request)
  const step = of.kind === 'video' ? of.timescale / fps : of.codec === 'opus' ? 960 : 1024
  const packets: Packet[] = []
  for (let index = Math.ceil((fromS * of.timescale) / step); index * step < toS * of.timescale; index++) {
    const key = of.kind === 'audio' || index % gop === 0
    const data =
      of.kind === 'video' ? Uint8Array.of(0, 0, 0, 3, key ? 0x65 : 0x41, index & 255, index >> 8) : Uint8Array.of(1, 2, index & 255)
    packets.push({ track: of, pts: ticks(index * step), dts: ticks(index * step), duration: ticks(step), key, data })
  }
  return packets
}
