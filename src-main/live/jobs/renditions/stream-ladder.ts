import { ticksToMs } from '../../../formats/media-time.ts'
import type { Packet, Track, VideoTrack } from '../../../formats/track.ts'
import { chooseEncoder } from '../../../media/encoders/choose-encoder.ts'
import type { EncoderInfo, RenditionCodec } from '../../../media/encoders/encoder-info.ts'
import { outputSize } from '../../../media/encoders/output-size.ts'
import type { VideoOutput } from '../../../media/encoders/video-output.ts'
import type { LiveStream, StreamSubscriber } from '../../../media/live-stream.ts'
import type { Logger } from '../../../platform/logger.ts'
import type { LadderStream } from '../../hub/derived-streams.ts'
import { StreamRun } from '../../hub/run/stream-run.ts'
import type { StreamLimits } from '../../key-limits.ts'
import { ladderChannel, planLadder } from './ladder-plan.ts'
import { ladderKbps } from './ladder-rungs.ts'
import { LoadGovernor } from './load-governor.ts'
import type { TranscodeReport } from './messages.ts'
import type { Choice, Preset, RenditionInfo, StreamRenditions } from './schemas.ts'
import { SourceCap } from './source-cap.ts'
import { StreamOfSource } from './stream-of-source.ts'
import type { OutputTaker, StreamTranscoder } from './stream-transcoder.ts'

export interface LadderDependencies {
  readonly source: LiveStream
  readonly transcoder: StreamTranscoder
  readonly log: Logger
  readonly choice: () => { readonly choice: Choice; readonly chosen: boolean }
  readonly preset: (id: string) => Preset | undefined
  /** What was found on this machine; empty until it is measured. */
  readonly encoders: () => readonly EncoderInfo[]
  /** Pixels a second that other streams' ladders encode now. */
  readonly taken: () => number
  /** Limits of the publisher's key. */
  readonly limits: () => StreamLimits | undefined
  /** A ladder is to be made and no encoder has been measured yet. */
  readonly onEncodersWanted: () => void
  /** Something that the API shows is other than before. */
  readonly onChange: () => void
  /** A rendition was shed (`true`) or came back. */
  readonly onShed: (output: VideoOutput, shed: boolean) => void
}

/** A second of one output's work, as last reported. */
interface Work {
  readonly frames: number
  readonly bytes: number
  readonly busyMs: number
}

/** A stream and what is made beneath it; keeps the ladder what the choice and the machine allow. */
export class StreamLadder extends StreamOfSource implements LadderStream {
  readonly #dependencies: LadderDependencies
  readonly #governor = new LoadGovernor()
  readonly #cap: SourceCap
  readonly #retired = new Set<(trackId: string) => void>()
  readonly #work = new Map<string, Work>()
  readonly #failed = new Map<string, string>()
  readonly #running = new Set<string>()
  /** Where each rendition is, dts. */
  readonly #reached = new Map<string, number>()
  /** Renditions that start again: with a keyframe behind what viewers have. */
  readonly #beginning = new Set<string>()
  /** All requested renditions, the highest first. */
  #plan: readonly VideoOutput[] = []
  /** Ids of what is given up for now, in the order in which it was. */
  #shed: readonly string[] = []
  #derived: StreamRun
  #tracks: readonly Track[] = []
  #away = false
  #error: string | null = null
  #behindMs = 0
  #load = 0
  #frameMs = 1000 / 30
  #lastDts = Number.NaN
  #leave: () => void

  constructor(dependencies: LadderDependencies) {
    const { source, log } = dependencies
    super(source)
    this.#dependencies = dependencies
    this.#derived = new StreamRun({ id: source.id, name: source.name, epoch: source.epoch, log, nowMs: source.originTimeMs })
    this.#cap = new SourceCap({ onWanted: () => this.replan() })
    this.#leave = source.subscribe(
      {
        onTrack: (track) => this.#onSourceTrack(track),
        onPacket: (packet) => this.#onSourcePacket(packet),
        onDiscontinuity: () => {
          this.#lastDts = Number.NaN
        },
        onEnd: () => this.#derived.end('ended'),
      },
      { from: 'live' },
    )
  }

  get tracks(): readonly Track[] {
    const own = this.#dependencies.source.tracks.filter((track) => !this.#cap.hides(track))
    return [...own, ...this.#derived.tracks]
  }

  /** Pixels a second that are encoded now. */
  get pixelRate(): number {
    const source = this.#video
    if (source === undefined) return 0
    let pixels = 0
    for (const output of this.#wanted()) {
      const { width, height } = outputSize(source.width, source.height, output.height)
      pixels += (width * height * 1000) / this.#frameMs
    }
    return pixels
  }

  subscribe(subscriber: StreamSubscriber, options: { from: 'keyframe' | 'live' }): () => void {
    const cap = this.#cap
    const leaveSource = this.#dependencies.source.subscribe(
      {
        onTrack: (track) => {
          if (!cap.hides(track)) subscriber.onTrack(track)
        },
        onPacket: (packet) => {
          if (!cap.drops(packet)) subscriber.onPacket(packet)
        },
        onDiscontinuity: (reason) => subscriber.onDiscontinuity(reason),
        onReconnecting: (away) => subscriber.onReconnecting?.(away),
        onEnd: () => subscriber.onEnd(),
      },
      options,
    )
    const leaveDerived = this.#derived.subscribe(
      {
        onTrack: (track) => subscriber.onTrack(track),
        onPacket: (packet) => subscriber.onPacket(packet),
        // The source's seams are the ladder's; a rendition that is recreated goes on at its own keyframe.
        onDiscontinuity: () => undefined,
        onEnd: () => undefined,
      },
      options,
    )
    return () => {
      leaveSource()
      leaveDerived()
    }
  }

  onRetired(listener: (trackId: string) => void): () => void {
    this.#retired.add(listener)
    return () => this.#retired.delete(listener)
  }

  /** Choice, preset, machine or source changed: makes what should be made now. */
  replan(): void {
    const before = JSON.stringify(this.#plan)
    this.#plan = this.#makePlan()
    if (JSON.stringify(this.#plan) === before) return
    this.#shed = this.#shed.filter((id) => this.#plan.some((output) => output.id === id))
    this.#failed.clear()
    this.#error = null
    this.#governor.changed()
    this.#apply()
  }

  /** Once a second while the transcoder works. */
  report(report: TranscodeReport): void {
    this.#behindMs = Math.round(report.behindMs)
    this.#load = Math.round(report.load * 100) / 100
    for (const { channel, id, frames, bytes, busyMs } of report.outputs) {
      if (channel === ladderChannel) this.#work.set(id, { frames, bytes, busyMs })
    }
    const sheddable = this.#wanted().filter((output) => !this.#cap.makes(output))
    const verdict = this.#governor.judge(report.behindMs, report.load, sheddable.length, this.#shed.length)
    if (verdict === 'shed') this.#giveUp(this.#costliest(sheddable))
    else if (verdict === 'restore') this.#giveBack()
  }

  /** The media engine does not load. */
  broken(message: string): void {
    this.#error = message
    this.#cap.failed()
    for (const output of this.#plan) this.#retire(output.id)
    this.#dependencies.onChange()
  }

  view(): StreamRenditions {
    const { choice, chosen } = this.#dependencies.choice()
    const source = this.#video
    return {
      choice,
      chosen,
      state: this.#stateNow(choice),
      error: this.#error,
      capped: this.#cap.wanted,
      behindMs: this.#behindMs,
      load: this.#load,
      renditions: source === undefined ? [] : this.#plan.map((output) => this.#info(output, source)),
    }
  }

  stop(): void {
    this.#leave()
    this.#dependencies.transcoder.want(ladderChannel, [], this.#taker)
  }

  get #video(): VideoTrack | undefined {
    return this.#tracks.find((track) => track.kind === 'video')
  }

  #stateNow(choice: Choice): StreamRenditions['state'] {
    if (this.#dependencies.source.state !== 'active') return 'not-live'
    if (this.#error !== null) return 'broken'
    if (this.#plan.length > 0) return this.#away ? 'away' : 'running'
    if (this.#videoCount() > 1) return 'multitrack'
    return choice.mode === 'off' ? 'off' : 'nothing-to-make'
  }

  #info(output: VideoOutput, source: VideoTrack): RenditionInfo {
    const work = this.#work.get(output.id)
    const error = this.#failed.get(output.id) ?? null
    const state =
      error !== null ? 'failed' : this.#shed.includes(output.id) ? 'shed' : this.#running.has(output.id) ? 'running' : 'starting'
    const works = state === 'running' && !this.#away && work !== undefined
    return {
      id: output.id,
      state,
      ...outputSize(source.width, source.height, output.height),
      codec: output.codec as RenditionCodec,
      encoder: output.encoder,
      speedPreset: output.preset,
      targetKbps: output.kbps,
      kbps: works ? Math.round((work.bytes * 8) / 1000) : 0,
      frameRate: works ? work.frames : 0,
      busyMs: works ? work.busyMs : 0,
      error,
    }
  }

  #videoCount(): number {
    return this.#dependencies.source.tracks.filter((track) => track.kind === 'video').length
  }

  #makePlan(): readonly VideoOutput[] {
    const source = this.#video
    if (source === undefined || source.width === 0) return []
    const { choice } = this.#dependencies.choice()
    const encoders = this.#dependencies.encoders()
    const frameRate = Math.min(120, 1000 / this.#frameMs)
    const plan: VideoOutput[] = []
    const limits = this.#dependencies.limits()?.limits
    if (this.#cap.wanted) {
      const height = Math.min(limits?.maxHeight ?? Number.POSITIVE_INFINITY, Math.min(source.width, source.height))
      const encoder = chooseEncoder('h264', 'fastest', encoders)
      plan.push({
        kind: 'video',
        channel: ladderChannel,
        id: source.id,
        source: source.id,
        codec: 'h264',
        encoder: encoder.name,
        height,
        kbps: Math.min(ladderKbps(height), limits?.maxVideoKbps ?? Number.POSITIVE_INFINITY),
        preset: encoder.preset,
        bFrames: 0,
        realtime: false,
        start: 'keyframe',
      })
    }
    // A publisher that sends several video tracks provides the ladder itself.
    if (this.#videoCount() > 1) return plan
    if (choice.mode !== 'off' && encoders.length === 0) this.#dependencies.onEncodersWanted()
    // Without a measurement the capacity of the machine is unknown.
    if (choice.mode === 'auto' && encoders.length === 0) return plan
    const preset = choice.preset ? this.#dependencies.preset(choice.preset) : undefined
    const ladder = planLadder({ source, frameRate, choice, preset, encoders, taken: this.#dependencies.taken() })
    const top = plan[0]
    plan.push(...(top === undefined ? ladder : ladder.filter(({ height, kbps }) => height < top.height && kbps < top.kbps)))
    return plan
  }

  /** What should be made now. */
  #wanted(): readonly VideoOutput[] {
    return this.#plan.filter(({ id }) => !this.#shed.includes(id) && !this.#failed.has(id))
  }

  #apply(): void {
    const wanted = this.#wanted()
    for (const id of this.#running) if (!wanted.some((output) => output.id === id)) this.#retire(id)
    this.#dependencies.transcoder.want(ladderChannel, wanted, this.#taker)
    this.#dependencies.onChange()
  }

  #retire(id: string): void {
    if (!this.#running.delete(id)) return
    this.#work.delete(id)
    this.#derived.retainTracks(this.#running)
    for (const listener of this.#retired) listener(id)
  }

  #costliest(outputs: readonly VideoOutput[]): VideoOutput {
    const cost = (output: VideoOutput): number => this.#work.get(output.id)?.busyMs ?? 0
    return outputs.reduce((max, each) => (cost(each) > cost(max) ? each : max))
  }

  #giveUp(output: VideoOutput): void {
    this.#shed = [...this.#shed, output.id]
    this.#apply()
    this.#dependencies.onShed(output, true)
  }

  #giveBack(): void {
    const id = this.#shed.at(-1)
    const output = this.#plan.find((each) => each.id === id)
    this.#shed = this.#shed.slice(0, -1)
    if (output === undefined) return
    this.#apply()
    this.#dependencies.onShed(output, false)
  }

  #onSourceTrack(track: Track): void {
    const at = this.#tracks.findIndex((each) => each.id === track.id)
    this.#tracks = at < 0 ? [...this.#tracks, track] : this.#tracks.with(at, track)
    if (track.kind !== 'video') return
    this.#cap.judgeTrack(track, this.#dependencies.limits())
    this.replan()
  }

  #onSourcePacket(packet: Packet): void {
    const video = this.#video
    if (packet.track.id !== video?.id) return
    const step = ticksToMs(packet.dts - this.#lastDts, packet.track.timescale)
    this.#lastDts = packet.dts
    if (step > 1 && step < 1000) this.#frameMs += (step - this.#frameMs) / 16
    this.#cap.watch(packet, this.#dependencies.limits)
  }

  readonly #taker: OutputTaker = {
    onTrack: (track) => {
      this.#running.add(track.id)
      this.#beginning.add(track.id)
      this.#derived.setTrack(track)
      this.#dependencies.onChange()
    },
    onPacket: (packet) => {
      const { id } = packet.track
      if (!this.#running.has(id) || !this.#cap.takes(packet)) return
      if (this.#beginning.size > 0 && this.#beginning.has(id)) {
        // A transcoder that starts again starts with the present GOP, of which viewers have the start.
        if (!packet.key || packet.dts <= (this.#reached.get(id) ?? -1)) return
        this.#beginning.delete(id)
      }
      this.#reached.set(id, packet.dts)
      this.#derived.deliver(packet)
    },
    onFailed: (id, message) => {
      this.#failed.set(id, message)
      if (id === this.#video?.id) this.#cap.failed()
      this.#apply()
    },
    onAway: (away) => {
      this.#away = away
      this.#governor.changed()
      this.#dependencies.onChange()
    },
  }
}
