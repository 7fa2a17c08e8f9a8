import { expect, it } from 'vitest'
import { isFault } from '../fault.ts'
import { walkBoxes } from '../mp4/mp4-boxes.ts'
import { headers } from '../testing/header-samples.ts'
import { numbersFrom } from '../testing/random.ts'
import { parseAudioSpecificConfig } from './aac.ts'
import { parseSyncFrame } from './ac3.ts'
import { parseAv1Configuration, stripTemporalDelimiters } from './av1.ts'
import { parseFlacHeader } from './flac.ts'
import { isH264Keyframe, iterateNals, parseAvcDecoderConfiguration, spsFromInband } from './h264.ts'
import { parseHevcDecoderConfiguration } from './hevc.ts'
import { parseMp3FrameHeader } from './mp3.ts'
import { opusPacketDuration, parseOpusHead } from './opus.ts'
import { parseVp9Configuration, parseVp9FrameHeader } from './vp9.ts'

const runs = 3000 * Number(process.env.FUZZ_RUNS ?? 1)
const random = numbersFrom(Number(process.env.FUZZ_SEED ?? 7))

const parsers: readonly ((data: Uint8Array) => unknown)[] = [
  parseAvcDecoderConfiguration,
  parseHevcDecoderConfiguration,
  parseAv1Configuration,
  parseVp9Configuration,
  parseVp9FrameHeader,
  parseAudioSpecificConfig,
  parseOpusHead,
  parseFlacHeader,
  parseSyncFrame,
  parseMp3FrameHeader,
]

it('no bytes make a codec header parser throw, hang or report an invalid number', () => {
  const samples = Object.values(headers)
  // Collected: an assertion costs more than what it looks at.
  const wrong: unknown[] = []
  for (let run = 0; run < runs; run++) {
    const data = (samples[run % samples.length] as Uint8Array).slice()
    const changes = 1 + Math.floor(random() * 4)
    for (let i = 0; i < changes; i++) data[Math.floor(random() * data.length)] = Math.floor(random() * 256)
    const cut = random() < 0.3 ? data.subarray(0, Math.floor(random() * data.length)) : data
    for (const parse of parsers) {
      const found = parse(cut)
      if (isFault(found)) continue
      for (const value of Object.values(found as object)) {
        if (typeof value === 'number' && !(Number.isFinite(value) && value >= 0)) wrong.push([parse.name, found])
        if (typeof value === 'string' && /NaN|undefined/.test(value)) wrong.push([parse.name, found])
      }
    }
    stripTemporalDelimiters(cut)
    opusPacketDuration(cut)
    isH264Keyframe(cut, 4)
    spsFromInband(cut, 1 + (run % 4))
    for (const nal of iterateNals(cut, 1 + (run % 4))) if (!(nal.length > 0)) wrong.push(['iterateNals', run])
    for (const found of walkBoxes(cut)) if (!(found.end <= cut.length)) wrong.push(['walkBoxes', found])
  }
  expect(wrong).toEqual([])
})
