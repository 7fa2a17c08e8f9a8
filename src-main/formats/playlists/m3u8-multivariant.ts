import { quoted } from './m3u8-text.ts'

interface PlaylistEntry {
  readonly uri: string
  /** Largest segment's bit rate, bits per second. */
  readonly bandwidth: number
  readonly averageBandwidth: number
  /** RFC 6381. */
  readonly codecs: string
}

export interface MultivariantVideo extends PlaylistEntry {
  /** Pixels; 0 while unknown. */
  readonly width: number
  readonly height: number
  readonly frameRate: number | undefined
}

export interface MultivariantAudio extends PlaylistEntry {
  /** What a player's menu shows; must be unique among the audio of one codec. */
  readonly name: string
  readonly channels: number
}

export interface MultivariantPlaylist {
  /** Every segment of every rendition can be decoded by itself (EXT-X-INDEPENDENT-SEGMENTS). */
  readonly independentSegments: boolean
  /** Where players start (EXT-X-START), seconds from the start of the media playlists, or before their end where negative. */
  readonly startOffsetS?: number
  readonly video: readonly MultivariantVideo[]
  readonly audio: readonly MultivariantAudio[]
  /** EXT-X-VERSION, where the segments need less than fMP4 does. */
  readonly version?: number
}

/** EXT-X-MAP in playlists that are not I-frames only needs version 6; nothing in a multivariant playlist of ours needs more. */
const version = 6

/**
 * Writes a multivariant playlist (RFC 8216bis section 4.4.6). Audio goes into one rendition group per codec, so that a player
 * that lacks a codec can choose variants without it; without video, each group's first track is the variant itself.
 */
export function writeMultivariantPlaylist(playlist: MultivariantPlaylist): string {
  const groups = new Map<string, MultivariantAudio[]>()
  for (const audio of playlist.audio) {
    const family = codecFamily(audio.codecs)
    const group = groups.get(family)
    if (group) group.push(audio)
    else groups.set(family, [audio])
  }
  const lines = ['#EXTM3U', `#EXT-X-VERSION:${playlist.version ?? version}`]
  if (playlist.independentSegments) lines.push('#EXT-X-INDEPENDENT-SEGMENTS')
  if (playlist.startOffsetS !== undefined) lines.push(`#EXT-X-START:TIME-OFFSET=${playlist.startOffsetS.toFixed(3)},PRECISE=YES`)
  if (playlist.video.length > 0) writeVideoVariants(lines, playlist.video, groups)
  else writeAudioVariants(lines, groups)
  lines.push('')
  return lines.join('\n')
}

function writeVideoVariants(lines: string[], videos: readonly MultivariantVideo[], groups: ReadonlyMap<string, MultivariantAudio[]>): void {
  for (const [family, group] of groups) {
    group.forEach((audio, index) => {
      lines.push(mediaTag(groupId(family), audio, index === 0, audio.uri))
    })
  }
  for (const video of videos) {
    if (groups.size === 0) lines.push(streamInf(video, [], video, undefined), video.uri)
    for (const [family, group] of groups) lines.push(streamInf(video, group, video, groupId(family)), video.uri)
  }
}

function writeAudioVariants(lines: string[], groups: ReadonlyMap<string, MultivariantAudio[]>): void {
  for (const [family, group] of groups) {
    if (group.length < 2) continue
    // The first track is the variant's own media, which a rendition without URI represents (section 4.4.6.2.1).
    group.forEach((audio, index) => {
      lines.push(mediaTag(groupId(family), audio, index === 0, index === 0 ? undefined : audio.uri))
    })
  }
  for (const [family, group] of groups) {
    const [first, ...others] = group
    if (first)
      lines.push(streamInf(first, others.length > 0 ? group : [], undefined, others.length > 0 ? groupId(family) : undefined), first.uri)
  }
}

function mediaTag(group: string, audio: MultivariantAudio, isDefault: boolean, uri: string | undefined): string {
  const line = `#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="${group}",NAME=${quoted(audio.name)},DEFAULT=${isDefault ? 'YES' : 'NO'},AUTOSELECT=YES,CHANNELS="${audio.channels}"`
  return uri === undefined ? line : `${line},URI=${quoted(uri)}`
}

/** One EXT-X-STREAM-INF: its bit rates are those of its own media and of the largest audio that may be played beside it. */
function streamInf(
  own: PlaylistEntry,
  group: readonly MultivariantAudio[],
  video: MultivariantVideo | undefined,
  audioGroup: string | undefined,
): string {
  let peak = Math.max(own.bandwidth, own.averageBandwidth)
  let average = own.averageBandwidth
  const codecs = new Set([own.codecs])
  let audioPeak = 0
  let audioAverage = 0
  for (const audio of group) {
    codecs.add(audio.codecs)
    audioPeak = Math.max(audioPeak, audio.bandwidth, audio.averageBandwidth)
    audioAverage = Math.max(audioAverage, audio.averageBandwidth)
  }
  if (video) {
    peak += audioPeak
    average += audioAverage
  } else {
    peak = Math.max(peak, audioPeak)
    average = Math.max(average, audioAverage)
  }
  let line = `#EXT-X-STREAM-INF:BANDWIDTH=${Math.max(1, Math.ceil(peak))},AVERAGE-BANDWIDTH=${Math.max(1, Math.ceil(average))},CODECS=${quoted([...codecs].join(','))}`
  if (video && video.width > 0 && video.height > 0) line += `,RESOLUTION=${video.width}x${video.height}`
  if (video?.frameRate) line += `,FRAME-RATE=${video.frameRate.toFixed(3)}`
  if (audioGroup !== undefined) line += `,AUDIO="${audioGroup}"`
  return line
}

/** `mp4a.40.2` and `mp4a.40.5` are played by the same decoders: the sample entry's name tells them apart from others. */
function codecFamily(codecs: string): string {
  const dot = codecs.indexOf('.')
  return dot < 0 ? codecs : codecs.slice(0, dot)
}

function groupId(family: string): string {
  return `audio-${family.replace(/[^A-Za-z0-9-]/g, '')}`
}
