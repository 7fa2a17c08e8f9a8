import { headers } from '../../src-main/formats/testing/header-samples.ts'
import type { Random } from './random.ts'

/** CRC of PSI sections (ISO/IEC 13818-1 annex A). */
function crc32(bytes: Buffer): number {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte << 24
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x80000000 ? (crc << 1) ^ 0x04c11db7 : crc << 1
  }
  return crc >>> 0
}

const counters = new WeakMap<Random, Map<number, number>>()

/** One packet of 188 bytes (ISO/IEC 13818-1 section 2.4.3.2), stuffed by its adaptation field. */
function packet(random: Random, pid: number, payload: Buffer, start: boolean, pcr = false): Buffer {
  const byPid = counters.get(random) ?? new Map<number, number>()
  counters.set(random, byPid)
  const counter = ((byPid.get(pid) ?? -1) + 1) & 15
  byPid.set(pid, counter)
  const room = 184 - payload.length
  const head = Buffer.from([0x47, (start ? 0x40 : 0) | (pid >> 8), pid & 255, (room > 0 ? 0x30 : 0x10) | counter])
  if (room === 0) return Buffer.concat([head, payload])
  const field = Buffer.alloc(room, 0xff)
  field[0] = room - 1
  if (room > 1) field[1] = pcr && room > 7 ? 0x10 : 0
  if (pcr && room > 7) random.bytes(6).copy(field, 2)
  return Buffer.concat([head, field, payload])
}

function section(tableId: number, id: number, content: Buffer): Buffer {
  const head = Buffer.from([tableId, 0xb0, 0, id >> 8, id & 255, 0xc1, 0, 0])
  head.writeUInt16BE(0xb000 | (content.length + 9), 1)
  const body = Buffer.concat([head, content])
  const crc = Buffer.alloc(4)
  crc.writeUInt32BE(crc32(body))
  return Buffer.concat([Buffer.from([0]), body, crc])
}

/** Types of elementary streams: H.264, HEVC, AAC in ADTS and LATM, AC-3, Opus and SCTE-35 as private data, and one that nobody knows. */
const types = [0x1b, 0x24, 0x0f, 0x11, 0x81, 0x06, 0x86, 0x03, 0x7f]
const annexB = (...units: readonly string[]): Buffer => Buffer.from(units.map((unit) => `00000001${unit}`).join(''), 'hex')
const frames = [
  annexB('6742000a965480a0', '68ce3c80', '6588840033ff'),
  annexB('419a246c41'),
  annexB('40010c01ffff016000000300900000030000030078', '2601af08'),
  // AAC in ADTS: a header that is right about its length, and one that is not.
  Buffer.from('fff15080015ffc2110046000', 'hex'),
  Buffer.from('fff150801ffffc2110', 'hex'),
  Buffer.from(headers.ac3Frame),
]

function pes(random: Random): Buffer {
  const stamps = Buffer.from([0x21, 0, random.int(256) | 1, random.int(256), 1])
  const body = random.once(4) ? random.bytes(random.int(150)) : random.pick(frames)
  return Buffer.concat([
    Buffer.from([0, 0, 1, random.pick([0xe0, 0xc0, 0xbd, 0xfa]), 0, random.once(4) ? random.int(256) : 0, 0x80, 0x80, 5]),
    stamps,
    body,
  ])
}

/** Seven packets of a transport stream, tables among them, some of them changed: the payload of one datagram. */
export function transportPackets(random: Random): Buffer {
  const packets: Buffer[] = []
  for (let count = 7; count > 0; count--) {
    let made: Buffer
    switch (random.int(6)) {
      case 0:
        made = packet(random, 0, section(0, 1, Buffer.from([0, 1, 0xf0, 0])), true)
        break
      case 1: {
        const streams = Array.from({ length: 1 + random.int(3) }, (_, index) => Buffer.from([random.pick(types), 0xe1, index, 0xf0, 0]))
        made = packet(random, 0x1000, section(2, 1, Buffer.concat([Buffer.from([0xe1, 0, 0xf0, 0]), ...streams])), true)
        break
      }
      default: {
        const payload = random.once(5) ? random.bytes(184) : pes(random).subarray(0, 184)
        made = packet(random, 0x100 + random.int(3), payload, !random.once(4), random.once(4))
      }
    }
    packets.push(random.once(5) ? random.mutate(made) : made)
  }
  return Buffer.concat(packets)
}
