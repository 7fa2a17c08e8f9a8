import { setTimeout as sleep } from 'node:timers/promises'
import { AV_NOPTS_VALUE, AVERROR_EOF } from 'node-av/constants'
import { Packet, type Stream } from 'node-av/lib'
import type { SourceState } from '../../../../../media/source-report.ts'
import { writeAwayFrame } from '../away-frame.ts'
import type { LiveRequest, PlayRequest } from '../messages.ts'
import type { DecodedAudio } from './audio-decoder.ts'
import { audioRate } from './audio-rate.ts'
import type { FrameDecoder } from './frame-decoder.ts'
import { LiveClock } from './live-clock.ts'
import { closeLiveSession, type LiveSession, openLiveSession } from './live-session.ts'
import { LiveTiming } from './live-timing.ts'
import { MediaFault, plainly } from './media-fault.ts'
import type { PacketQueue } from './packet-queue.ts'
import type { Player, PlayerDependencies } from './player.ts'
import { Presenter } from './presenter.ts'
import { Timeline } from './timeline.ts'

/** Video and audio are decoded this long before they are due, µs; never more bytes of frames than that wait. */
const videoAheadUs = 90_000
const audioAheadUs = 60_000
const maxFrameBytes = 64 * 1024 * 1024
/** What is kept beyond the buffer before a part of it is left out, µs and bytes. */
const maxKeptUs = 5_000_000
const maxKeptBytes = 64 * 1024 * 1024
/** What is fetched ahead of something that does not come by itself, µs. */
const fetchedAheadUs = 3_000_000
/** Audio written at times nearer to each other than this is one, µs. */
const seamUs = 5000
/** What comes at once at the start is accepted before anything is decoded: it shows how late it all is, ms. */
const maxSettleMs = 150
/** At the start frames this late are not shown, µs, for this long, ms. */
const lateVideoUs = 20_000
const catchUpMs = 1500
/** Audio that is later than this is of no use, µs. */
const lateAudioUs = 100_000
/** After this time without data it is reported, ms; after this one for what is fetched in pieces. */
const silentMs = 2500
const silentPacedMs = 15_000
/** After so long without anything the connection is recreated, ms. */
const lostMs = 10_000
/** Delays between attempts, ms. */
const backoffMs = [250, 500, 1000, 2000, 4000]
const reportEveryMs = 1000

/** Plays live media: reads as it comes, delays it by the buffer, and finds its way back to live whatever happens. */
export class LivePlayer implements Player {
  readonly #dependencies: PlayerDependencies
  readonly #request: LiveRequest
  readonly #timeline = new Timeline()
  /** The same for video, in step with the frames of the program: one that falls between two would be seen unevenly long. */
  readonly #videoTimeline = new Timeline()
  #videoOffsetUs = Number.NaN
  /** Clock time after the audio that was written, µs. */
  #audioEndUs = Number.NEGATIVE_INFINITY
  readonly #timing: LiveTiming
  readonly #presenter: Presenter
  readonly #stopping = new AbortController()
  readonly #reportTimer: NodeJS.Timeout
  readonly #finished: Promise<void>
  #session: LiveSession | undefined
  #state: SourceState = 'starting'
  #problem: string | undefined
  #lastPacketAt = 0
  #attempts = 0
  #reconnects = -1
  #leftOut = 0
  #retry = new AbortController()
  #wakeUp: () => void = () => undefined

  constructor(request: LiveRequest, dependencies: PlayerDependencies) {
    this.#dependencies = dependencies
    this.#request = request
    this.#timing = new LiveTiming(request.bufferMs * 1000)
    this.#presenter = new Presenter({
      store: dependencies.frameStore,
      audio: { pump: () => undefined },
      timeline: this.#videoTimeline,
      nowUs: dependencies.nowUs,
      clock: dependencies.clock,
      onRoom: () => this.#wakeUp(),
    })
    this.#reportTimer = setInterval(() => this.#look(), reportEveryMs)
    this.#finished = this.#run()
  }

  update(request: PlayRequest): boolean {
    return JSON.stringify(request) === JSON.stringify(this.#request)
  }

  show(): void {}

  command(name: string): void {
    if (name !== 'retry' || this.#session !== undefined) return
    this.#attempts = 0
    this.#retry.abort()
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    this.#retry.abort()
    clearInterval(this.#reportTimer)
    this.#presenter.halt()
    this.#wakeUp()
    this.#session?.input.interrupt()
    // Opening cannot be interrupted: the process ends without waiting for it.
    await Promise.race([this.#finished, sleep(300)])
    this.#presenter.flush()
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      try {
        await this.#connect()
      } catch (error) {
        if (this.#stopping.signal.aborted) return
        this.#away(error as Error)
        if (this.#request.own === true) {
          this.#dependencies.onAway()
          return
        }
      }
      if (this.#state === 'ended') await this.#pause(Number.POSITIVE_INFINITY)
      else await this.#pause(backoffMs[Math.min(this.#attempts++, backoffMs.length - 1)] as number)
    }
  }

  /** Waits between two attempts; a command to retry ends it. */
  async #pause(ms: number): Promise<void> {
    this.#retry = new AbortController()
    if (this.#stopping.signal.aborted) return
    await sleep(Math.min(ms, 2 ** 31 - 1), undefined, { signal: this.#retry.signal }).catch(() => undefined)
  }

  /** Throws MediaFault when the connection ends. */
  async #connect(): Promise<void> {
    const session = await openLiveSession(this.#request, this.#dependencies.engine)
    this.#session = session
    this.#reconnects++
    this.#timing.reset()
    this.#timing.forgetGrid()
    this.#videoOffsetUs = Number.NaN
    this.#lastPacketAt = performance.now()
    if (!session.videoDecoder) this.#dependencies.frameStore.clear()
    this.#presenter.run()
    let broken: Error | undefined
    const decoding = this.#decode(session).catch((error: Error) => {
      broken = error
      session.ended = true
      session.input.interrupt()
    })
    try {
      await this.#read(session)
      if (broken !== undefined) throw broken
    } catch (error) {
      throw broken ?? error
    } finally {
      session.ended = true
      this.#wakeUp()
      await decoding
      this.#session = undefined
      this.#presenter.halt()
      this.#presenter.flush()
      await closeLiveSession(session)
    }
  }

  async #read(session: LiveSession): Promise<void> {
    const { input, isPaced, videoQueue, audioQueue } = session
    const clock = new LiveClock()
    while (!this.#isOver(session)) {
      while (isPaced && Math.max(videoQueue.spanUs, audioQueue.spanUs) > fetchedAheadUs) {
        await sleep(50)
        this.#lastPacketAt = performance.now()
        if (this.#isOver(session)) return
      }
      const packet = new Packet()
      packet.alloc()
      const read = await input.read(packet)
      if (read < 0) {
        packet.free()
        if (this.#stopping.signal.aborted) return
        if (read === AVERROR_EOF && isPaced) {
          await this.#playOut(session)
          return
        }
        throw new MediaFault('missing', read === AVERROR_EOF ? 'it ended' : await this.#dependencies.engine.words(read))
      }
      const { videoStream, audioStream } = input
      const stream =
        packet.streamIndex === videoStream?.index ? videoStream : packet.streamIndex === audioStream?.index ? audioStream : undefined
      if (stream === undefined) packet.free()
      else this.#arrived(session, stream, packet, clock)
    }
  }

  /** Something that has an end of its own came to it: what is kept is played. */
  async #playOut(session: LiveSession): Promise<void> {
    const { videoQueue, audioQueue } = session
    while (!this.#isOver(session) && (videoQueue.length > 0 || audioQueue.length > 0 || this.#presenter.waiting > 0)) await sleep(50)
    if (!this.#isOver(session)) this.#notify('ended', undefined)
  }

  /** It is to stop, or its packets cannot be decoded. */
  #isOver(session: LiveSession): boolean {
    return session.ended || this.#stopping.signal.aborted
  }

  #arrived(session: LiveSession, stream: Stream, packet: Packet, clock: LiveClock): void {
    const { num, den } = stream.timeBase
    const tickUs = (num * 1e6) / den
    const ticks = packet.dts === AV_NOPTS_VALUE ? packet.pts : packet.dts
    if (ticks === AV_NOPTS_VALUE) {
      packet.free()
      return
    }
    const now = this.#dependencies.nowUs()
    const dtsUs = Number(ticks) * tickUs
    const shiftUs = clock.shiftFor(stream.index, dtsUs, now)
    if (shiftUs !== 0) {
      const shiftTicks = BigInt(Math.round(shiftUs / tickUs))
      if (packet.dts !== AV_NOPTS_VALUE) packet.dts += shiftTicks
      if (packet.pts !== AV_NOPTS_VALUE) packet.pts += shiftTicks
    }
    const timeUs = dtsUs + shiftUs
    this.#lastPacketAt = performance.now()
    if (Number.isNaN(session.beganAt)) session.beganAt = this.#lastPacketAt
    const isVideo = stream.index === session.input.videoStream?.index
    if (isVideo && packet.pts !== AV_NOPTS_VALUE && !this.#timing.hasGrid)
      this.#timing.keepTo(Number(packet.pts) * tickUs, this.#dependencies.clock)
    if (!session.isPaced || Number.isNaN(this.#timing.offsetUs)) this.#timing.arrived(stream.index, timeUs, now)
    this.#timeline.reset(0, this.#timing.offsetUs, 1)
    const queue = isVideo ? session.videoQueue : session.audioQueue
    queue.push(packet, timeUs)
    if (queue.spanUs > this.#request.bufferMs * 1000 + maxKeptUs || queue.bytes > maxKeptBytes) {
      if (queue.dropToKeyframe()) this.#leftOut++
      else if (queue.bytes > maxKeptBytes) queue.clear()
    }
    if (this.#state !== 'running') {
      this.#attempts = 0
      this.#notify('running', session.input.problem)
    }
    this.#wakeUp()
  }

  /** Decodes what will be due soon, until the session ends. */
  async #decode(session: LiveSession): Promise<void> {
    const { videoDecoder, audioDecoder, videoQueue, audioQueue } = session
    const delayUs = videoDecoder === undefined ? 0 : (session.input.videoStream?.codecpar.videoDelay ?? 0) * videoDecoder.frameUs
    const settleMs = Math.min(maxSettleMs, this.#request.bufferMs / 2)
    while (!this.#isOver(session)) {
      const now = this.#dependencies.nowUs()
      if (!(performance.now() - session.beganAt >= settleMs)) {
        await sleep(10)
        continue
      }
      if (audioDecoder && this.#isNear(audioQueue, now + audioAheadUs)) {
        const packet = audioQueue.shift()
        for (const heard of audioDecoder.decode(packet)) this.#hear(session, heard)
        packet?.free()
      } else if (videoDecoder && this.#presenter.bytes < maxFrameBytes && this.#isNear(videoQueue, now + videoAheadUs + delayUs)) {
        await this.#see(session, videoDecoder, videoQueue.shift() as Packet)
      } else {
        await new Promise<void>((resolve) => {
          this.#wakeUp = resolve
        })
        this.#wakeUp = () => undefined
      }
    }
  }

  #isNear(queue: PacketQueue, untilUs: number): boolean {
    const next = queue.nextUs
    return next !== undefined && this.#timeline.dueUs(next) <= untilUs
  }

  async #see(session: LiveSession, decoder: FrameDecoder, packet: Packet): Promise<void> {
    await decoder.push(packet)
    packet.free()
    for (;;) {
      const decoded = await decoder.next(Number.NEGATIVE_INFINITY)
      if (decoded === undefined || decoded === 'passed') return
      const { frame, ptsUs, durationUs } = decoded
      let bytes = 0
      for (const stride of frame.linesize) bytes += stride * frame.height
      const lateUs = this.#dependencies.nowUs() - this.#timeline.dueUs(ptsUs)
      session.isLive ||= lateUs < lateVideoUs || performance.now() - session.beganAt > catchUpMs
      if (!session.isLive) {
        decoder.release(decoded)
        continue
      }
      this.#keepStep()
      if (session.isPaced && lateUs > lateAudioUs) this.#rebind(ptsUs)
      else decoder.hurry(lateUs)
      this.#presenter.push({ frame, mediaUs: ptsUs, durationUs, bytes, release: () => decoder.release(decoded) })
    }
  }

  #keepStep(): void {
    const offsetUs = this.#timing.onGrid(this.#videoOffsetUs, this.#timing.offsetUs)
    if (offsetUs === this.#videoOffsetUs) return
    this.#videoOffsetUs = offsetUs
    this.#videoTimeline.reset(0, offsetUs, 1)
    this.#presenter.wake()
  }

  #hear(session: LiveSession, { samples, position }: DecodedAudio): void {
    const mediaUs = (position * 1e6) / audioRate
    const lateUs = this.#dependencies.nowUs() - this.#timeline.dueUs(mediaUs)
    if (lateUs > lateAudioUs) {
      if (!session.isPaced) return
      this.#rebind(mediaUs)
    }
    const dueUs = this.#timeline.dueUs(mediaUs)
    // Drawn nearer to live: what would be heard twice at a time is left out.
    const doubledUs = this.#audioEndUs - dueUs
    const skip = doubledUs > seamUs ? Math.round((doubledUs * audioRate) / 1e6) : 0
    if (2 * skip >= samples.length) return
    const fromUs = dueUs + (skip * 1e6) / audioRate
    this.#dependencies.audioStore.write(skip > 0 ? samples.subarray(2 * skip) : samples, Math.round(fromUs))
    this.#audioEndUs = dueUs + ((samples.length / 2) * 1e6) / audioRate
  }

  /** What is fetched came to a standstill: it goes on from here. */
  #rebind(mediaUs: number): void {
    this.#timing.reset()
    this.#timing.arrived(0, mediaUs, this.#dependencies.nowUs())
    this.#timeline.reset(0, this.#timing.offsetUs, 1)
    this.#keepStep()
  }

  #showAway(): void {
    const { frameStore, nowUs } = this.#dependencies
    if (this.#request.whileAway === 'nothing') frameStore.clear()
    else if (this.#request.whileAway === 'placeholder') writeAwayFrame(frameStore, nowUs())
  }

  #away(error: Error): void {
    this.#showAway()
    const isHopeless = error instanceof MediaFault && error.kind === 'refused'
    this.#notify(
      isHopeless ? 'failed' : 'waiting',
      isHopeless ? error.message : `It is away (${plainly(error.message)}): trying again by itself`,
    )
  }

  #look(): void {
    const session = this.#session
    if (session === undefined) return
    const silence = performance.now() - this.#lastPacketAt
    if (silence > lostMs && !session.isPaced) session.input.interrupt()
    else if (silence > (session.isPaced ? silentPacedMs : silentMs) && this.#state === 'running') {
      this.#showAway()
      this.#notify('waiting', 'Nothing comes any more: waiting for it to go on')
    } else this.#notify(this.#state, this.#problem)
  }

  #notify(state: SourceState, problem: string | undefined): void {
    this.#state = state
    this.#problem = problem
    const input = this.#session?.input
    const queued = Math.max(this.#session?.videoQueue.spanUs ?? 0, this.#session?.audioQueue.spanUs ?? 0)
    this.#dependencies.report({
      state,
      ...(problem !== undefined && { problem }),
      details: {
        width: input?.width ?? null,
        height: input?.height ?? null,
        frameRate: input?.frameRate ?? null,
        videoCodec: input?.videoCodec ?? null,
        audioCodec: input?.audioCodec ?? null,
        heldMs: Math.round(queued / 1000),
        reconnects: Math.max(0, this.#reconnects),
        droppedFrames: this.#presenter.dropped,
        leftOut: this.#leftOut,
      },
    })
  }
}
