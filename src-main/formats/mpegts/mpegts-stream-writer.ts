import type { Packet, Track } from '../track.ts'
import { type ElementaryForm, elementaryForm } from './elementary-stream.ts'
import {
  associationTable,
  clockEveryTicks,
  deliveryTicks,
  mapPid,
  mapTable,
  maxReorderTicks,
  newUnit,
  PacketWriter,
  pesPacket,
  toClock,
  tsPacketBytes,
  type Unit,
} from './mpegts-packets.ts'

/** Tables are repeated at least so often, 90 kHz. */
const tablesEveryTicks = 0.1 * 90_000
/** First packet identifier of the tracks. */
const firstPid = 0x100

/** True where the track has a place in a transport stream. */
export function fitsTransportStream(track: Track): boolean {
  return elementaryForm(track) !== undefined
}

/**
 * An endless MPEG transport stream (ISO/IEC 13818-1) of several tracks: what comes out can be cut after any call, and read from any
 * keyframe. Times are those of the packets, 10 s later, so that the clock ahead of the first is not negative; they wrap as the format does.
 */
export class TsStreamWriter {
  /** In the order of the tracks given; those that have no place in a transport stream are left out. */
  readonly #forms = new Map<string, ElementaryForm>()
  readonly #writer = new PacketWriter(new Uint8Array(0))
  readonly #association = associationTable()
  readonly #map: Uint8Array
  readonly #clockPid: number
  /** 90 kHz. */
  #clock = Number.NEGATIVE_INFINITY
  #tables = Number.NEGATIVE_INFINITY
  readonly #units: Unit[] = []
  /** Which of `#units` the tables are before. */
  readonly #withTables: boolean[] = []

  /** `version` of the program map: differs where the tracks do, within one stream of packets. */
  constructor(tracks: readonly Track[], version = 0) {
    let leader: number | undefined
    for (const [index, track] of tracks.entries()) {
      const form = elementaryForm(track)
      if (form === undefined) continue
      const pid = firstPid + index
      if (track.kind === 'video') leader ??= pid
      this.#forms.set(track.id, { ...form, pid })
    }
    const forms = [...this.#forms.values()]
    this.#clockPid = leader ?? forms[0]?.pid ?? 0x1fff
    this.#map = mapTable(forms, this.#clockPid, version)
  }

  /** The transport packets of these frames, in the order given: a whole number of 188 bytes. */
  write(packets: readonly Packet[]): Uint8Array {
    const units = this.#units
    const tables = this.#withTables
    units.length = 0
    tables.length = 0
    for (const packet of packets) {
      const unit = this.#unit(packet)
      if (unit === undefined) continue
      tables[units.length] = this.#tablesDue(unit)
      units.push(unit)
    }
    let count = 0
    for (let i = 0; i < units.length; i++) count += (units[i] as Unit).packets + (tables[i] === true ? 2 : 0)
    const out = new Uint8Array(count * tsPacketBytes)
    this.#writer.continueIn(out)
    for (let i = 0; i < units.length; i++) {
      if (tables[i] === true) {
        this.#writer.section(0, this.#association)
        this.#writer.section(mapPid, this.#map)
      }
      this.#writer.unit(units[i] as Unit)
    }
    return out
  }

  #tablesDue(unit: Unit): boolean {
    const leads = unit.key && unit.pid === this.#clockPid
    if (!leads && Math.abs(unit.dts - this.#tables) < tablesEveryTicks) return false
    this.#tables = unit.dts
    return true
  }

  #unit(packet: Packet): Unit | undefined {
    const form = this.#forms.get(packet.track.id)
    const frame = form?.frame(packet)
    if (form === undefined || frame === undefined || frame.length === 0) return undefined
    const dts = toClock(packet.dts, packet.track.timescale)
    const pts = Math.max(dts, toClock(packet.pts, packet.track.timescale))
    const leads = form.pid === this.#clockPid
    // While there is no video, audio carries the clock, behind by what returning frames may be.
    const clock = leads ? dts : dts - maxReorderTicks
    const reports = leads ? clock > this.#clock : clock > this.#clock + 4 * clockEveryTicks
    const video = packet.track.kind === 'video'
    const unit = newUnit(
      form.pid,
      pesPacket(form.streamId, pts, dts, [frame], frame.length),
      dts,
      leads && packet.key && video,
      reports && leads,
    )
    if (reports) {
      this.#clock = clock
      if (!leads) this.#units.push(clockUnit(this.#clockPid, clock))
    }
    return unit
  }
}

/** The clock alone. */
function clockUnit(pid: number, dts: number): Unit {
  return { pid, bytes: new Uint8Array(0), dts, key: false, clock: dts - deliveryTicks, packets: 1 }
}
