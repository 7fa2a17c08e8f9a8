import { randomUUID } from 'node:crypto'
import type { PackagerFactory } from '../live/index.ts'

/** Packages nothing: streams come in and are ruled, viewers find them never ready. */
export const noPackager: PackagerFactory = (stream, options) => ({
  streamId: stream.id,
  name: stream.name,
  epoch: randomUUID().slice(0, 8),
  targetDurationS: Math.ceil(options.segmentMs / 1000),
  partTargetMs: options.partMs,
  originTimeMs: Date.now(),
  ready: false,
  ended: false,
  renditions: [],
  onChange: () => () => {},
  stop: () => {},
  keyframe: () => undefined,
})
