import { type Static, Type } from 'typebox'
import type { SourceKind } from './source-kind.ts'

const exactly = { additionalProperties: false }

export const MicrophoneSettingsSchema = Type.Object(
  {
    device: Type.String({
      minLength: 1,
      maxLength: 512,
      default: 'default',
      description: 'Id of a microphone; `default` follows the choice of the system',
    }),
  },
  exactly,
)

export const SystemAudioSettingsSchema = Type.Object(
  {
    device: Type.String({
      minLength: 1,
      maxLength: 512,
      default: 'default',
      description: 'Id of the speaker whose audio is captured; `default` follows the choice of the system',
    }),
  },
  exactly,
)

export const ApplicationAudioSettingsSchema = Type.Object(
  {
    device: Type.String({
      maxLength: 512,
      default: '',
      description: 'Id of an application, PROGRAM/NAME; or its program or its name alone, in any case of letters',
    }),
  },
  exactly,
)

export type MicrophoneSettings = Static<typeof MicrophoneSettingsSchema>
export type SystemAudioSettings = Static<typeof SystemAudioSettingsSchema>
export type ApplicationAudioSettings = Static<typeof ApplicationAudioSettingsSchema>

/** Sources that are heard alone: devices and programs of this machine. */
export const audioDeviceKinds: readonly SourceKind[] = [
  {
    kind: 'microphone',
    title: 'Microphone',
    settings: MicrophoneSettingsSchema,
    pictures: false,
    sound: true,
    commands: [],
    devices: 'microphone',
  },
  {
    kind: 'system-sound',
    title: 'System audio',
    settings: SystemAudioSettingsSchema,
    pictures: false,
    sound: true,
    commands: [],
    devices: 'speaker',
  },
  {
    kind: 'application-sound',
    title: "Application's audio",
    settings: ApplicationAudioSettingsSchema,
    pictures: false,
    sound: true,
    commands: [],
    devices: 'application',
  },
]
