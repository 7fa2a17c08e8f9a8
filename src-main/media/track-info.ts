import { type Static, Type } from 'typebox'
import type { Track } from '../formats/track.ts'

/** A track as the API shows it. */
export const TrackSchema = Type.Object({
  id: Type.String(),
  kind: Type.Union([Type.Literal('video'), Type.Literal('audio')]),
  codec: Type.String({ description: 'h264, hevc, av1, vp9, aac, opus, flac, ac3, eac3, mp3' }),
  codecString: Type.String({ description: 'RFC 6381' }),
  width: Type.Optional(Type.Integer()),
  height: Type.Optional(Type.Integer()),
  frameRate: Type.Optional(Type.Number({ description: 'frames per second, measured' })),
  sampleRate: Type.Optional(Type.Integer({ description: 'Hz' })),
  channels: Type.Optional(Type.Integer()),
})
export type TrackInfo = Static<typeof TrackSchema>

/** @param measuredFrameRate of a video track that does not say how many frames a second it has */
export function trackInfo(track: Track, measuredFrameRate?: number): TrackInfo {
  const info = { id: track.id, kind: track.kind, codec: track.codec, codecString: track.codecString }
  if (track.kind === 'audio') return { ...info, sampleRate: track.sampleRate, channels: track.channels }
  const frameRate = track.frameRate ?? measuredFrameRate
  return { ...info, width: track.width, height: track.height, ...(frameRate === undefined ? undefined : { frameRate }) }
}
