import { expect, test } from 'vitest'
import type { Logger } from '../../../platform/logger.ts'
import type { SourceAudio } from '../../document/schemas/mixer-schemas.ts'
import { createMixer } from './create-mixer.ts'
import { blockFrames } from './mixer.ts'
import { SimulatedDevice } from './testing/simulated-device.ts'

const log: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => log }
const usual: SourceAudio = {
  gainDb: 0,
  pan: 0,
  muted: false,
  solo: false,
  syncOffsetMs: 0,
  tracks: [1],
  monitoring: 'off',
  followsVideo: false,
  filters: [],
}

/** A mixer of steady levels: the host at 0.125, Ann at 0.25, Bob at 0.5. */
function studio(audio: Partial<Record<'host' | 'ann' | 'bob', Partial<SourceAudio>>> = {}) {
  const mixer = createMixer({ log })
  const levels = { host: 0.125, ann: 0.25, bob: 0.5 } as const
  const names = Object.keys(levels) as (keyof typeof levels)[]
  const devices = names.map((source) => ({ source, device: new SimulatedDevice({ signal: () => [levels[source], levels[source]] }) }))
  mixer.setInputs(
    devices.map(({ source, device }) => ({
      source,
      name: source,
      store: device.store,
      audio: { ...usual, ...audio[source] },
      shown: true,
    })),
  )
  let timeUs = 0
  const mix = (blocks: number, each: () => void = () => undefined) => {
    let block = mixer.mix(timeUs)
    for (let count = 1; ; count++) {
      timeUs += 10_000
      each()
      if (count === blocks) return block
      for (const { device } of devices) device.runTo(timeUs + mixer.delayUs)
      block = mixer.mix(timeUs)
    }
  }
  const level = (guest: string) => mix(40).returns.get(guest)?.at(-1)
  return { mixer, mix, level }
}

const returns = [
  { guest: 'guest-ann', without: new Set(['ann']) },
  { guest: 'guest-bob', without: new Set(['bob']) },
]

test('a guest hears everybody but themselves, also while nobody encodes the track', () => {
  const { mixer, level, mix } = studio()
  expect(mix(10).returns.size).toBe(0)
  mixer.setReturns(returns)
  expect(level('guest-ann')).toBeCloseTo(0.625, 3)
  expect(level('guest-bob')).toBeCloseTo(0.375, 3)
  mixer.setTracks([1])
  expect(mix(40).tracks[0]!.at(-1)).toBeCloseTo(0.875, 3)
  mixer.setReturns(returns.slice(1))
  expect([...mix(5).returns.keys()]).toEqual(['guest-bob'])
  mixer.close()
})

test('what is muted or not on the first track is not in a return either', () => {
  const { mixer, level } = studio({ host: { muted: true }, bob: { tracks: [2] } })
  mixer.setReturns(returns)
  expect(level('guest-bob')).toBeCloseTo(0.25, 3)
  expect(level('guest-ann')).toBeCloseTo(0, 3)
  mixer.close()
})

test('who talks to a guest is heard by that guest alone, over a quieter show, and not on the tracks', () => {
  const { mixer, mix } = studio()
  mixer.setReturns(returns)
  mixer.setTracks([1])
  mix(40)
  const says = new Float32Array(blockFrames * 2).fill(0.3)
  const speak = () => mixer.talk('producer', says)
  mixer.setTalk('producer', ['guest-ann'])
  const talked = mix(60, speak)
  expect(talked.returns.get('guest-ann')!.at(-1)).toBeCloseTo(0.625 / 4 + 0.3, 2)
  expect(talked.returns.get('guest-bob')!.at(-1)).toBeCloseTo(0.375, 3)
  expect(talked.tracks[0]!.at(-1)).toBeCloseTo(0.875, 3)

  mixer.setTalk('producer', [])
  expect(mix(40, speak).returns.get('guest-ann')!.at(-1)).toBeCloseTo(0.625, 3)

  mixer.setTalk('producer', ['guest-ann', 'guest-bob'])
  const all = mix(60, speak)
  expect(all.returns.get('guest-bob')!.at(-1)).toBeCloseTo(0.375 / 4 + 0.3, 2)
  mixer.setTalk('producer', null)
  expect(mix(40).returns.get('guest-bob')!.at(-1)).toBeCloseTo(0.375, 3)
  mixer.close()
})

test('a talker who sends too much, or in bursts, is heard no more than half a second late', () => {
  const { mixer, mix } = studio({ host: { muted: true }, ann: { muted: true }, bob: { muted: true } })
  mixer.setReturns(returns)
  mixer.setTalk('producer', ['guest-ann'])
  mix(20)
  mixer.talk('producer', new Float32Array(blockFrames * 2 * 1000).fill(0.3))
  expect(mix(20).returns.get('guest-ann')!.at(-1)).toBeCloseTo(0.3, 2)
  expect(mix(30).returns.get('guest-ann')!.at(-1)).toBe(0)
  mixer.close()
})
