import type { AudioTrack, Packet, Track, VideoTrack } from '../../../formats/track.ts'
import type { DiscontinuityReason, LiveStream, StreamSubscriber } from '../../../media/live-stream.ts'
import type { Logger } from '../../../platform/logger.ts'
import { StreamRun } from '../../hub/run/stream-run.ts'
import { ladderKbps } from './ladder-rungs.ts'
import type { TranscodeOutput } from './messages.ts'
import { realtimeFitness } from './reordering.ts'
import { StreamOfSource } from './stream-of-source.ts'
import type { OutputTaker, StreamTranscoder } from './stream-transcoder.ts'

/** How long the work goes on after the last subscriber left, ms. */
const lingerMs = 2000
/** Channel of the media wire that its outputs come on. */
const realtimeChannel = 1
const opusKbps = 128
/** Max height of video that is made for WebRTC; higher sources are scaled down. */
const highestMade = 1080

export interface RealtimeDependencies {
  readonly source: LiveStream
  readonly transcoder: StreamTranscoder
  readonly log: Logger
  /** x264's speed preset for video of that height. */
  readonly preset: (height: number) => string
}

/** What WebRTC peers play of a stream. Works only while somebody is subscribed, and makes only what cannot be passed on. */
export class RealtimeStream extends StreamOfSource implements LiveStream {
  readonly #dependencies: RealtimeDependencies
  #run: StreamRun | undefined
  #leaveSource: (() => void) | undefined
  #subscribers = 0
  #linger: NodeJS.Timeout | undefined
  #video: VideoTrack | undefined
  #audio: AudioTrack | undefined
  #fitness: ReturnType<typeof realtimeFitness> = 'passes'
  #videoSeen = false
  #videoPasses = false
  #audioPasses = false
  /** Packets that wait until it is known whether the video can be passed on. */
  #kept: Packet[] | undefined
  /** The replay of the source's GOP cache is over. */
  #started = false

  constructor(dependencies: RealtimeDependencies) {
    super(dependencies.source)
    this.#dependencies = dependencies
  }

  /** Those known now; one that must be made appears with `onTrack` once its first packet is near. */
  get tracks(): readonly Track[] {
    return this.#run?.tracks ?? []
  }

  subscribe(subscriber: StreamSubscriber, options: { from: 'keyframe' | 'live' }): () => void {
    clearTimeout(this.#linger)
    const run = this.#run ?? this.#begin()
    this.#subscribers++
    const leave = run.subscribe(subscriber, options)
    let here = true
    return () => {
      if (!here) return
      here = false
      leave()
      if (--this.#subscribers > 0) return
      this.#linger = setTimeout(() => this.#end(), lingerMs)
      this.#linger.unref()
    }
  }

  #begin(): StreamRun {
    const { source, log } = this.#dependencies
    const run = new StreamRun({ id: source.id, name: source.name, epoch: source.epoch, log, nowMs: source.originTimeMs })
    this.#run = run
    this.#kept = []
    this.#leaveSource = source.subscribe(
      {
        onTrack: (track) => this.#onTrack(track),
        onPacket: (packet) => this.#onPacket(packet),
        onDiscontinuity: (reason: DiscontinuityReason) => run.discontinuity(reason),
        onReconnecting: (away) => run.setReconnecting(away),
        onEnd: () => {
          this.#end()
          run.end(source.state === 'error' ? 'error' : 'ended')
        },
      },
      { from: 'keyframe' },
    )
    this.#started = true
    if (source.state === 'active' && !this.#undecided) this.#release()
    return run
  }

  /** Only its packets will show whether the video can be passed on. */
  get #undecided(): boolean {
    return !this.#videoSeen && this.#fitness === 'by-packets'
  }

  #release(): void {
    const kept = this.#kept ?? []
    this.#kept = undefined
    this.#decide()
    for (const packet of kept) this.#pass(packet)
  }

  #end(): void {
    clearTimeout(this.#linger)
    this.#leaveSource?.()
    this.#leaveSource = undefined
    this.#dependencies.transcoder.want(realtimeChannel, [], this.#taker)
    this.#run = undefined
    this.#video = undefined
    this.#audio = undefined
    this.#videoSeen = false
    this.#started = false
    this.#fitness = 'passes'
  }

  #onTrack(track: Track): void {
    if (track.kind === 'video') {
      if (this.#video !== undefined && this.#video.id !== track.id) return
      this.#video = track
      this.#fitness = realtimeFitness(track)
      this.#videoPasses = this.#fitness !== 'must-be-made'
    } else {
      if (this.#audio !== undefined && this.#audio.id !== track.id) return
      this.#audio = track
      this.#audioPasses = track.codec === 'opus' && track.channels <= 2
    }
    if (this.#kept === undefined) this.#decide()
  }

  #onPacket(packet: Packet): void {
    const { track } = packet
    if (track.id === this.#video?.id) {
      this.#videoSeen = true
      if (this.#videoPasses && packet.pts !== packet.dts && this.#fitness === 'by-packets') {
        this.#videoPasses = false
        if (this.#kept === undefined) this.#decide()
      }
    }
    if (this.#kept === undefined) this.#pass(packet)
    else {
      this.#kept.push(packet)
      if (this.#started && !this.#undecided) this.#release()
    }
  }

  #pass(packet: Packet): void {
    const { id } = packet.track
    if ((id === this.#video?.id && this.#videoPasses) || (id === this.#audio?.id && this.#audioPasses)) this.#run?.deliver(packet)
  }

  /** Announces the tracks that are passed on and requests those that must be made. */
  #decide(): void {
    const outputs: TranscodeOutput[] = []
    if (this.#video !== undefined) {
      if (this.#videoPasses) this.#run?.setTrack(this.#video)
      else {
        const height = Math.min(highestMade, Math.min(this.#video.width, this.#video.height) || highestMade)
        outputs.push({
          kind: 'video',
          channel: realtimeChannel,
          id: this.#video.id,
          source: this.#video.id,
          codec: 'h264',
          encoder: 'libx264',
          height,
          kbps: ladderKbps(height),
          preset: this.#dependencies.preset(height),
          bFrames: 0,
          realtime: true,
          start: 'now',
        })
      }
    }
    if (this.#audio !== undefined) {
      if (this.#audioPasses) this.#run?.setTrack(this.#audio)
      else outputs.push({ kind: 'audio', channel: realtimeChannel, id: this.#audio.id, source: this.#audio.id, kbps: opusKbps })
    }
    this.#dependencies.transcoder.want(realtimeChannel, outputs, this.#taker)
  }

  readonly #taker: OutputTaker = {
    onTrack: (track) => this.#run?.setTrack(track),
    onPacket: (packet) => this.#run?.deliver(packet),
    onFailed: () => undefined,
  }
}
