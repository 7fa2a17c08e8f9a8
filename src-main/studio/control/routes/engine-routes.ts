import { type TSchema, Type } from 'typebox'
import type { DesktopDisplays } from '../../../media/desktop-displays.ts'
import type { DeviceKind } from '../../../media/device.ts'
import { defineRoute, type RouteDefinition } from '../../../platform/routes/routes.ts'
import { Nullable } from '../../../platform/routes/schemas.ts'
import { audioFilterKinds } from '../../document/kinds/audio-filter-kinds.ts'
import { filterKinds } from '../../document/kinds/filter-kinds.ts'
import { sourceKinds } from '../../document/kinds/source-kinds.ts'
import { namedPart } from '../../document/named-part.ts'
import { transitionKinds } from '../../document/transition-kinds.ts'
import type { StudioEngine } from '../engine/studio-engine.ts'
import { outputKinds } from '../outputs/index.ts'
import { OutputReportSchema, type StudioOutputs } from '../outputs/studio-outputs.ts'
import type { Show } from '../show.ts'
import type { StudioEvents } from '../studio-events.ts'
import { IdParam, Part, tag } from './answer-schemas.ts'
import { screenshotRoute } from './screenshot-route.ts'

export interface EngineRoutesDependencies {
  readonly show: Show
  readonly engine: StudioEngine
  readonly outputs: StudioOutputs
  /** Why the studio cannot run here. */
  /** Why it does not run yet, or cannot. */
  readonly status: () => Pick<StudioEvents, 'problem' | 'preparation'>
  /** Lists devices where no collection is open. */
  readonly spareDevices: StudioEngine['devices']
  readonly displays: Pick<DesktopDisplays, 'list'>
}

const EngineStateSchema = Type.Union(
  ['off', 'preparing', 'starting', 'running', 'restarting', 'failed'].map((state) => Type.Literal(state)),
)

const EncodingStatisticsSchema = Type.Object({
  id: Type.String(),
  codec: Type.String(),
  encoder: Type.String(),
  width: Type.Integer(),
  height: Type.Integer(),
  frames: Type.Integer(),
  skipped: Type.Integer({ description: 'left out because the encoder was too slow' }),
  bitrateKbps: Type.Number(),
  lagMs: Type.Number({ description: 'from composition to packet, mean of the last second' }),
  longestLagMs: Type.Number(),
  subscribers: Type.Integer(),
})

const StatisticsSchema = Type.Object({
  state: EngineStateSchema,
  pid: Nullable(Type.Integer()),
  restarts: Type.Integer({ description: 'times that the studio’s process was lost and came back' }),
  frames: Type.Integer({ description: 'of the clock, since the show started' }),
  dropped: Type.Integer({ description: 'never composed' }),
  late: Type.Integer({ description: 'composed more than half a frame late' }),
  renderMs: Type.Number({ description: 'composition, mean of the last second' }),
  longestRenderMs: Type.Number(),
  framesPerSecond: Type.Number(),
  cpu: Type.Number({ description: 'cores used by the studio’s processes' }),
  memoryBytes: Type.Integer(),
  tiles: Type.Integer({ description: 'of the multiview, composed since the process started: none while no page looks at it' }),
  encodings: Type.Array(EncodingStatisticsSchema),
})

const StatusSchema = Type.Object({
  state: EngineStateSchema,
  problem: Nullable(Type.String({ description: 'why it cannot run here' })),
  preparation: Nullable(
    Type.Object(
      { part: Type.String(), done: Type.Integer(), total: Type.Integer() },
      { description: 'the native part that is being built at a first start, and how many of how many are built' },
    ),
  ),
  open: Nullable(
    Type.Object({
      name: Type.String(),
      file: Type.String(),
      title: Type.String(),
      revision: Type.Integer(),
      saved: Type.Boolean(),
      conflict: Type.Boolean(),
    }),
  ),
  outputs: Type.Array(OutputReportSchema),
})

const KindSchema = Type.Object({
  kind: Type.String(),
  title: Type.String(),
  settings: Type.Record(Type.String(), Type.Unknown(), { description: 'JSON Schema; `secret: true` marks what is hidden in answers' }),
  pictures: Type.Optional(Type.Boolean()),
  sound: Type.Optional(Type.Boolean()),
  encodes: Type.Optional(Type.Boolean({ description: 'of an output: `video` and `audio` mean something to it' })),
  commands: Type.Optional(Type.Array(Type.String())),
  devices: Type.Optional(Type.String({ description: 'what `GET /studio/devices` lists for the setting `device`' })),
  description: Type.Optional(Type.String()),
  latencyMs: Type.Optional(Type.Number()),
  key: Type.Optional(Type.String({ description: 'the setting that names another source, whose audio controls the filter' })),
})

const DeviceSchema = Type.Object({
  kind: Type.String(),
  id: Type.String(),
  name: Type.String(),
  details: Type.Optional(Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean()]))),
})

/** API routes of the studio's process: its state and figures, kinds, devices, commands of sources, screenshots, outputs. */
export function engineRoutes(dependencies: EngineRoutesDependencies): readonly RouteDefinition[] {
  return [...statusRoutes(dependencies), ...kindRoutes(dependencies), ...sourceRoutes(dependencies), ...outputRoutes(dependencies)]
}

function statusRoutes({ show, engine, outputs, status, spareDevices, displays }: EngineRoutesDependencies): readonly RouteDefinition[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/studio',
      tag,
      summary: 'Whether the studio runs, what is open in it, and how its outputs are',
      role: 'viewer',
      responses: { 200: StatusSchema },
      handler: () => {
        const { openFile } = show
        const { problem, preparation } = status()
        const state = openFile?.collection.fileState
        return {
          body: {
            state: engine.state,
            problem,
            preparation,
            open:
              openFile === undefined || state === undefined
                ? null
                : {
                    name: openFile.name,
                    file: openFile.path,
                    title: openFile.collection.collection.name,
                    revision: openFile.collection.revision,
                    saved: state.saved,
                    conflict: state.conflict,
                  },
            outputs: outputs.list(),
          },
        }
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/studio/statistics',
      tag,
      summary: 'Figures of the studio’s process: frames, composition, encodings. Each second as event `studio.statistics`',
      role: 'viewer',
      responses: { 200: StatisticsSchema },
      handler: () => ({ body: engine.statistics() }),
    }),
    screenshotRoute({ show, engine }),
    defineRoute({
      method: 'GET',
      path: '/studio/devices',
      tag,
      summary: 'Screens, windows, cameras and audio devices of this machine, and displays of Desktops that who asks may see',
      role: 'viewer',
      query: Type.Object({
        kind: Type.Union(
          ['display', 'window', 'camera', 'microphone', 'speaker', 'application', 'v4l2-camera', 'desktop-display'].map((kind) =>
            Type.Literal(kind as DeviceKind),
          ),
        ),
      }),
      responses: { 200: Type.Object({ items: Type.Array(DeviceSchema) }) },
      handler: async ({ query: { kind }, principal }) => {
        if (kind === 'desktop-display') return { body: { items: displays.list(principal) } }
        return { body: { items: await (engine.state === 'off' ? spareDevices(kind) : engine.devices(kind)) } }
      },
    }),
  ]
}

function kindRoutes(_needs: EngineRoutesDependencies): readonly RouteDefinition[] {
  const lists: readonly (readonly [string, string, () => readonly { readonly kind: string; readonly settings: TSchema }[]])[] = [
    ['source-kinds', 'Kinds of sources', () => sourceKinds],
    ['filter-kinds', 'Kinds of filters for video', () => filterKinds],
    ['audio-filter-kinds', 'Kinds of filters for audio', () => audioFilterKinds],
    ['transition-kinds', 'Kinds of transitions', () => transitionKinds],
    ['output-kinds', 'Kinds of outputs', () => outputKinds],
  ]
  return lists.map(([path, what, items]) =>
    defineRoute({
      method: 'GET',
      path: `/studio/${path}`,
      tag,
      summary: `${what}, with the schema of their settings`,
      role: 'viewer',
      responses: { 200: Type.Object({ items: Type.Array(KindSchema) }) },
      handler: () => ({ body: { items: items() } }),
    }),
  )
}

function sourceRoutes({ show, engine }: EngineRoutesDependencies): readonly RouteDefinition[] {
  return [
    defineRoute({
      method: 'POST',
      path: '/studio/sources/:id/commands',
      tag,
      summary: 'Something for a source to do, e.g. `play`, `pause`, `seek` with `{ ms }`: its kind lists what it takes',
      role: 'editor',
      params: Type.Object({ id: IdParam }),
      body: Type.Object(
        { command: Type.String({ minLength: 1, maxLength: 40 }), details: Type.Optional(Part) },
        { additionalProperties: false },
      ),
      responses: { 204: Type.Null() },
      handler: async ({ params: { id }, body: { command, details } }) => {
        namedPart(show.collection.sources, 'source', id)
        await engine.command(id, command, details ?? {})
        return { status: 204, body: null }
      },
    }),
  ]
}

function outputRoutes({ outputs }: EngineRoutesDependencies): readonly RouteDefinition[] {
  const params = Type.Object({ id: IdParam })
  return [
    ...(['start', 'stop'] as const).map((way) =>
      defineRoute({
        method: 'POST',
        path: `/studio/outputs/:id/${way}`,
        tag,
        summary: way === 'start' ? 'Starts an output' : 'Stops an output',
        role: 'editor',
        params,
        responses: { 200: OutputReportSchema },
        handler: async ({ params: { id }, principal }) => ({ body: await outputs[way](id, principal.id) }),
      }),
    ),
    defineRoute({
      method: 'POST',
      path: '/studio/outputs/:id/commands',
      tag,
      summary:
        'Something for an output to do, e.g. `save` of a replay buffer, `pause` or `split` of a recording: its kind lists what it takes',
      role: 'editor',
      params,
      body: Type.Object(
        { command: Type.String({ minLength: 1, maxLength: 40 }), details: Type.Optional(Part) },
        { additionalProperties: false },
      ),
      responses: { 200: Type.Object({ result: Type.Record(Type.String(), Type.Unknown()) }) },
      handler: async ({ params: { id }, body: { command, details }, principal }) => ({
        body: { result: await outputs.command(id, command, details ?? {}, principal.id) },
      }),
    }),
  ]
}
