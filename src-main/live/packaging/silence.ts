import { type SilentPacket, silentPacket } from '../../formats/codecs/silence.ts'
import { ticks } from '../../formats/media-time.ts'
import type { Packet, Track } from '../../formats/track.ts'
import type { Rendition } from './rendition.ts'

/** Audio that is silent for this long while video goes on is not waited for. */
const firstPatienceS = 1
/** Audio that came too late once is waited for longer by as much and this share, up to the most. */
const patienceShare = 1.5
const maxPatienceS = 6

/**
 * Silence for audio whose publisher sends video alone for a while: a muted device, a lost audio connection. Players show no video where
 * its audio ends.
 */
export class Silence {
  /** Audio that has played since the last seam. */
  #heard = new WeakSet<Rendition>()
  /** Where the silence of a rendition ends, ticks. */
  #filled = new WeakMap<Rendition, number>()
  readonly #silent = new WeakMap<Track, SilentPacket | false>()
  #patienceS = firstPatienceS

  /** A seam: what a publisher that is new does not send is not missed. */
  breakOff(): void {
    this.#heard = new WeakSet()
    this.#filled = new WeakMap()
  }

  /** False for audio that comes for a time that has silence already. */
  admits(rendition: Rendition, packet: Packet, newestS: number): boolean {
    if (rendition.track.kind !== 'audio') return true
    this.#heard.add(rendition)
    const filled = this.#filled.get(rendition)
    if (filled === undefined) return true
    const time = rendition.timeOf(packet)
    if (time >= filled - rendition.nominalOf(packet) / 2) {
      this.#filled.delete(rendition)
      return true
    }
    const lateS = newestS - time / rendition.track.timescale
    this.#patienceS = Math.min(maxPatienceS, Math.max(this.#patienceS, lateS * patienceShare))
    return false
  }

  /** True where nothing of a rendition came for so long that it gets silence; `newestS` is the newest time of the stream. */
  isDue(rendition: Rendition, newestS: number): boolean {
    return newestS - rendition.heardAtS > this.#patienceS
  }

  /** Packets of silence from where a rendition's media ends until `untilS`; empty where it has played nothing since the last seam. */
  packets(rendition: Rendition, untilS: number): Packet[] {
    const { track } = rendition
    const silent = this.#heard.has(rendition) && rendition.waiting.length === 0 ? this.#of(track) : undefined
    if (silent === undefined) return []
    const packets: Packet[] = []
    const untilTicks = untilS * track.timescale
    let time = Math.round(rendition.highS * track.timescale)
    for (; time + silent.duration <= untilTicks; time += silent.duration)
      packets.push({ track, pts: ticks(time), dts: ticks(time), duration: ticks(silent.duration), key: true, data: silent.data })
    if (packets.length > 0) this.#filled.set(rendition, time)
    return packets
  }

  #of(track: Track): SilentPacket | undefined {
    if (track.kind !== 'audio') return undefined
    let known = this.#silent.get(track)
    if (known === undefined) {
      known = silentPacket(track) ?? false
      this.#silent.set(track, known)
    }
    return known === false ? undefined : known
  }
}
