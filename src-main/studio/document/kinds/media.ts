import { type Static, Type } from 'typebox'
import { streamNamePattern } from '../../../media/stream-name.ts'
import { referenceText } from '../references/reference-text.ts'
import { secretText } from '../secrets/secret-text.ts'
import type { SourceKind } from './source-kind.ts'

const exactly = { additionalProperties: false }

/** What every source of this folder knows about its process. */
const memoryLimitMb = Type.Integer({
  minimum: 128,
  maximum: 8192,
  default: 768,
  description: 'Resident memory at which the source is restarted, MiB',
})

const speed = Type.Number({ minimum: 0.25, maximum: 4, default: 1, description: 'Factor; audio keeps its pitch' })
const loop = Type.Boolean({ default: false, description: 'Starts again at its end, without a gap' })
const whenShown = Type.Union([Type.Literal('restart'), Type.Literal('resume'), Type.Literal('wait')], {
  default: 'restart',
  description: 'When it becomes visible: from the start, from where it was, or only by a command',
})
const whenHidden = Type.Union([Type.Literal('pause'), Type.Literal('run'), Type.Literal('close')], {
  default: 'pause',
  description: 'When nobody sees it: pauses, runs on, or is closed, which frees its process and memory',
})
const atEnd = Type.Union([Type.Literal('nothing'), Type.Literal('last')], {
  default: 'nothing',
  description: 'What is shown after the end: nothing, or the last frame',
})
const trimInMs = Type.Integer({ minimum: 0, maximum: 2 ** 42, default: 0, description: 'Where it starts, ms of the file' })
const trimOutMs = Type.Union([Type.Integer({ minimum: 1, maximum: 2 ** 42 }), Type.Null()], {
  default: null,
  description: 'Where it ends, ms of the file; empty for its own end',
})
const soundTrack = Type.Integer({ minimum: 1, maximum: 64, default: 1, description: 'Which of the audio tracks is heard' })

export const MediaSettingsSchema = Type.Object(
  {
    file: referenceText('path-or-url', {
      maxLength: 4096,
      default: '',
      description: 'Media file on the machine of the host, or its http(s) URL',
    }),
    loop,
    trimInMs,
    trimOutMs,
    speed,
    soundTrack,
    whenShown,
    whenHidden,
    atEnd,
    memoryLimitMb,
  },
  exactly,
)

export const PlaylistSettingsSchema = Type.Object(
  {
    items: Type.Array(
      Type.Object({ file: referenceText('path-or-url', { minLength: 1, maxLength: 4096 }), trimInMs, trimOutMs }, exactly),
      {
        maxItems: 2000,
        default: [],
        description: 'Media files, played one after the other without a gap',
      },
    ),
    loop,
    shuffle: Type.Boolean({ default: false, description: 'In another order each time round' }),
    speed,
    whenShown,
    whenHidden,
    atEnd,
    memoryLimitMb,
  },
  exactly,
)

export const ImageSequenceSettingsSchema = Type.Object(
  {
    files: referenceText('path', {
      maxLength: 4096,
      default: '',
      description: 'Numbered images: a pattern as /show/intro-%04d.png, or any one of the files',
    }),
    frameRate: Type.Number({ minimum: 0.1, maximum: 240, default: 30, description: 'Frames per second' }),
    loop,
    trimInMs,
    trimOutMs,
    speed,
    whenShown,
    whenHidden,
    atEnd,
    memoryLimitMb,
  },
  exactly,
)

const bufferMs = (value: number) =>
  Type.Integer({
    minimum: 0,
    maximum: 10_000,
    default: value,
    description: 'How much is buffered so that an uneven network is not seen, ms',
  })
const whileAway = Type.Union([Type.Literal('nothing'), Type.Literal('last')], {
  default: 'nothing',
  description: 'What is shown while the stream is away: nothing, or the last frame',
})
const liveWhenHidden = Type.Union([Type.Literal('run'), Type.Literal('close')], {
  default: 'run',
  description: 'When nobody sees it: stays connected, or is closed, which frees its process and memory',
})

export const StreamSettingsSchema = Type.Object(
  {
    stream: Type.String({
      pattern: `^$|${streamNamePattern}`,
      default: '',
      description: 'A stream of this host, by name; comes before `address`',
    }),
    address: referenceText('url', {
      maxLength: 2048,
      default: '',
      description: 'rtmp, rtmps, srt, rtsp, rtsps, http, https or udp URL',
    }),
    user: Type.String({ maxLength: 200, default: '', description: 'Who asks, where the server wants to know (RTSP, HTTP)' }),
    password: secretText({ default: '', description: 'Of the user; for SRT the passphrase' }),
    bufferMs: bufferMs(300),
    rtspTransport: Type.Union([Type.Literal('tcp'), Type.Literal('udp')], { default: 'tcp' }),
    whileAway,
    whenHidden: liveWhenHidden,
    memoryLimitMb,
  },
  exactly,
)

export const GuestSettingsSchema = Type.Object(
  {
    guest: Type.String({
      pattern: `^$|${streamNamePattern}`,
      default: '',
      description: 'The stream of an invitation, as it was answered when the guest was invited',
    }),
    bufferMs: bufferMs(100),
    whileAway: Type.Union([Type.Literal('nothing'), Type.Literal('placeholder'), Type.Literal('last')], {
      default: 'nothing',
      description: 'What is shown while the guest is away: nothing, a figure in their place, or the last frame',
    }),
    whenHidden: liveWhenHidden,
    memoryLimitMb,
  },
  exactly,
)

const pixels = Type.Integer({ minimum: 0, maximum: 8192, default: 0, description: "Pixels; 0 for the camera's own" })

export const V4l2CameraSettingsSchema = Type.Object(
  {
    device: Type.String({
      maxLength: 512,
      default: '',
      description: 'A camera by its stable id, /dev/v4l/by-id/..., or its device file; empty for the first there is',
    }),
    width: pixels,
    height: pixels,
    frameRate: Type.Number({ minimum: 0, maximum: 240, default: 0, description: "Frames per second; 0 for the camera's own" }),
    format: Type.Union([Type.Literal('auto'), Type.Literal('mjpeg'), Type.Literal('yuyv422'), Type.Literal('nv12'), Type.Literal('h264')], {
      default: 'auto',
      description: 'What the camera is asked to send',
    }),
    whileAway,
    whenHidden: liveWhenHidden,
    memoryLimitMb,
  },
  exactly,
)

export type MediaSettings = Static<typeof MediaSettingsSchema>
export type PlaylistSettings = Static<typeof PlaylistSettingsSchema>
export type ImageSequenceSettings = Static<typeof ImageSequenceSettingsSchema>
export type StreamSettings = Static<typeof StreamSettingsSchema>
export type GuestSettings = Static<typeof GuestSettingsSchema>
export type V4l2CameraSettings = Static<typeof V4l2CameraSettingsSchema>

const playing = ['play', 'pause', 'stop', 'restart', 'seek', 'retry']

/** Sources that FFmpeg reads: files, streams and cameras. */
export const mediaKinds: readonly SourceKind[] = [
  { kind: 'media', title: 'Media file', settings: MediaSettingsSchema, pictures: true, sound: true, commands: playing },
  {
    kind: 'playlist',
    title: 'Playlist',
    settings: PlaylistSettingsSchema,
    pictures: true,
    sound: true,
    commands: [...playing, 'next', 'previous'],
  },
  {
    kind: 'image-sequence',
    title: 'Image sequence',
    settings: ImageSequenceSettingsSchema,
    pictures: true,
    sound: false,
    commands: playing,
  },
  { kind: 'stream', title: 'Live stream', settings: StreamSettingsSchema, pictures: true, sound: true, commands: ['retry'] },
  { kind: 'guest', title: 'Guest', settings: GuestSettingsSchema, pictures: true, sound: true, commands: ['retry'] },
  {
    kind: 'v4l2-camera',
    title: 'Camera (V4L2)',
    settings: V4l2CameraSettingsSchema,
    pictures: true,
    sound: false,
    commands: ['retry'],
    devices: 'v4l2-camera',
  },
]
