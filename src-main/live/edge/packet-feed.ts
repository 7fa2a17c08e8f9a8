import type { Packet, Track } from '../../formats/track.ts'
import type { RecordSink, StreamFeed } from '../../media/edge-delivery.ts'
import type { LiveStream, StreamSubscriber } from '../../media/live-stream.ts'
import { toWire } from '../delivery/run-wire.ts'
import type { PacketRecord } from './packet-wire.ts'

/** Where the packets of one stream come from. */
export interface PacketSource {
  /** Calls back with the run that there is, and with every later one; undefined for none. Returns the function that stops it. */
  readonly follow: (listener: (run: LiveStream | undefined) => void) => () => void
  /** Somebody must be asked before a player may start. */
  readonly isGuarded: () => boolean
}

/** Bytes of packets that wait for space: more than that is left out until the next keyframe. */
const maxQueuedBytes = 8 * 1024 * 1024
/** Whether viewers have to be asked about is looked at so often, ms. */
const guardMs = 1000

/** Reports the packets of a stream to a node for its WebRTC viewers, from the newest keyframe on. */
export function feedPackets(name: string, source: PacketSource, sink: RecordSink): StreamFeed {
  const sender = new PacketSender(name, source, sink)
  return { resume: () => sender.resume(), stop: () => sender.stop() }
}

class PacketSender implements StreamSubscriber {
  readonly #name: string
  readonly #source: PacketSource
  readonly #sink: RecordSink
  readonly #stopFollowing: () => void
  #leave: (() => void) | undefined
  #guarded: boolean
  #guardedMs = 0
  #hasVideo = false
  /** What there was no space for, in order. */
  #queue: Packet[] = []
  #queuedBytes = 0
  /** Packets were left out: the next one to send is a keyframe. */
  #isBroken = false

  constructor(name: string, source: PacketSource, sink: RecordSink) {
    this.#name = name
    this.#source = source
    this.#sink = sink
    this.#guarded = source.isGuarded()
    this.#stopFollowing = source.follow((run) => this.#use(run))
  }

  onTrack(track: Track): void {
    if (track.kind === 'video') this.#hasVideo = true
    this.#drop()
    this.#write({ type: 'packetTrack', name: this.#name, track: toWire(track) })
  }

  onPacket(packet: Packet): void {
    this.#lookAtGuard()
    const starts = packet.key && (packet.track.kind === 'video' || !this.#hasVideo)
    if (starts && this.#queue.length > 0) this.#drop()
    if (this.#isBroken && !starts) return
    this.#isBroken = false
    if (this.#queue.length === 0 && this.#sink.hasSpace()) {
      this.#send(packet)
      return
    }
    this.#queuedBytes += packet.data.length
    this.#queue.push(packet)
    if (this.#queuedBytes > maxQueuedBytes) this.#drop()
  }

  onDiscontinuity(reason: Parameters<StreamSubscriber['onDiscontinuity']>[0]): void {
    this.#drop()
    this.#write({ type: 'packetSeam', name: this.#name, reason })
  }

  onEnd(): void {
    this.#drop()
    this.#write({ type: 'packets', name: this.#name, run: null, guarded: this.#guarded })
  }

  /** Sends what waits, as far as there is space. */
  resume(): void {
    let sent = 0
    while (sent < this.#queue.length && this.#sink.hasSpace()) {
      const packet = this.#queue[sent++] as Packet
      this.#queuedBytes -= packet.data.length
      this.#send(packet)
    }
    this.#queue.splice(0, sent)
  }

  stop(): void {
    this.#stopFollowing()
    this.#leave?.()
    this.#leave = undefined
    this.#queue = []
  }

  #use(run: LiveStream | undefined): void {
    this.#leave?.()
    this.#leave = undefined
    this.#hasVideo = false
    this.#drop()
    this.#isBroken = false
    this.#guarded = this.#source.isGuarded()
    const isActive = run?.state === 'active'
    this.#write({
      ...{ type: 'packets', name: this.#name, guarded: this.#guarded },
      run: isActive ? { streamId: run.id, epoch: run.epoch, originTimeMs: run.originTimeMs } : null,
    })
    if (isActive) this.#leave = run.subscribe(this, { from: 'keyframe' })
  }

  /** Leaves out what waits: what comes next has to be a keyframe. */
  #drop(): void {
    if (this.#queue.length > 0) this.#isBroken = true
    this.#queue = []
    this.#queuedBytes = 0
  }

  #lookAtGuard(): void {
    const now = performance.now()
    if (now - this.#guardedMs < guardMs) return
    this.#guardedMs = now
    const guarded = this.#source.isGuarded()
    if (guarded === this.#guarded) return
    this.#guarded = guarded
    this.#write({ type: 'packetGuard', name: this.#name, guarded })
  }

  #send({ track, pts, dts, duration, key, data }: Packet): void {
    this.#write({ type: 'packet', name: this.#name, track: track.id, pts, dts, duration, key }, data)
  }

  #write(record: PacketRecord, data?: Uint8Array): void {
    this.#sink.write(JSON.stringify(record), data)
  }
}
