import { type Static, type TSchema, Type } from 'typebox'
import Value from 'typebox/value'
import { unknownFields } from '../../../media/files/file-names.ts'
import { streamNamePattern } from '../../../media/stream-name.ts'
import { AppError } from '../../../platform/errors.ts'
import { schemaFaults } from '../../../platform/routes/schema-faults.ts'
import { referenceText } from '../references/reference-text.ts'
import type { Output } from '../schemas/output-schemas.ts'
import { secretText } from '../secrets/secret-text.ts'
import type { OutputKind } from './output-kind.ts'

const exactly = { additionalProperties: false }
/** Rejected where it is written, not first when the show starts. */
const address = (schemes: string, description: string) =>
  referenceText('url', { maxLength: 500, pattern: `^(${schemes})://[^\\s/]`, description })
const Certificate = Type.String({
  maxLength: 120,
  default: 'system',
  description: '`system`, `any` (not verified) or a SHA-256 fingerprint',
})
const Adaptive = {
  adaptive: Type.Boolean({
    default: false,
    description: 'has an encoder of its own, whose bitrate falls when the network is too slow for it and rises slowly again',
  }),
  minBitrateKbps: Type.Integer({ minimum: 50, maximum: 200_000, default: 300, description: 'how far `adaptive` goes down' }),
}
const Folder = referenceText('output-folder', {
  maxLength: 1000,
  default: '',
  description: "absolute, or below the studio's own folder of recordings; empty for that folder",
})

/** What a file's name may be made of. */
export const nameFields = ['date', 'time', 'output', 'scene', 'canvas', 'part'] as const

const FileTemplate = (fallback: string) =>
  Type.String({
    minLength: 1,
    maxLength: 120,
    default: fallback,
    description: `fields: ${nameFields.map((name) => `{${name}}`).join(' ')}`,
  })

export const HostSettingsSchema = Type.Object(
  {
    stream: Type.String({ pattern: streamNamePattern, description: 'name of the stream' }),
    title: Type.String({ maxLength: 200, default: '', description: "empty: the stream's own" }),
  },
  exactly,
)

export const RtmpSettingsSchema = Type.Object(
  {
    url: address('rtmps?', 'rtmp://HOST/APP or rtmps://HOST/APP'),
    key: secretText({ default: '' }),
    certificate: Certificate,
    ...Adaptive,
  },
  exactly,
)

export const SrtSettingsSchema = Type.Object(
  {
    url: address('srt', 'srt://HOST:PORT'),
    key: secretText({ default: '', description: 'stream id' }),
    passphrase: secretText({ default: '', description: '10 to 79 characters; empty for none' }),
    latencyMs: Type.Integer({ minimum: 20, maximum: 8000, default: 200, description: 'least delay of delivery' }),
    ...Adaptive,
  },
  exactly,
)

export const WhipSettingsSchema = Type.Object(
  {
    url: address('https?', 'https://HOST/PATH'),
    key: secretText({ default: '', description: 'bearer token' }),
    certificate: Certificate,
    ...Adaptive,
  },
  exactly,
)

export const RecordingSettingsSchema = Type.Object(
  {
    folder: Folder,
    name: FileTemplate('{date} {time}'),
    container: Type.Union([Type.Literal('mp4'), Type.Literal('mkv')], { default: 'mp4' }),
    splitMs: Type.Union([Type.Integer({ minimum: 1000, maximum: 86_400_000 }), Type.Null()], {
      default: null,
      description: 'a new file starts at the first keyframe after this time',
    }),
    splitBytes: Type.Union([Type.Integer({ minimum: 1_000_000, maximum: 1e13 }), Type.Null()], { default: null }),
    chapters: Type.Union([Type.Literal('none'), Type.Literal('scenes')], {
      default: 'none',
      description: 'scenes: a chapter starts with every switch of scenes; command `chapter` makes one in any case',
    }),
  },
  exactly,
)

export const ReplaySettingsSchema = Type.Object(
  {
    seconds: Type.Integer({ minimum: 5, maximum: 1800, default: 30, description: 'how much is kept' }),
    maxMegabytes: Type.Integer({ minimum: 8, maximum: 4000, default: 256, description: 'of memory, whatever the seconds' }),
    folder: Folder,
    name: FileTemplate('Replay {date} {time}'),
  },
  exactly,
)

export const VirtualCameraSettingsSchema = Type.Object(
  {
    via: Type.Union([Type.Literal('auto'), Type.Literal('pipewire'), Type.Literal('v4l2loopback')], {
      default: 'auto',
      description: 'auto: a device of v4l2loopback where there is one, else PipeWire',
    }),
    device: Type.String({
      maxLength: 60,
      default: '',
      description: 'of v4l2loopback, e.g. /dev/video10; empty for the first one',
    }),
    name: Type.String({ maxLength: 80, default: '', description: 'what programs call it (PipeWire); empty: AMI Streams camera' }),
  },
  exactly,
)

export type HostSettings = Static<typeof HostSettingsSchema>
export type RtmpSettings = Static<typeof RtmpSettingsSchema>
export type SrtSettings = Static<typeof SrtSettingsSchema>
export type WhipSettings = Static<typeof WhipSettingsSchema>
export type RecordingSettings = Static<typeof RecordingSettingsSchema>
export type ReplaySettings = Static<typeof ReplaySettingsSchema>
export type VirtualCameraSettings = Static<typeof VirtualCameraSettingsSchema>

interface KindRules extends OutputKind {
  /** Audio tracks that it can take. */
  readonly maxAudioTracks: number
  /** Codecs that it takes; undefined for all. */
  readonly videoCodecs?: readonly string[]
  readonly audioCodecs?: readonly string[]
  /** Takes only video or only audio. */
  readonly partial: boolean
  /** `name` of its settings is a template for files. */
  readonly writesFiles?: boolean
}

const sending = { pictures: true, sound: true, encodes: true, commands: ['retry'], maxAudioTracks: 1, partial: true } as const

const rules: readonly KindRules[] = [
  { ...sending, kind: 'host', title: "Stream of this host's own", settings: HostSettingsSchema, maxAudioTracks: 6 },
  { ...sending, kind: 'rtmp', title: 'RTMP server', settings: RtmpSettingsSchema },
  { ...sending, kind: 'srt', title: 'SRT listener', settings: SrtSettingsSchema, videoCodecs: ['h264', 'hevc'] },
  {
    ...sending,
    kind: 'whip',
    title: 'WHIP server',
    settings: WhipSettingsSchema,
    videoCodecs: ['h264'],
    audioCodecs: ['opus'],
  },
  {
    kind: 'recording',
    title: 'Recording',
    settings: RecordingSettingsSchema,
    pictures: true,
    sound: true,
    encodes: true,
    commands: ['pause', 'resume', 'split', 'chapter'],
    maxAudioTracks: 6,
    partial: true,
    writesFiles: true,
  },
  {
    kind: 'replay',
    title: 'Replay buffer',
    settings: ReplaySettingsSchema,
    pictures: true,
    sound: true,
    encodes: true,
    commands: ['save'],
    maxAudioTracks: 6,
    partial: false,
    writesFiles: true,
  },
  {
    kind: 'virtual-camera',
    title: 'Virtual camera',
    settings: VirtualCameraSettingsSchema,
    pictures: true,
    sound: false,
    encodes: false,
    commands: [],
    maxAudioTracks: 0,
    partial: true,
  },
]

/** Every kind of output. */
export const outputKinds: readonly OutputKind[] = rules.map(({ kind, title, settings, pictures, sound, encodes, commands }) => ({
  kind,
  title,
  settings,
  pictures,
  sound,
  encodes,
  commands,
}))

/** The output with the defaults of its kind filled in. Throws `studio.output_invalid`, which names the field. */
export function checkOutput(output: Output): Output {
  const kind = rules.find((each) => each.kind === output.kind)
  if (kind === undefined) throw invalid('kind', `there is no kind ${output.kind}`)
  const settings = Value.Default(kind.settings, structuredClone(output.settings)) as Output['settings']
  checkSettings(kind.settings, settings)
  checkEncodings(kind, output)
  if (kind.writesFiles && typeof settings.name === 'string') {
    const [unknown] = unknownFields(settings.name, nameFields)
    if (unknown !== undefined) throw invalid('settings.name', `there is no field {${unknown}}`)
  }
  return { ...output, settings }
}

function checkSettings(schema: TSchema, settings: Output['settings']): void {
  const [fault] = schemaFaults(schema, settings, 'settings', 1)
  if (fault !== undefined) throw invalid(fault.place, fault.problem)
}

function checkEncodings(kind: KindRules, output: Output): void {
  const { title } = kind
  const { video, audio } = output
  if (kind.encodes && video === null && audio.length === 0) throw invalid('video', 'an output without video and audio has nothing to send')
  if (video === null && !kind.partial) throw invalid('video', `${title} needs video`)
  if (audio.length > kind.maxAudioTracks) {
    const max = ['no audio', 'one audio track'][kind.maxAudioTracks] ?? `${kind.maxAudioTracks} audio tracks`
    throw invalid(`audio.${kind.maxAudioTracks}`, `${title} takes ${max}`)
  }
  if (video !== null && kind.videoCodecs?.includes(video.codec) === false) {
    throw invalid('video.codec', `${title} does not take ${video.codec}: choose ${kind.videoCodecs.join(' or ')}`)
  }
  for (const [index, { codec }] of audio.entries()) {
    if (kind.audioCodecs?.includes(codec) === false) {
      throw invalid(`audio.${index}.codec`, `${title} does not take ${codec}: choose ${kind.audioCodecs.join(' or ')}`)
    }
  }
  if (output.settings.adaptive === true && video?.rateControl === 'crf') {
    throw invalid('video.rateControl', 'an automatic bitrate needs one to change: choose cbr or vbr')
  }
  if (kind.kind === 'whip' && video !== null && video.bFrames > 0) {
    throw invalid('video.bFrames', 'WebRTC shows frames in the order in which they arrive: choose 0')
  }
}

function invalid(field: string, why: string): AppError {
  return new AppError('studio.output_invalid', `${field}: ${why}`, { details: { field } })
}
