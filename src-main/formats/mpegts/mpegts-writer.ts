import type { CmafSample } from '../mp4/cmaf-reader.ts'
import type { ElementaryForm } from './elementary-stream.ts'
import {
  associationTable,
  clockEveryTicks,
  clockHz,
  counterCycle,
  deliveryTicks,
  mapPid,
  mapTable,
  maxReorderTicks,
  newUnit,
  noPid,
  PacketWriter,
  pesPacket,
  toClock,
  tsPacketBytes,
  type Unit,
} from './mpegts-packets.ts'

/** One track's share of a segment. */
export interface TsTrack {
  readonly form: ElementaryForm
  /** Ticks per second of the samples' times. */
  readonly timescale: number
  /** In decoding order; may be empty where nothing arrived. */
  readonly samples: readonly CmafSample[]
  /** Ticks of a frame where the codec fixes it: receivers then count the times of frames that share a PES packet themselves. */
  readonly samplesPerPacket?: number
}

export interface TsSegment {
  readonly video?: TsTrack
  readonly audio?: TsTrack
  /** `version_number` of the program map, modulo 32: differs where a track's configuration does. */
  readonly version: number
}

/** A gap that lasts longer is a fault in the times, not worth a clock. */
const maxGapTicks = 30 * clockHz
/** Audio frames of together so long share a PES packet. */
const audioPesTicks = 0.09 * clockHz
const maxAudioPesBytes = 4000

/**
 * Writes a segment of an MPEG transport stream (ISO/IEC 13818-1) that a player can start with.
 *
 * Segments are made on request, in any order and perhaps by several hosts, yet their continuity counters must go on from one to the next.
 * So in every segment each PID has whole sixteens of packets: all counters start at 0 and the next segment's fit. Tables are sent sixteen
 * times, spread over the segment, as broadcast receivers expect; for media, the largest PES packet is spread over the few packets that are
 * missing.
 */
export function writeTsSegment(segment: TsSegment): Uint8Array {
  const video = segment.video && videoUnits(segment.video)
  const audio = segment.audio && audioUnits(segment.audio, segment.video === undefined)
  const clockPid = (segment.video ?? segment.audio)?.form.pid ?? noPid
  const clocked = withClock(video ?? audio ?? [], clockPid, audio?.[0]?.dts ?? 0, clockEnd(segment))
  const units = video ? merge(clocked, audio ?? []) : clocked
  if (video) fillCycle(video)
  if (audio) fillCycle(audio)
  let packets = 2 * counterCycle
  for (const unit of units) packets += unit.packets
  const out = new Uint8Array(packets * tsPacketBytes)
  const writer = new PacketWriter(out)
  const association = associationTable()
  const forms = [segment.video, segment.audio].flatMap((track) => (track ? [track.form] : []))
  const map = mapTable(forms, clockPid, segment.version)
  let tables = 0
  for (let index = 0; index < units.length || tables < counterCycle; index++) {
    while (tables < counterCycle && tables * units.length <= index * counterCycle) {
      writer.section(0, association)
      writer.section(mapPid, map)
      tables++
    }
    const unit = units[index]
    if (unit) writer.unit(unit)
  }
  return out
}

function videoUnits(track: TsTrack): Unit[] {
  const units: Unit[] = []
  for (const sample of track.samples) {
    const frame = track.form.frame(sample)
    if (frame.length === 0) continue
    const dts = toClock(sample.dts, track.timescale)
    const pts = Math.max(dts, toClock(sample.pts, track.timescale))
    units.push(newUnit(track.form.pid, pesPacket(track.form.streamId, pts, dts, [frame], frame.length), dts, sample.key, true))
  }
  return units
}

/** Several frames share a PES packet as long as their times follow from the first one's by the codec's own frame length. */
function audioUnits(track: TsTrack, carriesClock: boolean): Unit[] {
  const units: Unit[] = []
  let frames: Uint8Array[] = []
  let bytes = 0
  let startTicks = 0
  const flush = (): void => {
    if (frames.length === 0) return
    const pts = toClock(startTicks, track.timescale)
    units.push(newUnit(track.form.pid, pesPacket(track.form.streamId, pts, pts, frames, bytes), pts, carriesClock, carriesClock))
    frames = []
    bytes = 0
  }
  const maxTicks = (audioPesTicks * track.timescale) / clockHz
  for (const sample of track.samples) {
    const frame = track.form.frame(sample)
    if (frame.length === 0) {
      flush()
      continue
    }
    if (frames.length > 0 && (bytes + frame.length > maxAudioPesBytes || sample.pts + sample.duration - startTicks > maxTicks)) flush()
    if (frames.length === 0) startTicks = sample.pts
    frames.push(frame)
    bytes += frame.length
    if (sample.duration !== track.samplesPerPacket) flush()
  }
  flush()
  return units
}

/** In decoding order across both tracks, as they are to arrive. */
function merge(video: readonly Unit[], audio: readonly Unit[]): Unit[] {
  const merged: Unit[] = []
  let next = 0
  for (const unit of video) {
    for (; next < audio.length && (audio[next] as Unit).dts < unit.dts; next++) merged.push(audio[next] as Unit)
    merged.push(unit)
  }
  for (; next < audio.length; next++) merged.push(audio[next] as Unit)
  return merged
}

/** Until when the clock may be sent: where the next segment's may start. Frames that return with B-frames are decoded some time ahead. */
function clockEnd({ video, audio }: TsSegment): number {
  const last = video?.samples.at(-1)
  if (video && last) return toClock(last.dts + last.duration, video.timescale)
  const heard = audio?.samples.at(-1)
  return audio && heard ? toClock(heard.dts + heard.duration, audio.timescale) - (video ? maxReorderTicks : 0) : 0
}

/**
 * Sends the clock between frames that are far apart, and by itself where no frame follows `startTicks`. Never after the end: the
 * next segment has the clock there, and it must not go back.
 */
function withClock(units: readonly Unit[], clockPid: number, startTicks: number, endTicks: number): Unit[] {
  const reported: Unit[] = []
  const clockUntil = (fromTicks: number, untilTicks: number): void => {
    const end = Math.min(untilTicks, fromTicks + maxGapTicks)
    for (let at = fromTicks; at < end; at += clockEveryTicks)
      reported.push({ pid: clockPid, bytes: new Uint8Array(0), dts: at, key: false, clock: at - deliveryTicks, packets: 1 })
  }
  if (units.length === 0) clockUntil(startTicks, endTicks)
  for (const [index, unit] of units.entries()) {
    reported.push(unit)
    clockUntil(unit.dts + clockEveryTicks, units[index + 1]?.dts ?? endTicks)
  }
  return reported
}

/** Spreads the largest of a PID's PES packets so that the packets of all are whole sixteens; each must have a byte to carry. */
function fillCycle(units: readonly Unit[]): void {
  let packets = 0
  let largest = units[0]
  for (const unit of units) {
    packets += unit.packets
    if (largest && unit.bytes.length > largest.bytes.length) largest = unit
  }
  if (!largest) return
  const missing = (counterCycle - (packets % counterCycle)) % counterCycle
  largest.packets = Math.min(largest.packets + missing, largest.bytes.length)
}
