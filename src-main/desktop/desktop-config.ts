import { type Static, Type } from 'typebox'

/** The options of the desktop part. */
export const DesktopConfigSchema = Type.Object({
  desktopWebrtcPort: Type.Union([Type.Integer({ minimum: 0, maximum: 65535 }), Type.Literal('off')], {
    default: 8190,
    description: 'UDP port of desktops over WebRTC; 0 takes a free one, off leaves them to their WebSockets',
  }),
  maxDesktops: Type.Integer({
    minimum: 1,
    maximum: 256,
    default: 16,
    description: 'Desktops at a time: each is a display of some 45 MB with its programs, and as much again for what shows it',
  }),
})
export type DesktopConfig = Static<typeof DesktopConfigSchema>
