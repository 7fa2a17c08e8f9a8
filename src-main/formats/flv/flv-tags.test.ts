import { describe, expect, it } from 'vitest'
import { audioConfigTag, audioFrameTag, readAudioTag } from './flv-audio-tag.ts'
import type { FlvFault } from './flv-extended.ts'
import { readVideoTag, videoConfigTag, videoFrameTag } from './flv-video-tag.ts'

type Seen = unknown[][]

function video(tag: Buffer): { seen: Seen; fault: FlvFault | undefined } {
  const seen: Seen = []
  const fault = readVideoTag(tag, {
    videoConfig: (track, codec, config) => seen.push(['config', track, codec, config.toString('hex')]),
    videoFrame: (track, codec, key, composition, nano, data) =>
      seen.push(['frame', track, codec, key, composition, nano, data.toString('hex')]),
    videoMetadata: (body) => seen.push(['metadata', body.toString('hex')]),
  })
  return { seen, fault }
}

function audio(tag: Buffer): { seen: Seen; fault: FlvFault | undefined } {
  const seen: Seen = []
  const fault = readAudioTag(tag, {
    audioConfig: (track, codec, config) => seen.push(['config', track, codec, config.toString('hex')]),
    audioFrame: (track, codec, nano, data) => seen.push(['frame', track, codec, nano, data.toString('hex')]),
  })
  return { seen, fault }
}

const hex = (text: string) => Buffer.from(text.replace(/\s/g, ''), 'hex')
const fourCc = (name: string) => Buffer.from(name).toString('hex')

describe('video tags', () => {
  it.each([
    ['a legacy H.264 header', '17 00 000000 0164', [['config', 0, 'h264', '0164']]],
    ['a legacy H.264 keyframe', '17 01 000021 aa', [['frame', 0, 'h264', true, 33, 0, 'aa']]],
    ['a negative composition time', '27 01 fffff0 aa', [['frame', 0, 'h264', false, -16, 0, 'aa']]],
    ['legacy HEVC with codec id 12', '1c 01 000000 aa', [['frame', 0, 'hevc', true, 0, 0, 'aa']]],
    ['a legacy end of sequence', '17 02 000000', []],
    ['a seek command', '57 00', []],
    ['an extended seek command', 'd0 00', []],
    ['HEVC CodedFrames', `91 ${fourCc('hvc1')} 000010 aa`, [['frame', 0, 'hevc', true, 16, 0, 'aa']]],
    ['HEVC CodedFramesX', `a3 ${fourCc('hvc1')} aa`, [['frame', 0, 'hevc', false, 0, 0, 'aa']]],
    ['AV1 CodedFrames, which has no composition time', `91 ${fourCc('av01')} 000010`, [['frame', 0, 'av1', true, 0, 0, '000010']]],
    ['a VP9 header', `90 ${fourCc('vp09')} 0102`, [['config', 0, 'vp9', '0102']]],
    ['HDR metadata', `94 ${fourCc('hvc1')} 0203`, [['metadata', '0203']]],
    ['an end of sequence', `92 ${fourCc('av01')}`, []],
    ['a nanosecond offset', `97 02 07a120 03 ${fourCc('hvc1')} aa`, [['frame', 0, 'hevc', true, 0, 500_000, 'aa']]],
    ['one track of many', `96 01 ${fourCc('avc1')} 02 000000 aa`, [['frame', 2, 'h264', true, 0, 0, 'aa']]],
    [
      'many tracks of one codec',
      `96 13 ${fourCc('avc1')} 00 000001 aa 01 000002 bbcc`,
      [
        ['frame', 0, 'h264', true, 0, 0, 'aa'],
        ['frame', 1, 'h264', true, 0, 0, 'bbcc'],
      ],
    ],
    [
      'many tracks of many codecs',
      `96 20 ${fourCc('av01')} 00 000001 aa ${fourCc('hvc1')} 01 000001 bb`,
      [
        ['config', 0, 'av1', 'aa'],
        ['config', 1, 'hevc', 'bb'],
      ],
    ],
  ] as [string, string, Seen][])('reads %s', (_name, text, expected) => {
    expect(video(hex(text))).toEqual({ seen: expected, fault: undefined })
  })

  it.each([
    ['Sorenson H.263', '12 00'],
    ['vp08', `90 ${fourCc('vp08')}`],
    ['AV1 in MPEG-2 TS form', `95 ${fourCc('av01')}`],
  ])('rejects %s by name', (name, text) => {
    expect(video(hex(text)).fault?.unsupported).toBe(name)
  })

  it.each([
    ['a cut legacy tag', '17 01 00'],
    ['a cut FourCC', '91 6876'],
    ['a ModEx prefix that is longer than the tag', '97 ff ffff 00'],
    ['ModEx prefixes without end', `97 ${'02 000000 07'.repeat(20)}`],
    ['a multitrack inside a multitrack', `96 06 ${fourCc('avc1')}`],
    ['a track that is longer than its tag', `96 13 ${fourCc('avc1')} 00 ffffff aa`],
    ['an unknown multitrack type', '96 f1'],
  ])('answers a fault for %s', (_name, text) => {
    const { seen, fault } = video(hex(text))
    expect(fault?.fault).toBeTypeOf('string')
    expect(seen).toEqual([])
  })

  it('reads back what it writes', () => {
    const data = Buffer.from('aabb', 'hex')
    expect(video(videoFrameTag('h264', 'avc1', true, -5, data)).seen).toEqual([['frame', 0, 'h264', true, -5, 0, 'aabb']])
    expect(video(videoFrameTag('hevc', 'hvc1', false, 40, data)).seen).toEqual([['frame', 0, 'hevc', false, 40, 0, 'aabb']])
    expect(video(videoFrameTag('av1', 'av01', true, 0, data)).seen).toEqual([['frame', 0, 'av1', true, 0, 0, 'aabb']])
    expect(video(videoConfigTag('h264', 'avc1', data)).seen).toEqual([['config', 0, 'h264', 'aabb']])
    expect(video(videoConfigTag('vp9', 'vp09', data)).seen).toEqual([['config', 0, 'vp9', 'aabb']])
  })
})

describe('audio tags', () => {
  it.each([
    ['an AAC header', 'af 00 1190', [['config', 0, 'aac', '1190']]],
    ['an AAC frame', 'af 01 aa', [['frame', 0, 'aac', 0, 'aa']]],
    ['an MP3 frame', '2f fffb', [['frame', 0, 'mp3', 0, 'fffb']]],
    ['an Opus header', `90 ${fourCc('Opus')} aa`, [['config', 0, 'opus', 'aa']]],
    ['an Opus frame', `91 ${fourCc('Opus')} aa`, [['frame', 0, 'opus', 0, 'aa']]],
    ['a channel layout', `94 ${fourCc('ac-3')} 010200000003`, []],
    ['a nanosecond offset', `97 02 000001 01 ${fourCc('fLaC')} aa`, [['frame', 0, 'flac', 1, 'aa']]],
    [
      'two languages',
      `95 11 ${fourCc('mp4a')} 00 000001 aa 01 000001 bb`,
      [
        ['frame', 0, 'aac', 0, 'aa'],
        ['frame', 1, 'aac', 0, 'bb'],
      ],
    ],
  ] as [string, string, Seen][])('reads %s', (_name, text, expected) => {
    expect(audio(hex(text))).toEqual({ seen: expected, fault: undefined })
  })

  it('rejects Speex and unknown FourCCs by name', () => {
    expect(audio(hex('bf 00')).fault?.unsupported).toBe('Speex')
    expect(audio(hex(`91 ${fourCc('abcd')} 00`)).fault?.unsupported).toBe('abcd')
  })

  it('reads back what it writes', () => {
    const data = Buffer.from('aabb', 'hex')
    expect(audio(audioFrameTag('aac', 'mp4a', data)).seen).toEqual([['frame', 0, 'aac', 0, 'aabb']])
    expect(audio(audioFrameTag('opus', 'Opus', data)).seen).toEqual([['frame', 0, 'opus', 0, 'aabb']])
    expect(audio(audioConfigTag('aac', 'mp4a', data)!).seen).toEqual([['config', 0, 'aac', 'aabb']])
    expect(audioConfigTag('mp3', '.mp3', data)).toBeUndefined()
  })
})
