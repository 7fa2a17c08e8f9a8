import { describe, expect, it } from 'vitest'
import {
  formatAgo,
  formatBitrate,
  formatBytes,
  formatDuration,
  formatOffset,
  formatTracks,
  formatUserAgent,
  onAirMs,
  shownState,
} from './format.ts'

describe('figures on the page', () => {
  it('are written as people read them', () => {
    expect([850.4, 2500, 12_400, null].map(formatBitrate)).toEqual(['850 kbps', '2.50 Mbps', '12.4 Mbps', '–'])
    expect([7000, 754_000, 3_723_000, 183_845_000].map(formatDuration)).toEqual(['0:07', '12:34', '1:02:03', '2 d 3:04:05'])
    expect([512, 1500, 143_000_000, undefined].map(formatBytes)).toEqual(['512 B', '1.5 kB', '143 MB', '–'])
    expect([12.4, -40, 0, null].map(formatOffset)).toEqual(['+12 ms', '-40 ms', '0 ms', '–'])
  })

  it('tell how long ago', () => {
    const now = Date.parse('2026-02-01T12:00:00Z')
    const ago = (seconds: number) => formatAgo(new Date(now - seconds * 1000).toISOString(), now)
    expect([5, 180, 7200, 432_000, 5_000_000].map(ago)).toEqual(['just now', '3 min ago', '2 h ago', '5 d ago', '2025-12-05'])
    expect(formatAgo(null, now)).toBe('never')
  })

  it('name tracks by their codecs', () => {
    expect(
      formatTracks([
        { id: 'v0', kind: 'video', codec: 'h264', codecString: 'avc1', width: 1280, height: 720 },
        { id: 'a0', kind: 'audio', codec: 'aac', codecString: 'mp4a', sampleRate: 44_100 },
      ]),
    ).toBe('H.264 1280×720 · AAC 44.1 kHz')
    expect(formatTracks([])).toBe('No media yet')
  })

  it('call an active stream whose publisher is away reconnecting', () => {
    expect(shownState({ state: 'active', reconnecting: true })).toBe('reconnecting')
    expect(shownState({ state: 'active', reconnecting: false })).toBe('live')
    expect(shownState({ state: 'ended', reconnecting: false })).toBe('ended')
  })

  it('stop the clock of a stream that has ended', () => {
    const times = { startedAt: '2026-01-01T00:00:00Z', endedAt: '2026-01-01T00:01:00Z' }
    expect(onAirMs({ ...times, state: 'ended' }, Date.now())).toBe(60_000)
    expect(onAirMs({ ...times, startedAt: null, state: 'pending' }, 0)).toBeNull()
  })

  it('shorten user agents', () => {
    expect(formatUserAgent('Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36')).toBe(
      'Chrome 126 on Linux',
    )
    expect(formatUserAgent('VLC/3.0.18 LibVLC/3.0.18')).toBe('VLC 3.0')
    expect(formatUserAgent('Lavf/59.27.100')).toBe('ffmpeg')
  })
})
