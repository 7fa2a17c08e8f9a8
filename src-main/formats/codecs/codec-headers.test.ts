import { describe, expect, it } from 'vitest'
import { isFault } from '../fault.ts'
import { headers } from '../testing/header-samples.ts'
import { parseAudioSpecificConfig } from './aac.ts'
import { parseSyncFrame } from './ac3.ts'
import { parseAv1Configuration, stripTemporalDelimiters } from './av1.ts'
import { parseFlacHeader } from './flac.ts'
import { buildAvcDecoderConfiguration, isH264Keyframe, iterateNals, parseAvcDecoderConfiguration, spsFromInband } from './h264.ts'
import { parseHevcDecoderConfiguration } from './hevc.ts'
import { parseMp3FrameHeader } from './mp3.ts'
import { opusPacketDuration, parseOpusHead } from './opus.ts'
import { audioTrack, videoTrack } from './track-from-config.ts'
import { parseVp9Configuration } from './vp9.ts'

describe('H.264 headers', () => {
  it('tell size, frame rate, codec string and whether frames are reordered', () => {
    expect(parseAvcDecoderConfiguration(headers.avcB)).toMatchObject({
      width: 320,
      height: 180,
      frameRate: 30,
      reorders: true,
      nalLengthSize: 4,
    })
    const cropped = parseAvcDecoderConfiguration(headers.avcCropped)
    expect(cropped).toMatchObject({ width: 1918, height: 1078, pixelAspect: [4, 3], reorders: false })
    expect('frameRate' in cropped && cropped.frameRate).toBeCloseTo(29.97, 2)
    expect(parseAvcDecoderConfiguration(headers.avcB)).toHaveProperty(
      'codecString',
      `avc1.${Buffer.from(headers.avcB.subarray(1, 4)).toString('hex')}`,
    )
    expect(parseAvcDecoderConfiguration(headers.avc444)).toMatchObject({ profile: 244, width: 320, height: 180 })
  })

  it('are rejected where an SPS lies about its size or is cut', () => {
    const lying = new Uint8Array([
      1, 66, 0, 30, 0xff, 0xe1, 0, 12, 0x67, 66, 0, 30, 0xf8, 0x00, 0x00, 0x80, 0x00, 0x04, 0x00, 0x00, 1, 0, 1, 0x68,
    ])
    expect(isFault(parseAvcDecoderConfiguration(lying))).toBe(true)
    for (let length = 0; length < headers.avcB.length - 8; length++)
      expect(isFault(parseAvcDecoderConfiguration(headers.avcB.subarray(0, length)))).toBe(true)
  })

  it('are rebuilt from the parameter sets inside an access unit', () => {
    const record = parseAvcDecoderConfiguration(headers.avcCropped)
    if (isFault(record)) throw new Error(record.fault)
    const nals = [...record.sps, ...record.pps, new Uint8Array([0x65, 1, 2, 3])]
    const unit = Buffer.concat(nals.flatMap((nal) => [Buffer.from([0, 0, 0, nal.length]), nal]))
    expect(isH264Keyframe(unit, 4)).toBe(true)
    expect([...iterateNals(unit, 4)].length).toBe(3)
    const rebuilt = spsFromInband(unit, 4)
    expect(rebuilt).toEqual(buildAvcDecoderConfiguration(record.sps, record.pps))
    expect(parseAvcDecoderConfiguration(rebuilt as Uint8Array)).toMatchObject({ width: 1918, height: 1078 })
    expect(spsFromInband(new Uint8Array([0, 0, 0, 2, 0x41, 1]), 4)).toBeUndefined()
  })
})

it('HEVC, AV1 and VP9 headers tell size and codec string', () => {
  expect(parseHevcDecoderConfiguration(headers.hevc)).toMatchObject({
    width: 320,
    height: 180,
    codecString: 'hvc1.4.10.L60.9E.8',
    frameRate: 25,
  })
  expect(parseAv1Configuration(headers.av1)).toMatchObject({ width: 320, height: 180, codecString: 'av01.0.00M.08' })
  expect(parseVp9Configuration(headers.vp9)).toMatchObject({ codecString: 'vp09.01.11.08' })
  expect(videoTrack('v0', 'vp9', headers.vp9, headers.vp9Frame)).toMatchObject({ width: 320, height: 180, timescale: 90_000 })
})

it('AV1 temporal delimiters are taken out wherever they are', () => {
  const frame = [0x32, 2, 7, 7]
  const delimiter = [0x12, 0]
  expect([...stripTemporalDelimiters(new Uint8Array([...delimiter, ...frame]))]).toEqual(frame)
  expect([...stripTemporalDelimiters(new Uint8Array([...frame, ...delimiter, ...frame]))]).toEqual([...frame, ...frame])
})

it('AAC headers tell core and output rates, with SBR and parametric stereo in either way of signalling', () => {
  expect(parseAudioSpecificConfig(headers.aacLc)).toMatchObject({
    objectType: 2,
    sampleRate: 48_000,
    outputSampleRate: 48_000,
    channels: 2,
    samplesPerFrame: 1024,
    codecString: 'mp4a.40.2',
  })
  expect(parseAudioSpecificConfig(headers.aacHe)).toMatchObject({
    sampleRate: 24_000,
    outputSampleRate: 48_000,
    channels: 2,
    codecString: 'mp4a.40.5',
  })
  expect(parseAudioSpecificConfig(headers.aacHeBehind)).toMatchObject({
    sampleRate: 24_000,
    outputSampleRate: 48_000,
    codecString: 'mp4a.40.5',
  })
  expect(parseAudioSpecificConfig(headers.aacPs)).toMatchObject({
    sampleRate: 24_000,
    outputSampleRate: 48_000,
    channels: 2,
    codecString: 'mp4a.40.29',
  })
})

it('Opus, FLAC, AC-3, E-AC-3 and MP3 headers become what MP4 wants', () => {
  expect(parseOpusHead(headers.opusHead)).toEqual(parseOpusHead(headers.dOps))
  expect(parseOpusHead(headers.opusHead)).toMatchObject({ channels: 2, preSkip: 312 })
  expect(opusPacketDuration(new Uint8Array([0xfc]))).toBe(960)
  expect(opusPacketDuration(new Uint8Array([0xff, 3]))).toBe(2880)
  expect(parseFlacHeader(headers.flac)).toMatchObject({ sampleRate: 48_000, channels: 2, samplesPerFrame: 4608 })
  expect(parseSyncFrame(headers.ac3Frame)).toMatchObject({
    codec: 'ac3',
    sampleRate: 48_000,
    channels: 2,
    samplesPerFrame: 1536,
    config: new Uint8Array([0x10, 0x11, 0x40]),
  })
  expect(parseSyncFrame(headers.eac3Frame)).toMatchObject({
    codec: 'eac3',
    sampleRate: 48_000,
    channels: 2,
    samplesPerFrame: 1536,
    config: new Uint8Array([6, 0, 0x20, 4, 0]),
  })
  expect(parseMp3FrameHeader(headers.mp3Frame)).toMatchObject({ sampleRate: 48_000, channels: 2, samplesPerFrame: 1152 })
})

it('tracks carry the timescale and configuration of the contract', () => {
  expect(audioTrack('a0', 'aac', headers.aacHe)).toMatchObject({ timescale: 24_000, sampleRate: 48_000, samplesPerPacket: 1024 })
  expect(audioTrack('a0', 'opus', headers.opusHead)).toMatchObject({ timescale: 48_000, codecString: 'opus' })
  expect(audioTrack('a0', 'mp3', headers.mp3Frame)).toMatchObject({ config: new Uint8Array(0) })
  expect(isFault(videoTrack('v0', 'h264', new Uint8Array(3)))).toBe(true)
  expect(isFault(audioTrack('a0', 'aac', new Uint8Array(0)))).toBe(true)
})
