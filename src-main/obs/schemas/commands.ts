import { type Static, Type } from 'typebox'
import { streamNamePattern } from '../../media/stream-name.ts'
import { Nullable } from '../../platform/routes/schemas.ts'
import { FilterSchema } from './mirror.ts'
import { exactly, Name, oneOf, Settings } from './words.ts'

/** Bodies, queries and answers of the commands. */

/** What every command answers. */
export const DoneSchema = Type.Object({
  tookMs: Type.Number({ description: 'from the request to the answer of OBS' }),
  answer: Nullable(Type.Record(Type.String(), Type.Unknown(), { description: 'what OBS answered, in its own words' })),
})
export type Done = Static<typeof DoneSchema>

export const SceneBody = Type.Object({ scene: Name }, exactly)
export const RenameSceneBody = Type.Object({ scene: Name, newName: Name }, exactly)
export const SceneQuery = Type.Object({ scene: Name })
export const StudioModeBody = Type.Object({ enabled: Type.Boolean() }, exactly)

export const TransitionBody = Type.Object(
  {
    transition: Type.Optional(Name),
    durationMs: Type.Optional(Type.Integer({ minimum: 50, maximum: 20_000 })),
    settings: Type.Optional(Settings),
  },
  exactly,
)

const TransformChanges = Type.Object(
  {
    positionX: Type.Optional(Type.Number()),
    positionY: Type.Optional(Type.Number()),
    rotation: Type.Optional(Type.Number()),
    scaleX: Type.Optional(Type.Number()),
    scaleY: Type.Optional(Type.Number()),
    alignment: Type.Optional(Type.Integer({ minimum: 0, maximum: 10 })),
    boundsType: Type.Optional(
      oneOf(
        'OBS_BOUNDS_NONE',
        'OBS_BOUNDS_STRETCH',
        'OBS_BOUNDS_SCALE_INNER',
        'OBS_BOUNDS_SCALE_OUTER',
        'OBS_BOUNDS_SCALE_TO_WIDTH',
        'OBS_BOUNDS_SCALE_TO_HEIGHT',
        'OBS_BOUNDS_MAX_ONLY',
      ),
    ),
    boundsAlignment: Type.Optional(Type.Integer({ minimum: 0, maximum: 10 })),
    boundsWidth: Type.Optional(Type.Number({ minimum: 1 })),
    boundsHeight: Type.Optional(Type.Number({ minimum: 1 })),
    cropLeft: Type.Optional(Type.Integer({ minimum: 0 })),
    cropRight: Type.Optional(Type.Integer({ minimum: 0 })),
    cropTop: Type.Optional(Type.Integer({ minimum: 0 })),
    cropBottom: Type.Optional(Type.Integer({ minimum: 0 })),
  },
  { ...exactly, description: 'what is left out stays' },
)

const ItemId = Type.Integer({ minimum: 0, description: '`id` of the item in its scene' })

export const NewItemBody = Type.Object({ scene: Name, source: Name, enabled: Type.Optional(Type.Boolean()) }, exactly)
export const ItemQuery = Type.Object({ scene: Name, item: ItemId })
export const DuplicateItemBody = Type.Object({ scene: Name, item: ItemId, toScene: Type.Optional(Name) }, exactly)
export const ItemChangesBody = Type.Object(
  {
    scene: Name,
    item: ItemId,
    enabled: Type.Optional(Type.Boolean()),
    locked: Type.Optional(Type.Boolean()),
    index: Type.Optional(Type.Integer({ minimum: 0, maximum: 8192, description: '0 is the lowest' })),
    blendMode: Type.Optional(
      oneOf(
        'OBS_BLEND_NORMAL',
        'OBS_BLEND_ADDITIVE',
        'OBS_BLEND_SUBTRACT',
        'OBS_BLEND_SCREEN',
        'OBS_BLEND_MULTIPLY',
        'OBS_BLEND_LIGHTEN',
        'OBS_BLEND_DARKEN',
      ),
    ),
    transform: Type.Optional(TransformChanges),
  },
  exactly,
)
export type ItemChanges = Static<typeof ItemChangesBody>

export const NewInputBody = Type.Object(
  {
    scene: Name,
    input: Name,
    kind: Type.String({ minLength: 1, maxLength: 200, description: 'one of `GET /obs/:id/kinds`' }),
    settings: Type.Optional(Settings),
    enabled: Type.Optional(Type.Boolean()),
  },
  exactly,
)
export const InputQuery = Type.Object({ input: Name })
export const InputChangesBody = Type.Object(
  {
    input: Name,
    newName: Type.Optional(Name),
    settings: Type.Optional(Settings),
    replaceSettings: Type.Optional(Type.Boolean({ description: 'true: settings that are not named go back to their defaults' })),
    muted: Type.Optional(Type.Boolean()),
    toggleMute: Type.Optional(Type.Boolean()),
    volumeDb: Type.Optional(Type.Number({ minimum: -100, maximum: 26 })),
    volume: Type.Optional(Type.Number({ minimum: 0, maximum: 20, description: 'factor; instead of `volumeDb`' })),
    balance: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
    syncOffsetMs: Type.Optional(Type.Integer({ minimum: -950, maximum: 20_000 })),
    monitoring: Type.Optional(oneOf('none', 'monitor', 'monitor-and-output')),
    tracks: Type.Optional(Type.Array(Type.Integer({ minimum: 1, maximum: 6 }), { maxItems: 6, uniqueItems: true })),
  },
  exactly,
)
export type InputChanges = Static<typeof InputChangesBody>
export const InputSettingsSchema = Type.Object({
  input: Type.String(),
  kind: Type.String(),
  settings: Settings,
  defaults: Settings,
})

export type InputSettings = Static<typeof InputSettingsSchema>

export const MediaBody = Type.Object(
  {
    input: Name,
    action: Type.Optional(oneOf('play', 'pause', 'restart', 'stop', 'next', 'previous')),
    cursorMs: Type.Optional(Type.Integer({ minimum: 0 })),
  },
  exactly,
)

export const KindsSchema = Type.Object({
  inputs: Type.Array(Type.String()),
  filters: Nullable(Type.Array(Type.String(), { description: 'null: this OBS is too old to list them' })),
  transitions: Type.Array(Type.String()),
})

export type Kinds = Static<typeof KindsSchema>

export const SourceQuery = Type.Object({ source: Name })
export const FilterQuery = Type.Object({ source: Name, filter: Name })
export const FiltersSchema = Type.Object({
  items: Type.Array(Type.Object({ ...FilterSchema.properties, settings: Settings, defaults: Settings })),
})
export const NewFilterBody = Type.Object(
  { source: Name, filter: Name, kind: Type.String({ minLength: 1, maxLength: 200 }), settings: Type.Optional(Settings) },
  exactly,
)
export const FilterChangesBody = Type.Object(
  {
    source: Name,
    filter: Name,
    newName: Type.Optional(Name),
    enabled: Type.Optional(Type.Boolean()),
    index: Type.Optional(Type.Integer({ minimum: 0, maximum: 1000 })),
    settings: Type.Optional(Settings),
    replaceSettings: Type.Optional(Type.Boolean()),
  },
  exactly,
)
export type FilterChanges = Static<typeof FilterChangesBody>

export const StreamBody = Type.Object({ action: oneOf('start', 'stop', 'toggle') }, exactly)
export const RecordBody = Type.Object({ action: oneOf('start', 'stop', 'toggle', 'pause', 'resume', 'split') }, exactly)
export const ReplayBody = Type.Object({ action: oneOf('start', 'stop', 'toggle', 'save') }, exactly)
export const VirtualCameraBody = Type.Object({ action: oneOf('start', 'stop', 'toggle') }, exactly)

export const StreamServiceSchema = Type.Object({
  type: Type.String({ description: '`rtmp_custom`, `rtmp_common` or `whip_custom`' }),
  server: Nullable(Type.String()),
  service: Nullable(Type.String({ description: 'name of the service, where it is one that OBS knows' })),
  keyHint: Nullable(Type.String({ description: 'the last characters of the key, which is never given back' })),
})
export type StreamServiceSettings = Static<typeof StreamServiceSchema>
export const StreamServiceBody = Type.Object(
  {
    type: oneOf('rtmp_custom', 'rtmp_common', 'whip_custom'),
    server: Type.Optional(Type.String({ maxLength: 500 })),
    service: Type.Optional(Type.String({ maxLength: 200 })),
    key: Type.Optional(Type.String({ maxLength: 500 })),
    settings: Type.Optional(Settings),
  },
  exactly,
)
export type StreamServiceChange = Static<typeof StreamServiceBody>

export const ScreenshotQuery = Type.Object({
  source: Type.Optional(Type.String({ minLength: 1, maxLength: 300, description: 'scene or input; the scene on air where left out' })),
  format: Type.Optional(Type.Union([Type.Literal('png'), Type.Literal('jpeg')], { default: 'jpeg' })),
  width: Type.Optional(Type.Integer({ minimum: 8, maximum: 4096 })),
  height: Type.Optional(Type.Integer({ minimum: 8, maximum: 4096 })),
  quality: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
})

export const RequestBody = Type.Object(
  {
    request: Type.String({ pattern: '^[A-Za-z]{1,80}$', description: 'a request of obs-websocket 5: see `GET /obs/request-types`' }),
    data: Type.Optional(Type.Record(Type.String({ maxLength: 200 }), Type.Unknown())),
  },
  exactly,
)
export type ObsRequest = Static<typeof RequestBody>

export const BatchBody = Type.Object(
  {
    requests: Type.Array(RequestBody, { minItems: 1, maxItems: 2000 }),
    haltOnFailure: Type.Optional(Type.Boolean({ default: false })),
    execution: Type.Optional(oneOf('serial', 'frame', 'parallel')),
  },
  exactly,
)
export type Batch = Static<typeof BatchBody>
export const BatchAnswerSchema = Type.Object({
  tookMs: Type.Number(),
  results: Type.Array(
    Type.Object({
      request: Type.String(),
      ok: Type.Boolean(),
      code: Type.Integer({ description: 'status code of the protocol, 100 is success' }),
      comment: Nullable(Type.String()),
      answer: Nullable(Type.Record(Type.String(), Type.Unknown())),
    }),
    { description: 'fewer than were sent where one failed and `haltOnFailure` was true' },
  ),
})

export type BatchAnswer = Static<typeof BatchAnswerSchema>

export const RequestTypeSchema = Type.Object({
  name: Type.String(),
  role: Type.Union([Type.Literal('editor'), Type.Literal('admin')]),
  data: Type.Record(Type.String(), Type.Unknown(), { description: 'JSON Schema of `data`' }),
})

export const ProfileBody = Type.Object({ profile: Name }, exactly)
export const ProfileQuery = Type.Object({ profile: Name })
export const CollectionBody = Type.Object({ collection: Name }, exactly)

export const VideoBody = Type.Object(
  {
    baseWidth: Type.Optional(Type.Integer({ minimum: 8, maximum: 4096 })),
    baseHeight: Type.Optional(Type.Integer({ minimum: 8, maximum: 4096 })),
    outputWidth: Type.Optional(Type.Integer({ minimum: 8, maximum: 4096 })),
    outputHeight: Type.Optional(Type.Integer({ minimum: 8, maximum: 4096 })),
    fpsNumerator: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000 })),
    fpsDenominator: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000 })),
  },
  exactly,
)

export const StreamToHostBody = Type.Object(
  {
    stream: Type.Optional(
      Type.String({ pattern: streamNamePattern, description: 'name of the stream; made from the name of the instance where left out' }),
    ),
    start: Type.Optional(Type.Boolean({ default: true, description: 'false: only the settings are made' })),
  },
  exactly,
)
export const StreamToHostSchema = Type.Object({
  stream: Type.String(),
  streamId: Nullable(Type.String({ description: 'null where it was not started' })),
  server: Type.String({ description: 'what was set in OBS' }),
  keyId: Type.String(),
  started: Type.Boolean(),
  arrivedMs: Nullable(Type.Integer({ description: 'from the start to the first frame here' })),
})
export type StreamedToHost = Static<typeof StreamToHostSchema>

export const ShortRequestBody = Type.Object(
  {
    obs: Type.Optional(Type.String({ maxLength: 100, description: 'id or name; may be left out where there is one instance' })),
    ...RequestBody.properties,
  },
  exactly,
)
