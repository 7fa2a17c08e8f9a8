import { describe, expect, it } from 'vitest'
import type { Collection, Output } from '../types.ts'
import { doubtsOf, frameSize, showDoubts, uploadKbps } from './readiness.ts'

const output = (kind: string, settings: object, more: object = {}): Output =>
  ({
    id: 'out',
    name: 'Out',
    kind,
    canvas: 'main',
    settings,
    video: { height: null, bitrateKbps: 6000 },
    audio: [{ codec: 'aac', bitrateKbps: 160, track: 1 }],
    ...more,
  }) as unknown as Output
const codes = (doubts: readonly { readonly code: string }[]): string[] => doubts.map(({ code }) => code)

describe('the checklist before going live', () => {
  it('asks for the key of a service, not for that of a server of your own', () => {
    const twitch = 'rtmps://ingest.global-contribute.live-video.net:443/app'
    expect(codes(doubtsOf(output('rtmp', { url: twitch, key: '' })))).toEqual(['no-key'])
    expect(codes(doubtsOf(output('rtmp', { url: twitch, key: '••••' })))).toEqual([])
    expect(codes(doubtsOf(output('rtmp', { url: 'rtmp://10.0.0.1/live', key: '' })))).toEqual([])
    expect(codes(doubtsOf(output('srt', {})))).toEqual(['no-url'])
    expect(codes(doubtsOf(output('host', { stream: 'show' })))).toEqual([])
  })

  it('says that a scene is empty, that there is no audio or all of it is muted', () => {
    const show = (items: object[], sources: object[]): Collection => ({ scenes: [{ id: 'a', items }], sources }) as unknown as Collection
    const seen = { visible: true }
    expect(codes(showDoubts(show([{ visible: false }], []), ['a'], true))).toEqual(['empty-scene', 'no-audio'])
    expect(codes(showDoubts(show([seen], [{ audio: { muted: true } }]), ['a'], true))).toEqual(['all-muted'])
    expect(codes(showDoubts(show([seen], [{ audio: { muted: false } }]), ['a'], true))).toEqual([])
    expect(showDoubts(show([seen], [{ audio: { muted: false } }]), ['a'], false)).toEqual([{ code: 'engine', blocks: true }])
  })

  it('counts what leaves the machine, and says the size of the frames', () => {
    expect(uploadKbps([output('host', {}), output('rtmp', {}), output('recording', {})])).toBe(6160)
    const canvas = { id: 'main', name: 'Main', width: 1920, height: 1080, background: '#000000', scene: 'a' }
    expect(frameSize(output('rtmp', {}, { video: { height: 720, bitrateKbps: 1 } }), canvas)).toEqual({ width: 1280, height: 720 })
    expect(frameSize(output('rtmp', {}), canvas)).toEqual({ width: 1920, height: 1080 })
    expect(frameSize(output('rtmp', {}, { video: null }), canvas)).toBeUndefined()
  })
})
