import { Type } from 'typebox'
import { mediaTypes } from '../../../media/files/container.ts'
import { RetentionSchema } from '../../../media/files/retention.ts'
import type { AuditLog } from '../../../platform/audit.ts'
import { AppError } from '../../../platform/errors.ts'
import { FileQuery, giveFile } from '../../../platform/routes/file-endpoint.ts'
import { defineRoute, type RouteDefinition } from '../../../platform/routes/routes.ts'
import { trashRoutes } from '../../../platform/routes/trash-routes.ts'
import { ofStream } from '../of-stream.ts'
import { type RecordingIndex, recordingView } from './recording-index.ts'
import type { RecordingRules } from './recording-rules.ts'
import type { Recordings } from './recordings.ts'
import { RecordingRuleSchema, RecordingSchema, RecordingStatusSchema, RuleInForceSchema } from './schemas.ts'

export interface RecordingRoutesDependencies {
  readonly recordings: Recordings
  readonly index: RecordingIndex
  readonly rules: RecordingRules
  readonly audit: AuditLog
  readonly now: () => number
  /** Name of a stream by id or name. Throws `stream.not_found`. */
  readonly streamName: (idOrName: string) => string
  /** Names of the streams that are live. */
  readonly liveNames: () => readonly string[]
}

const tag = 'live'
const IdParams = Type.Object({ id: Type.String({ maxLength: 80 }) })
const StreamParams = Type.Object({ id: Type.String({ maxLength: 80, description: 'id or name' }) })

/** API routes of recording. */
export function recordingRoutes(dependencies: RecordingRoutesDependencies): readonly RouteDefinition[] {
  return [...controlRoutes(dependencies), ...ruleRoutes(dependencies), ...listRoutes(dependencies), ...fileRoutes(dependencies)]
}

function controlRoutes({ recordings, streamName }: RecordingRoutesDependencies): readonly RouteDefinition[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/live/streams/:id/recording',
      tag,
      summary: 'Whether the stream is being recorded',
      role: 'viewer',
      params: StreamParams,
      responses: { 200: RecordingStatusSchema },
      handler: ({ params }) => ({ body: recordings.status(streamName(params.id)) }),
    }),
    defineRoute({
      method: 'POST',
      path: '/live/streams/:id/recording',
      tag,
      summary: 'Starts to record a live stream, as its rule says',
      role: 'editor',
      params: StreamParams,
      responses: { 200: RecordingStatusSchema },
      handler: ({ params, principal }) => ({ body: recordings.begin(streamName(params.id), principal.id) }),
    }),
    defineRoute({
      method: 'DELETE',
      path: '/live/streams/:id/recording',
      tag,
      summary: 'Stops recording; a rule that says on starts it again with the next run of the stream',
      role: 'editor',
      params: StreamParams,
      responses: { 200: RecordingStatusSchema },
      handler: ({ params, principal }) => ({ body: recordings.end(streamName(params.id), principal.id) }),
    }),
  ]
}

function ruleRoutes({ recordings, rules, audit, streamName, liveNames }: RecordingRoutesDependencies): readonly RouteDefinition[] {
  const reported = (message: string, actor: string): void => audit.record({ kind: 'command', message, actor })
  return [
    defineRoute({
      method: 'GET',
      path: '/live/recording-rule',
      tag,
      summary: 'The rule of streams that have none of their own',
      role: 'viewer',
      responses: { 200: RecordingRuleSchema },
      handler: () => ({ body: rules.of('').rule }),
    }),
    defineRoute({
      method: 'PUT',
      path: '/live/recording-rule',
      tag,
      summary: 'Sets the rule of streams that have none of their own',
      role: 'editor',
      body: RecordingRuleSchema,
      responses: { 200: RecordingRuleSchema },
      handler: async ({ body, principal }) => {
        await rules.set('', body)
        reported('the default recording rule was changed', principal.id)
        recordings.rulesChanged(liveNames())
        return { body: rules.of('').rule }
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/live/streams/:id/recording-rule',
      tag,
      summary: 'The recording rule in force for a stream',
      role: 'viewer',
      params: StreamParams,
      responses: { 200: RuleInForceSchema },
      handler: ({ params }) => ({ body: rules.of(streamName(params.id)) }),
    }),
    defineRoute({
      method: 'PUT',
      path: '/live/streams/:id/recording-rule',
      tag,
      summary: 'Gives a stream a recording rule of its own',
      role: 'editor',
      params: StreamParams,
      body: RecordingRuleSchema,
      responses: { 200: RuleInForceSchema },
      handler: async ({ params, body, principal }) => {
        const name = streamName(params.id)
        await rules.set(name, body)
        reported(`the recording rule of ${name} was changed`, principal.id)
        recordings.rulesChanged([name])
        return { body: rules.of(name) }
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: '/live/streams/:id/recording-rule',
      tag,
      summary: 'Deletes the stream’s own rule: the default applies',
      role: 'editor',
      params: StreamParams,
      responses: { 200: RuleInForceSchema },
      handler: async ({ params, principal }) => {
        const name = streamName(params.id)
        await rules.set(name, undefined)
        reported(`the recording rule of ${name} was taken away`, principal.id)
        recordings.rulesChanged([name])
        return { body: rules.of(name) }
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/live/recording-retention',
      tag,
      summary: 'How long recordings are kept',
      role: 'viewer',
      responses: { 200: RetentionSchema },
      handler: () => ({ body: rules.retention }),
    }),
    defineRoute({
      method: 'PUT',
      path: '/live/recording-retention',
      tag,
      summary: 'Sets how long recordings are kept; what has to go, goes at once',
      role: 'admin',
      body: RetentionSchema,
      responses: { 200: RetentionSchema },
      handler: async ({ body, principal }) => {
        await rules.setRetention(body)
        reported('the retention of recordings was changed', principal.id)
        await recordings.check()
        return { body: rules.retention }
      },
    }),
  ]
}

function listRoutes({ index, audit, now }: RecordingRoutesDependencies): readonly RouteDefinition[] {
  return [
    ...trashRoutes({
      noun: 'recording',
      path: '/live/recordings',
      tag,
      ...ofStream,
      schema: RecordingSchema,
      list: () => index.list(),
      get: (id) => index.get(id),
      view: recordingView,
      keep: (recording) => index.keep(recording),
      remove: (recording) => index.remove(recording),
      onDelete({ state, fileName, stream }, actor) {
        if (state === 'recording') throw new AppError('recording.running')
        audit.record({ kind: 'command', message: `recording ${fileName} was deleted`, streamName: stream, actor })
      },
      now,
    }),
    defineRoute({
      method: 'GET',
      path: '/live/recordings/:id',
      tag,
      summary: 'One recording',
      role: 'viewer',
      params: IdParams,
      responses: { 200: RecordingSchema },
      handler: ({ params }) => ({ body: recordingView(index.get(params.id)) }),
    }),
    defineRoute({
      method: 'PATCH',
      path: '/live/recordings/:id',
      tag,
      summary: 'Gives a recording a title, keeps it from retention, or publishes it for whoever may watch its stream',
      role: 'editor',
      params: IdParams,
      body: Type.Object(
        {
          title: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
          kept: Type.Optional(Type.Boolean()),
          published: Type.Optional(Type.Boolean()),
        },
        { additionalProperties: false },
      ),
      responses: { 200: RecordingSchema },
      handler: ({ params, body, principal }) => {
        const recording = index.get(params.id)
        const wasPublished = recording.published
        Object.assign(recording, body)
        index.keep(recording)
        const { fileName, stream: streamName, published } = recording
        if (published !== wasPublished) {
          const message = `recording ${fileName} was ${published ? 'published' : 'unpublished'}`
          audit.record({ kind: 'command', message, streamName, actor: principal.id })
          if (!published) index.withdrawn(recording)
        }
        return { body: recordingView(recording) }
      },
    }),
  ]
}

function fileRoutes({ index }: RecordingRoutesDependencies): readonly RouteDefinition[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/live/recordings/:id/file',
      tag,
      summary: 'The file, whole or in ranges; one that still grows as far as it is written',
      role: 'viewer',
      params: IdParams,
      query: FileQuery,
      responses: { 200: Type.Any({ description: 'the file' }) },
      fileTypes: Object.values(mediaTypes),
      handler: ({ params, query }) => {
        const recording = index.get(params.id)
        const file = { path: index.path(recording), type: mediaTypes[recording.container], name: recording.fileName }
        return giveFile(file, query, (cause) => new AppError('recording.file_missing', undefined, { cause }))
      },
    }),
    ...(
      [
        ['thumbnail.jpg', 'poster.jpg', 'image/jpeg', 'An image of the recording', 'poster'],
        ['sprites.jpg', 'sprites.jpg', 'image/jpeg', 'Small images of the recording in one', 'sprites'],
        [
          'sprites.vtt',
          'sprites.vtt',
          'text/vtt',
          'WebVTT that says where in sprites.jpg the image of a time is; seconds from the start',
          'sprites',
        ],
      ] as const
    ).map(([name, kind, type, summary, made]) =>
      defineRoute({
        method: 'GET',
        path: `/live/recordings/:id/${name}`,
        tag,
        summary,
        role: 'viewer',
        params: IdParams,
        responses: { 200: Type.Any({ description: 'the file' }) },
        fileTypes: [type],
        handler: ({ params }) => {
          const recording = index.get(params.id)
          if (!recording[made]) throw new AppError('request.not_found', 'No image of this recording has been made')
          return { body: null, file: { path: index.imagePath(recording, kind), type } }
        },
      }),
    ),
  ]
}
