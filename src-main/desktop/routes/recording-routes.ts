import { Type } from 'typebox'
import { mediaTypes } from '../../media/files/container.ts'
import type { AuditLog } from '../../platform/audit.ts'
import { AppError } from '../../platform/errors.ts'
import { FileQuery, giveFile } from '../../platform/routes/file-endpoint.ts'
import { mayAct, type Principal } from '../../platform/routes/principal.ts'
import { defineRoute, type RouteDefinition } from '../../platform/routes/routes.ts'
import { trashRoutes } from '../../platform/routes/trash-routes.ts'
import { type DisplayRecordings, recordingView } from '../recording/display-recordings.ts'
import type { StoredRecording } from '../recording/recording-store.ts'
import { readTitles } from '../recording/window-titles.ts'
import type { DisplayLocks } from '../rights/display-locks.ts'
import type { Grants } from '../rights/grants.ts'
import { DisplayIdParams, tag } from '../schemas/display.ts'
import {
  DisplayRecordingSchema,
  RecordingChangesSchema,
  RecordingRuleSchema,
  RecordingStateSchema,
  TitlesSchema,
} from '../schemas/recording.ts'
import type { RecordingActor } from '../sessions/attendance.ts'

export interface RecordingRoutesDependencies {
  readonly recordings: DisplayRecordings
  readonly grants: Grants
  readonly locks: Pick<DisplayLocks, 'demand'>
  readonly audit: AuditLog
}

const IdParams = Type.Object({ id: Type.String({ maxLength: 80 }) })

/** Recording of displays, and what was recorded: for whoever has the right `record` at the display, and admins. */
export function recordingRoutes(dependencies: RecordingRoutesDependencies): readonly RouteDefinition[] {
  return [...controlRoutes(dependencies), ...listRoutes(dependencies), ...fileRoutes(dependencies)]
}

function controlRoutes({ recordings, grants, locks }: RecordingRoutesDependencies): readonly RouteDefinition[] {
  const path = '/desktop/displays/:id/recording'
  const recorder = (principal: Principal, id: string): RecordingActor => {
    grants.demand(principal, id, 'record')
    // what is on a locked display is recorded for nobody who has not unlocked it, nor is what records it ended to be played
    locks.demand(id)
    return { id: principal.id, owns: mayAct(principal, 'admin'), hears: grants.rightsOf(principal, id).has('audio') }
  }
  return [
    defineRoute({
      method: 'GET',
      path,
      tag,
      summary: 'Whether a display is being recorded',
      role: 'viewer',
      params: DisplayIdParams,
      responses: { 200: RecordingStateSchema },
      handler: ({ params: { id }, principal }) => {
        grants.demand(principal, id, 'see')
        return { body: recordings.state(id) }
      },
    }),
    defineRoute({
      method: 'POST',
      path,
      tag,
      summary: 'Starts to record a display, which is started first where it is stopped; one that is recorded goes on',
      role: 'viewer',
      params: DisplayIdParams,
      responses: { 200: RecordingStateSchema },
      handler: async ({ params: { id }, principal }) => ({ body: await recordings.record(id, recorder(principal, id)) }),
    }),
    defineRoute({
      method: 'DELETE',
      path,
      tag,
      summary: 'Stops recording a display; admins stop what its rule started, until somebody controls it again',
      role: 'viewer',
      params: DisplayIdParams,
      responses: { 200: RecordingStateSchema },
      handler: async ({ params: { id }, principal }) => ({ body: await recordings.end(id, recorder(principal, id)) }),
    }),
    defineRoute({
      method: 'PUT',
      path: `${path}-rule`,
      tag,
      summary: 'Sets whether a display is recorded always while somebody controls it',
      role: 'admin',
      params: DisplayIdParams,
      body: RecordingRuleSchema,
      responses: { 200: RecordingStateSchema },
      handler: async ({ params, body, principal }) => ({
        body: await recordings.setRule(params.id, body.whileControlled, principal.id),
      }),
    }),
  ]
}

/** The recording, for one who may play it. Throws `recording.not_found`, for others too, and `desktop.locked`: the display is, and it is still recorded. */
function permitted({ recordings, grants, locks }: RecordingRoutesDependencies, id: string, principal: Principal): StoredRecording {
  const recording = recordings.files.get(id)
  if (!mayPlay(grants, recording, principal)) throw new AppError('recording.not_found')
  if (recording.state === 'recording') locks.demand(recording.display)
  return recording
}

const mayPlay = (grants: Grants, { display }: StoredRecording, principal: Principal): boolean =>
  grants.rightsOf(principal, display).has('record')

function listRoutes(dependencies: RecordingRoutesDependencies): readonly RouteDefinition[] {
  const { recordings, grants, audit } = dependencies
  const { files } = recordings
  const record = (message: string, { display }: StoredRecording, actor: string): void =>
    audit.record({ kind: 'command', message, actor, data: { display } })
  return [
    ...trashRoutes<StoredRecording>({
      noun: 'recording',
      path: '/desktop/recordings',
      tag,
      filters: { display: Type.Optional(Type.String({ maxLength: 80, description: 'of this display alone' })) },
      belongs: ({ display }, asked) => asked.display === undefined || asked.display === display,
      maySee: (recording, principal) => mayPlay(grants, recording, principal),
      changedBy: 'admin',
      schema: DisplayRecordingSchema,
      list: () => files.list(),
      get: (id) => files.get(id),
      view: recordingView,
      keep: (recording) => files.keep(recording),
      remove: (recording) => files.remove(recording),
      onDelete(recording, actor) {
        if (recording.state === 'recording') throw new AppError('recording.running')
        record(`recording ${recording.fileName} was deleted`, recording, actor)
      },
      now: Date.now,
    }),
    defineRoute({
      method: 'GET',
      path: '/desktop/recordings/:id',
      tag,
      summary: 'One recording of a display',
      role: 'viewer',
      params: IdParams,
      responses: { 200: DisplayRecordingSchema },
      handler: ({ params, principal }) => ({ body: recordingView(permitted(dependencies, params.id, principal)) }),
    }),
    defineRoute({
      method: 'PATCH',
      path: '/desktop/recordings/:id',
      tag,
      summary: 'Gives a recording of a display a title, or keeps it from retention',
      role: 'admin',
      params: IdParams,
      body: RecordingChangesSchema,
      responses: { 200: DisplayRecordingSchema },
      handler: ({ params, body, principal }) => {
        const recording = permitted(dependencies, params.id, principal)
        recording.title = body.title ?? recording.title
        recording.kept = body.kept ?? recording.kept
        files.keep(recording)
        return { body: recordingView(recording) }
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/desktop/recordings/:id/titles',
      tag,
      summary: 'Which windows were active when, by their titles',
      role: 'viewer',
      params: IdParams,
      responses: { 200: TitlesSchema },
      handler: async ({ params, principal }) => ({
        body: { titles: [...(await readTitles(files.path(permitted(dependencies, params.id, principal))))] },
      }),
    }),
  ]
}

function fileRoutes(dependencies: RecordingRoutesDependencies): readonly RouteDefinition[] {
  const { recordings, audit } = dependencies
  return [
    defineRoute({
      method: 'GET',
      path: '/desktop/recordings/:id/file',
      tag,
      summary: 'The file, whole or in ranges; one that still grows as far as it is written',
      role: 'viewer',
      params: IdParams,
      query: FileQuery,
      responses: { 200: Type.Any({ description: 'the file' }) },
      fileTypes: [mediaTypes.mp4],
      handler: ({ params, query, principal }) => {
        const recording = permitted(dependencies, params.id, principal)
        const { fileName, display } = recording
        if (query.download === true) {
          audit.record({ kind: 'command', message: `recording ${fileName} was downloaded`, actor: principal.id, data: { display } })
        }
        const file = { path: recordings.files.path(recording), type: mediaTypes.mp4, name: fileName }
        return giveFile(file, query, (cause) => new AppError('recording.file_missing', undefined, { cause }))
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/desktop/recordings/:id/thumbnail.jpg',
      tag,
      summary: 'An image of the recording',
      role: 'viewer',
      params: IdParams,
      responses: { 200: Type.Any({ description: 'the image' }) },
      fileTypes: ['image/jpeg'],
      handler: ({ params, principal }) => {
        const recording = permitted(dependencies, params.id, principal)
        if (!recording.poster) throw new AppError('request.not_found', 'No image of this recording has been made')
        return { body: null, file: { path: recordings.posterPath(recording), type: 'image/jpeg' } }
      },
    }),
  ]
}
