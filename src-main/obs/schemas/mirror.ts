import { type Static, Type } from 'typebox'
import { Nullable } from '../../platform/routes/schemas.ts'
import { Name, oneOf } from './words.ts'

/** What of an OBS is kept here, complete while it is connected and changed by its events. */

export const FilterSchema = Type.Object({
  name: Type.String(),
  kind: Type.String(),
  enabled: Type.Boolean(),
  index: Type.Integer(),
})
export type ObsFilter = Static<typeof FilterSchema>

export const TransformSchema = Type.Object({
  positionX: Type.Number(),
  positionY: Type.Number(),
  rotation: Type.Number({ description: 'degrees, clockwise' }),
  scaleX: Type.Number(),
  scaleY: Type.Number(),
  alignment: Type.Integer({ description: 'bits: 1 left, 2 right, 4 top, 8 bottom; 0 is the centre' }),
  boundsType: Type.String(),
  boundsAlignment: Type.Integer(),
  boundsWidth: Type.Number(),
  boundsHeight: Type.Number(),
  cropLeft: Type.Integer(),
  cropRight: Type.Integer(),
  cropTop: Type.Integer(),
  cropBottom: Type.Integer(),
  width: Type.Number({ description: 'as shown, in pixels of the canvas' }),
  height: Type.Number(),
  sourceWidth: Type.Number({ description: 'of the source itself, in pixels' }),
  sourceHeight: Type.Number(),
})
export type ObsTransform = Static<typeof TransformSchema>

export const ItemSchema = Type.Object({
  id: Type.Integer({ description: '`sceneItemId` of OBS, unique within its scene' }),
  source: Type.String({ description: 'name of an input, a scene or a group' }),
  sourceType: oneOf('input', 'scene', 'group', 'other'),
  kind: Nullable(Type.String({ description: 'kind of the input' })),
  enabled: Type.Boolean(),
  locked: Type.Boolean(),
  blendMode: Type.String(),
  index: Type.Integer({ description: '0 is the lowest' }),
  transform: TransformSchema,
})
export type ObsItem = Static<typeof ItemSchema>

export const SceneSchema = Type.Object({
  name: Type.String(),
  isGroup: Type.Boolean({ description: 'a group: not a scene that can go on air' }),
  items: Type.Array(ItemSchema, { description: 'lowest first' }),
  filters: Type.Array(FilterSchema),
})
export type ObsScene = Static<typeof SceneSchema>

export const MediaStateSchema = Type.Object({
  state: oneOf('playing', 'ended', 'paused', 'stopped', 'other'),
  durationMs: Nullable(Type.Integer()),
  cursorMs: Nullable(Type.Integer({ description: 'when the state changed' })),
})

export const InputSchema = Type.Object({
  name: Type.String(),
  kind: Type.String(),
  filters: Type.Array(FilterSchema),
  audio: Nullable(
    Type.Object({
      muted: Type.Boolean(),
      volumeDb: Type.Number({ description: '-100 is silence' }),
      volume: Type.Number({ description: 'factor, 1 is 0 dB' }),
      balance: Type.Number({ description: '0 left, 0.5 centre, 1 right' }),
      syncOffsetMs: Type.Integer(),
      monitoring: oneOf('none', 'monitor', 'monitor-and-output'),
      tracks: Type.Array(Type.Integer(), { description: 'numbers of the tracks that it is heard on, from 1' }),
    }),
  ),
  active: Type.Boolean({ description: 'on air' }),
  showing: Type.Boolean({ description: 'shown anywhere: program, preview, a dialog' }),
  media: Nullable(MediaStateSchema),
})
export type ObsInput = Static<typeof InputSchema>

export const TransitionSchema = Type.Object({
  name: Type.String(),
  kind: Type.String(),
  fixed: Type.Boolean({ description: 'its duration cannot be set' }),
  configurable: Type.Boolean(),
})
export type ObsTransition = Static<typeof TransitionSchema>

export const OutputStateSchema = oneOf('stopped', 'starting', 'started', 'stopping', 'reconnecting', 'paused')
export type ObsOutputState = Static<typeof OutputStateSchema>

export const OutputsSchema = Type.Object({
  stream: OutputStateSchema,
  record: OutputStateSchema,
  recordPath: Nullable(
    Type.String({ description: 'name of the file that is written, or was written last; its folder: `GET /obs/:id/files`' }),
  ),
  replay: Nullable(OutputStateSchema),
  replayPath: Nullable(Type.String({ description: 'name of the replay that was saved last' })),
  virtualCamera: Nullable(OutputStateSchema),
})
export type ObsOutputs = Static<typeof OutputsSchema>

/** Answer of `GET /obs/:id/files`: paths on the machine that OBS runs on. */
export const OutputFilesSchema = Type.Object({
  record: Nullable(Type.String({ description: 'the file that is written, or was written last' })),
  replay: Nullable(Type.String({ description: 'the replay that was saved last' })),
})

const globals = {
  program: Nullable(Type.String({ description: 'scene on air' })),
  preview: Nullable(Type.String({ description: 'null where studio mode is off' })),
  studioMode: Type.Boolean(),
  transition: Nullable(Type.String({ description: 'the one that is chosen' })),
  transitionDurationMs: Nullable(Type.Integer({ description: 'null where it is fixed' })),
  inTransition: Type.Boolean(),
  transitions: Type.Array(TransitionSchema),
  profile: Nullable(Type.String()),
  profiles: Type.Array(Type.String()),
  collection: Nullable(Type.String()),
  collections: Type.Array(Type.String()),
  outputs: OutputsSchema,
  video: Type.Object({
    baseWidth: Type.Integer(),
    baseHeight: Type.Integer(),
    outputWidth: Type.Integer(),
    outputHeight: Type.Integer(),
    fpsNumerator: Type.Integer(),
    fpsDenominator: Type.Integer(),
  }),
}

export const MirrorSchema = Type.Object({
  obs: Type.String({ description: 'id of the instance' }),
  revision: Type.Integer({ description: 'grows with every change; the event `obs.mirror` carries the next one' }),
  ...globals,
  scenes: Type.Array(SceneSchema, { description: 'in the order of OBS, the first on top; groups last' }),
  inputs: Type.Array(InputSchema),
})
export type ObsMirror = Static<typeof MirrorSchema>

/**
 * Data of event `obs.mirror`: what changed, to be put over the mirror of revision `revision - 1`. Scenes and inputs are whole, found by
 * name. Where `reset` is true, or a revision is missing, read `GET /obs/:id/mirror` again.
 */
export const MirrorChangeSchema = Type.Object({
  obs: Type.String(),
  revision: Type.Integer(),
  reset: Type.Optional(Type.Boolean()),
  set: Type.Optional(Type.Partial(Type.Object(globals))),
  scenes: Type.Optional(Type.Array(SceneSchema)),
  sceneNames: Type.Optional(Type.Array(Type.String(), { description: 'all scenes in their order, where a scene came, went or moved' })),
  inputs: Type.Optional(Type.Array(InputSchema)),
  inputsRemoved: Type.Optional(Type.Array(Name)),
})
export type MirrorChange = Static<typeof MirrorChangeSchema>

/** Data of event `obs.stream-status`, every two seconds while OBS streams, and once when it ends. */
export const StreamStatusSchema = Type.Object({
  obs: Type.String(),
  active: Type.Boolean(),
  reconnecting: Type.Boolean(),
  uptimeMs: Type.Integer(),
  bitrateKbps: Type.Number({ description: 'since the last sample' }),
  bytes: Type.Number(),
  frames: Type.Integer({ description: 'of this stream' }),
  droppedFrames: Type.Integer({ description: 'not sent, because the network or the server was too slow' }),
  droppedShare: Type.Number({ description: '0 to 1' }),
  congestion: Type.Number({ description: '0 to 1' }),
})
export type ObsStreamStatus = Static<typeof StreamStatusSchema>

/** Data of event `obs.statistics`, every two seconds while somebody names the topic. */
export const StatisticsSchema = Type.Object({
  obs: Type.String(),
  cpu: Type.Number({ description: 'of OBS, in percent of the machine' }),
  memoryMegabytes: Type.Number(),
  freeDiskMegabytes: Type.Number({ description: 'where recordings are written' }),
  fps: Type.Number(),
  frameRenderMs: Type.Number({ description: 'mean time to render a frame' }),
  renderSkippedFrames: Type.Integer(),
  renderTotalFrames: Type.Integer(),
  outputSkippedFrames: Type.Integer(),
  outputTotalFrames: Type.Integer(),
})
export type ObsStatistics = Static<typeof StatisticsSchema>

/** Data of event `obs.levels`, twenty times a second while somebody names the topic. */
export interface ObsLevels {
  readonly obs: string
  readonly inputs: readonly {
    readonly name: string
    /** For each channel: magnitude, peak, peak before the fader; dBFS, -100 is silence. */
    readonly channels: readonly (readonly [magnitudeDb: number, peakDb: number, inputPeakDb: number])[]
  }[]
}

/** Data of event `obs.event`: an event of OBS as it came. */
export interface ObsRawEvent {
  readonly obs: string
  /** As OBS calls it, e.g. `SceneTransitionStarted`. */
  readonly event: string
  readonly data: unknown
}
