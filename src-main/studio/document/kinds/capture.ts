import { type Static, Type } from 'typebox'
import { referenceSwitch, referenceText } from '../references/reference-text.ts'
import type { SourceKind } from './source-kind.ts'

const exactly = { additionalProperties: false }

const cursor = Type.Boolean({ default: true, description: 'The pointer is drawn into the video' })
const server = referenceText('x-server', {
  maxLength: 256,
  default: '',
  description: 'Linux: the X server as DISPLAY has it, e.g. `:0`; empty for that of the session in which the host runs',
})
const display = Type.String({
  maxLength: 512,
  default: '',
  description: 'A display as `GET /studio/devices?kind=display` lists it; empty for the primary one',
})
const place = (description: string) => Type.Integer({ minimum: -65_536, maximum: 65_536, default: 0, description })
const length = (value: number, description: string) => Type.Integer({ minimum: 1, maximum: 8192, default: value, description })

export const DisplaySettingsSchema = Type.Object({ device: display, cursor, server }, exactly)

export const WindowSettingsSchema = Type.Object(
  {
    device: Type.String({
      maxLength: 4096,
      default: '',
      description: 'A window as `GET /studio/devices?kind=window` lists it: class and title, so that it is found again when reopened',
    }),
    match: Type.Union([Type.Literal('title'), Type.Literal('class')], {
      default: 'title',
      description: 'Which window will do after it was closed: one of the same class and title, or any of the same class',
    }),
    cursor,
    server,
  },
  exactly,
)

export const RegionSettingsSchema = Type.Object(
  {
    device: display,
    x: place('Pixels from the left of the display'),
    y: place('Pixels from its top'),
    width: length(1280, 'Pixels'),
    height: length(720, 'Pixels'),
    cursor,
    server,
  },
  exactly,
)

export const DesktopDisplaySettingsSchema = Type.Object(
  {
    device: referenceText('desktop-display', {
      maxLength: 80,
      default: '',
      description: 'A display of Desktops as `GET /studio/devices?kind=desktop-display` lists it, for those who may see it',
    }),
    cursor,
    audio: referenceSwitch('desktop-audio', 'device', 'What its programs play is heard, for those who may hear the desktop'),
  },
  exactly,
)

export type DisplaySettings = Static<typeof DisplaySettingsSchema>
export type WindowSettings = Static<typeof WindowSettingsSchema>
export type RegionSettings = Static<typeof RegionSettingsSchema>
export type DesktopDisplaySettings = Static<typeof DesktopDisplaySettingsSchema>

const pictures = { pictures: true, sound: false, commands: [] } as const

/** What is to be seen on this machine's screens. */
export const captureKinds: readonly SourceKind[] = [
  { kind: 'display', title: 'Display', settings: DisplaySettingsSchema, ...pictures, devices: 'display' },
  { kind: 'window', title: 'Window', settings: WindowSettingsSchema, ...pictures, devices: 'window' },
  { kind: 'region', title: 'Region of a display', settings: RegionSettingsSchema, ...pictures, devices: 'display' },
  {
    kind: 'desktop-display',
    title: 'Desktop',
    settings: DesktopDisplaySettingsSchema,
    ...pictures,
    sound: true,
    devices: 'desktop-display',
  },
]
