import { type Static, Type } from 'typebox'
import type { SourceKind } from './source-kind.ts'

const pixels = Type.Integer({ minimum: 0, maximum: 8192, default: 0, description: "Pixels; 0 for the camera's own" })

export const CameraSettingsSchema = Type.Object(
  {
    device: Type.String({
      minLength: 1,
      maxLength: 512,
      default: 'default',
      description: 'Id of a camera; `default` follows the choice of the system',
    }),
    width: pixels,
    height: pixels,
    frameRate: Type.Number({ minimum: 0, maximum: 240, default: 0, description: "Frames per second; 0 for the camera's own" }),
    whileAway: Type.Union([Type.Literal('nothing'), Type.Literal('last')], {
      default: 'nothing',
      description: 'What is shown while the camera is away: nothing, or the last frame',
    }),
    whenHidden: Type.Union([Type.Literal('run'), Type.Literal('close')], {
      default: 'run',
      description: 'When nobody sees it: stays ready, or is closed, so that other programs may have the camera',
    }),
  },
  { additionalProperties: false },
)

export type CameraSettings = Static<typeof CameraSettingsSchema>

/** Cameras that the desktop's PipeWire offers; several programs may show one at a time. */
export const cameraKinds: readonly SourceKind[] = [
  {
    kind: 'camera',
    title: 'Camera',
    settings: CameraSettingsSchema,
    pictures: true,
    sound: false,
    commands: [],
    devices: 'camera',
  },
]
