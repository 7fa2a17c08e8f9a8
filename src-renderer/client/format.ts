import { decimal } from '../messages/numbers.ts'
import { client as t } from '../messages/page.ts'
import type { Stream, TrackInfo } from './types.ts'

/** 850 kbps, 2.50 Mbps, 12.4 Mbps. */
export function formatBitrate(kbps: number | null | undefined): string {
  if (kbps === null || kbps === undefined || !Number.isFinite(kbps)) return '–'
  if (kbps < 1000) return `${Math.round(kbps)} kbps`
  const mbps = kbps / 1000
  return `${decimal(mbps, mbps < 10 ? 2 : 1)} Mbps`
}

/** 0:07, 12:34, 1:02:03, 2 d 3:04:05. */
export function formatDuration(ms: number): string {
  const total = Math.max(0, Math.floor(ms / 1000))
  const days = Math.floor(total / 86_400)
  const hours = Math.floor((total % 86_400) / 3600)
  const minutes = Math.floor((total % 3600) / 60)
  const seconds = String(total % 60).padStart(2, '0')
  if (days === 0 && hours === 0) return `${minutes}:${seconds}`
  const clock = `${hours}:${String(minutes).padStart(2, '0')}:${seconds}`
  return days === 0 ? clock : `${days} d ${clock}`
}

/** 512 B, 1.5 MB; decimal units, as networks count. */
export function formatBytes(bytes: number | null | undefined): string {
  if (bytes === null || bytes === undefined || !Number.isFinite(bytes)) return '–'
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']
  let value = bytes
  let unit = 0
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : decimal(value, 1)} ${units[unit]}`
}

/** just now, 3 min ago, 2 h ago, 5 d ago, then the date. */
export function formatAgo(iso: string | null, nowMs: number): string {
  if (iso === null) return t.never
  const then = Date.parse(iso)
  const seconds = Math.max(0, (nowMs - then) / 1000)
  if (seconds < 45) return t.justNow
  if (seconds < 3600) return t.minutesAgo(Math.max(1, Math.round(seconds / 60)))
  if (seconds < 86_400) return t.hoursAgo(Math.round(seconds / 3600))
  if (seconds < 30 * 86_400) return t.daysAgo(Math.round(seconds / 86_400))
  return new Date(then).toISOString().slice(0, 10)
}

/** +12 ms, -40 ms: positive means that audio is ahead. */
export function formatOffset(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return '–'
  const rounded = Math.round(ms)
  return `${rounded > 0 ? '+' : ''}${rounded} ms`
}

/** 2.0 s */
export function formatSeconds(ms: number | null | undefined, digits = 1): string {
  return ms === null || ms === undefined ? '–' : `${decimal(ms / 1000, digits)} s`
}

const codecNames: Readonly<Record<string, string>> = {
  h264: 'H.264',
  hevc: 'HEVC',
  av1: 'AV1',
  vp9: 'VP9',
  aac: 'AAC',
  opus: 'Opus',
  flac: 'FLAC',
  ac3: 'AC-3',
  eac3: 'E-AC-3',
  mp3: 'MP3',
}

export function formatCodec(codec: string): string {
  return codecNames[codec] ?? codec
}

/** H.264 1280×720, AAC 48 kHz. */
export function formatTrack(track: TrackInfo): string {
  const name = formatCodec(track.codec)
  if (track.kind === 'video') return track.width && track.height ? `${name} ${track.width}×${track.height}` : name
  return track.sampleRate ? `${name} ${decimal(track.sampleRate / 1000, 2, 0)} kHz` : name
}

/** H.264 1280×720 · AAC 48 kHz */
export function formatTracks(tracks: readonly TrackInfo[]): string {
  return tracks.length === 0 ? t.noMediaYet : tracks.map(formatTrack).join(' · ')
}

export function formatChannels(channels: number | undefined): string {
  if (channels === undefined) return '–'
  return channels === 1 ? t.mono : channels === 2 ? t.stereo : channels === 6 ? '5.1' : t.channels(channels)
}

export type ShownState = 'pending' | 'live' | 'reconnecting' | 'ended' | 'error'

/** The one word that the page shows for a stream. */
export function shownState(stream: Pick<Stream, 'state' | 'reconnecting'>): ShownState {
  if (stream.state === 'active') return stream.reconnecting ? 'reconnecting' : 'live'
  return stream.state
}

/** How long a stream has been, or was, on air, ms; null before it started. */
export function onAirMs(stream: Pick<Stream, 'startedAt' | 'endedAt' | 'state'>, nowMs: number): number | null {
  if (stream.startedAt === null) return null
  const end = stream.endedAt !== null && stream.state !== 'active' ? Date.parse(stream.endedAt) : nowMs
  return Math.max(0, end - Date.parse(stream.startedAt))
}

/** Chrome 126 on Linux, VLC 3.0, ffmpeg: what a viewer's user agent says, shortened. */
export function formatUserAgent(agent: string): string {
  const system = /Windows/.test(agent)
    ? 'Windows'
    : /iPhone|iPad/.test(agent)
      ? 'iOS'
      : /Android/.test(agent)
        ? 'Android'
        : /Mac OS X/.test(agent)
          ? 'macOS'
          : /Linux/.test(agent)
            ? 'Linux'
            : ''
  const known: readonly (readonly [RegExp, string])[] = [
    [/Edg\/(\d+)/, 'Edge'],
    [/OPR\/(\d+)/, 'Opera'],
    [/Firefox\/(\d+)/, 'Firefox'],
    [/(?:HeadlessChrome|Chrome)\/(\d+)/, 'Chrome'],
    [/Version\/(\d+).*Safari/, 'Safari'],
    [/VLC\/(\d+\.\d+)/, 'VLC'],
  ]
  for (const [pattern, name] of known) {
    const match = pattern.exec(agent)
    if (match) return system === '' ? `${name} ${match[1]}` : t.on(`${name} ${match[1]}`, system)
  }
  if (/^Lavf/.test(agent)) return 'ffmpeg'
  return agent === '' ? t.unknownPlayer : agent.length > 40 ? `${agent.slice(0, 39)}…` : agent
}
