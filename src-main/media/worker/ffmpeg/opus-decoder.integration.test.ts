import { expect, test } from 'vitest'
import { openAudioEncoder } from './audio-encoder.ts'
import { openAudioDecoder } from './opus-decoder.ts'

test('decodes what the encoder of the same machine made, and leaves out what is no Opus', () => {
  const encoder = openAudioEncoder('a0', 'opus', 96)
  const decoder = openAudioDecoder()
  const heard: number[] = []
  for (let block = 0; block < 50; block++) {
    const samples = Float32Array.from({ length: 960 }, (_, at) => 0.5 * Math.sin((2 * Math.PI * 440 * (block * 480 + (at >> 1))) / 48_000))
    encoder.encode(samples, block * 480, ({ data }) => {
      for (const decoded of decoder.decode(data)) heard.push(...decoded)
    })
  }
  expect(heard.length / 2).toBeGreaterThan(20_000)
  const settled = heard.slice(9600, 28_800)
  expect(Math.max(...settled)).toBeCloseTo(0.5, 1)
  // Both channels carry it.
  expect(settled[100]).toBeCloseTo(settled[101] as number, 2)
  expect(decoder.decode(new Uint8Array([0xff, 0xff, 0xff]))).toEqual([])
  expect(decoder.decode(new Uint8Array(0)).flat()).toEqual([])
  encoder.close()
  decoder.close()
})
