import { type Static, Type } from 'typebox'

/** The options of the desktop part. */
export const DesktopConfigSchema = Type.Object({
  desktopWebrtcPort: Type.Union([Type.Integer({ minimum: 0, maximum: 65535 }), Type.Literal('off')], {
    default: 8190,
    description: 'UDP port of desktops over WebRTC; 0 takes a free one, off leaves them to their WebSockets',
  }),
})
export type DesktopConfig = Static<typeof DesktopConfigSchema>
