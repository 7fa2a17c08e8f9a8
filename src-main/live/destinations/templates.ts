import type { DestinationTemplate, TemplateId } from './schemas.ts'

/** What is known of the services that people send to. Their limits change: each sentence says what held when it was written. */
export const destinationTemplates: readonly DestinationTemplate[] = [
  {
    id: 'youtube',
    name: 'YouTube',
    protocol: 'rtmp',
    servers: [
      { label: 'Primary', url: 'rtmps://a.rtmps.youtube.com:443/live2' },
      { label: 'Backup', url: 'rtmps://b.rtmps.youtube.com:443/live2?backup=1' },
      { label: 'Primary, not encrypted', url: 'rtmp://a.rtmp.youtube.com/live2' },
    ],
    urlEditable: false,
    urlLooksLike: 'rtmps://HOST/APP',
    keyName: 'Stream key',
    keyRequired: true,
    keyLooksLike: 'Five groups such as abcd-1234-efgh-5678-ijkl, in YouTube Studio under Go live, Stream.',
    limits: 'H.264, HEVC or AV1 with AAC; up to 51 Mbps at 2160p60; a keyframe at least every 4 s.',
    videoCodecs: ['h264', 'hevc', 'av1'],
    audioCodecs: ['aac', 'mp3'],
  },
  {
    id: 'twitch',
    name: 'Twitch',
    protocol: 'rtmp',
    servers: [
      { label: 'Nearest, not encrypted', url: 'rtmp://live.twitch.tv/app' },
      { label: 'Nearest, encrypted', url: 'rtmps://ingest.global-contribute.live-video.net:443/app' },
    ],
    urlEditable: false,
    urlLooksLike: 'rtmps://HOST/APP',
    keyName: 'Stream key',
    keyRequired: true,
    keyLooksLike: 'Begins with live_, in the Creator Dashboard under Settings, Stream. Add ?bandwidthtest=true to try without going live.',
    limits: 'H.264 with AAC; up to 6 Mbps; a keyframe every 2 s.',
    videoCodecs: ['h264'],
    audioCodecs: ['aac', 'mp3'],
  },
  {
    id: 'facebook',
    name: 'Facebook',
    protocol: 'rtmp',
    servers: [{ label: 'Live API', url: 'rtmps://live-api-s.facebook.com:443/rtmp' }],
    urlEditable: false,
    urlLooksLike: 'rtmps://HOST/APP',
    keyName: 'Stream key',
    keyRequired: true,
    keyLooksLike: 'Begins with FB-, in Live Producer under Streaming software.',
    limits: 'H.264 with AAC; up to 1080p and 6 Mbps; a keyframe every 2 s; RTMPS only.',
    videoCodecs: ['h264'],
    audioCodecs: ['aac'],
  },
  {
    id: 'kick',
    name: 'Kick',
    protocol: 'rtmp',
    servers: [],
    urlEditable: true,
    urlLooksLike: 'rtmps://HOST/APP',
    keyName: 'Stream key',
    keyRequired: true,
    keyLooksLike: 'Begins with sk_, in the Creator Dashboard under Settings, Stream URL & Key; the address (rtmps://...) stands beside it.',
    limits: 'H.264 with AAC; up to 8 Mbps; a keyframe every 2 s.',
    videoCodecs: ['h264'],
    audioCodecs: ['aac'],
  },
  {
    id: 'custom',
    name: 'Custom RTMP',
    protocol: 'rtmp',
    servers: [],
    urlEditable: true,
    urlLooksLike: 'rtmps://HOST/APP',
    keyName: 'Stream key',
    keyRequired: false,
    keyLooksLike: 'What the server expects behind its application name; empty where the address holds all.',
    limits: 'H.264 with AAC; HEVC, AV1, VP9 and other sound where the server announces Enhanced RTMP.',
    videoCodecs: null,
    audioCodecs: null,
  },
  {
    id: 'srt',
    name: 'SRT',
    protocol: 'srt',
    servers: [],
    urlEditable: true,
    urlLooksLike: 'srt://HOST:PORT',
    keyName: 'Stream id',
    keyRequired: false,
    keyLooksLike: 'What the listener tells streams apart by; for another AMI Streams host its stream key; empty where it wants none.',
    limits: 'An MPEG transport stream with H.264 or HEVC and AAC, AC-3, E-AC-3 or MP3.',
    videoCodecs: null,
    audioCodecs: null,
  },
]

const byId = new Map<TemplateId, DestinationTemplate>(destinationTemplates.map((template) => [template.id, template]))

/** The template of that id. */
export function templateOf(id: TemplateId): DestinationTemplate {
  return byId.get(id) as DestinationTemplate
}
