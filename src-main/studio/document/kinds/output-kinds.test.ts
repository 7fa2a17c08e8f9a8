import { describe, expect, it } from 'vitest'
import { chooseCamera } from '../../control/outputs/virtual-camera/choose-camera.ts'
import type { Output } from '../schemas/output-schemas.ts'
import { checkOutput } from './output-kinds.ts'

const video = { codec: 'h264', bitrateKbps: 2000, bFrames: 0, rateControl: 'cbr' }
const opus = { codec: 'opus', bitrateKbps: 128, track: 1 }

function fieldOf(kind: string, settings: object, more: object = {}): unknown {
  const output = {
    id: 'x',
    name: 'x',
    kind,
    autostart: false,
    canvas: 'main',
    video,
    audio: [opus],
    settings,
    ...more,
  } as unknown as Output
  try {
    checkOutput(output)
    return undefined
  } catch (error) {
    return (error as { details: { field?: string } }).details.field
  }
}

describe('what an output is set to', () => {
  it('is rejected with the field that is wrong, before anything is connected', () => {
    const whip = { url: 'https://a/whip' }
    expect(fieldOf('whip', whip)).toBeUndefined()
    expect(fieldOf('whip', whip, { video: { ...video, bFrames: 2 } })).toBe('video.bFrames')
    expect(fieldOf('whip', whip, { video: { ...video, codec: 'hevc' } })).toBe('video.codec')
    expect(fieldOf('whip', whip, { audio: [{ ...opus, codec: 'aac' }] })).toBe('audio.0.codec')
    expect(fieldOf('rtmp', { url: 'rtmp://a/b' }, { audio: [opus, opus] })).toBe('audio.1')
    for (const settings of [{}, whip, { url: 'rtmp:///b' }, { url: 'a/b' }]) expect(fieldOf('rtmp', settings)).toBe('settings.url')
    expect(fieldOf('rtmp', { url: 'rtmp://a/b', adaptive: true }, { video: { ...video, rateControl: 'crf' } })).toBe('video.rateControl')
    expect(fieldOf('host', { stream: 'Not A Name' })).toBe('settings.stream')
    expect(fieldOf('recording', { name: '{date} {weather}' })).toBe('settings.name')
    expect(fieldOf('recording', {}, { video: null, audio: [] })).toBe('video')
    expect(fieldOf('replay', { seconds: 1 })).toBe('settings.seconds')
    expect(fieldOf('virtual-camera', {})).toBe('audio.0')
    expect(fieldOf('virtual-camera', { name: '{me}' }, { video: null, audio: [] })).toBeUndefined()
    expect(fieldOf('virtual-camera', { device: '/dev/video10' }, { audio: [] })).toBeUndefined()
    expect(fieldOf('virtual-camera', { via: 'smoke' }, { audio: [] })).toBe('settings.via')
    expect(fieldOf('fax', {})).toBe('kind')
  })

  it('names a virtual camera that there is', () => {
    const devices = ['/dev/video10', '/dev/video11']
    const choose = (via: 'auto' | 'pipewire' | 'v4l2loopback', device = '', there = devices) =>
      chooseCamera({ via, device }, 'linux', there)
    const loopback = (device: string) => ({ via: 'v4l2loopback', device })
    expect(choose('auto')).toEqual(loopback('/dev/video10'))
    expect(choose('v4l2loopback', '/dev/video11')).toEqual(loopback('/dev/video11'))
    expect(choose('auto', '', [])).toEqual({ via: 'pipewire' })
    expect(choose('pipewire')).toEqual({ via: 'pipewire' })
    expect(() => choose('auto', '/dev/video0')).toThrow('/dev/video10, /dev/video11')
    expect(() => choose('auto', '/dev/video0', [])).toThrow('v4l2loopback')
    expect(() => chooseCamera({ via: 'auto', device: '' }, 'darwin', [])).toThrow('Linux')
  })
})
