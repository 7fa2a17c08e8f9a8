import { expect, it } from 'vitest'
import { audioTrack, videoTrack } from '../codecs/track-from-config.ts'
import { headers } from '../testing/header-samples.ts'
import type { Track } from '../track.ts'
import { readElement, walkElements } from './ebml-reader.ts'
import { trackEntry } from './matroska-tracks.ts'

/** Content of the elements of a track entry, as hex digits by id. */
function fieldsOf(track: unknown): Map<number, string> {
  const entry = trackEntry(track as Track, 1)
  const { start, end } = readElement(entry)!
  return new Map(
    [...walkElements(entry, start, end)].map((each) => [each.id, Buffer.from(entry.subarray(each.start, each.end)).toString('hex')]),
  )
}
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
const codecPrivate = 0x63a2

it('has the headers of Opus and FLAC that FFmpeg writes, with what a decoder throws away of Opus', () => {
  const opus = fieldsOf(audioTrack('a', 'opus', headers.dOps))
  expect(opus.get(codecPrivate)).toBe(hex(headers.opusHead))
  // 312 samples of 48 kHz, and 80 ms, in ns.
  expect([opus.get(0x56aa), opus.get(0x56bb)].map((digits) => Number(`0x${digits}`))).toEqual([6_500_000, 80_000_000])
  // The sample has its marker; the track's configuration does not.
  expect(fieldsOf(audioTrack('a', 'flac', headers.flac.subarray(4))).get(codecPrivate)).toBe(hex(headers.flac))
})

it('has the record of the sample entry of other codecs, and no header of those without one', () => {
  expect(fieldsOf(videoTrack('v', 'h264', headers.avcB)).get(codecPrivate)).toBe(hex(headers.avcB))
  expect(fieldsOf(audioTrack('a', 'aac', headers.aacLc)).get(codecPrivate)).toBe(hex(headers.aacLc))
  expect(fieldsOf(videoTrack('v', 'vp9', headers.vp9, headers.vp9Frame)).has(codecPrivate)).toBe(false)
})
