import type { Static, TSchema } from 'typebox'
import { defineRoute, type RouteDefinition } from '../../platform/routes/routes.ts'
import { filterRequests, inputRequests, itemRequests, transitionRequests } from '../control/changes.ts'
import type { CommandRunner } from '../control/command-runner.ts'
import {
  CollectionBody,
  DoneSchema,
  DuplicateItemBody,
  FilterChangesBody,
  FilterQuery,
  InputChangesBody,
  InputQuery,
  ItemChangesBody,
  ItemQuery,
  MediaBody,
  NewFilterBody,
  NewInputBody,
  NewItemBody,
  type ObsRequest,
  ProfileBody,
  ProfileQuery,
  RecordBody,
  RenameSceneBody,
  ReplayBody,
  SceneBody,
  SceneQuery,
  StreamBody,
  StudioModeBody,
  TransitionBody,
  VideoBody,
  VirtualCameraBody,
} from '../schemas/commands.ts'
import { IdParams, tag } from '../schemas/words.ts'

/** The commands that have a route of their own: each is one request of OBS, or a few that are sent together. */
export function commandRoutes(runner: CommandRunner): readonly RouteDefinition[] {
  return [...sceneRoutes(runner), ...itemRoutes(runner), ...inputRoutes(runner), ...filterRoutes(runner), ...outputRoutes(runner)]
}

type Method = 'POST' | 'PATCH' | 'DELETE'

/** A command with a body. `requests` says what it is in the words of OBS, `message` what the audit log says. */
function command<B extends TSchema>(
  runner: CommandRunner,
  method: Exclude<Method, 'DELETE'>,
  path: string,
  summary: string,
  body: B,
  requests: (body: Static<B>) => ObsRequest | readonly ObsRequest[],
): RouteDefinition {
  return defineRoute({
    method,
    path: `/obs/:id/${path}`,
    tag,
    summary,
    role: 'editor',
    params: IdParams,
    body,
    responses: { 200: DoneSchema },
    handler: async ({ params, body: given, principal, requestId }) => ({
      body: await runner.run(params.id, requests(given as Static<B>), { principal, requestId }),
    }),
  })
}

/** A command that removes what its query names. */
function removal<Q extends TSchema>(
  runner: CommandRunner,
  path: string,
  summary: string,
  query: Q,
  request: (query: Static<Q>) => ObsRequest,
): RouteDefinition {
  return defineRoute({
    method: 'DELETE',
    path: `/obs/:id/${path}`,
    tag,
    summary,
    role: 'editor',
    params: IdParams,
    query,
    responses: { 200: DoneSchema },
    handler: async ({ params, query: given, principal, requestId }) => ({
      body: await runner.run(params.id, request(given as Static<Q>), { principal, requestId }),
    }),
  })
}

function sceneRoutes(runner: CommandRunner): readonly RouteDefinition[] {
  return [
    command(runner, 'POST', 'program', 'Puts a scene of OBS on air', SceneBody, ({ scene }) => ({
      request: 'SetCurrentProgramScene',
      data: { sceneName: scene },
    })),
    command(runner, 'POST', 'preview', 'Prepares a scene in the preview of OBS; studio mode must be on', SceneBody, ({ scene }) => ({
      request: 'SetCurrentPreviewScene',
      data: { sceneName: scene },
    })),
    command(runner, 'PATCH', 'studio-mode', 'Switches the studio mode of OBS on or off', StudioModeBody, ({ enabled }) => ({
      request: 'SetStudioModeEnabled',
      data: { studioModeEnabled: enabled },
    })),
    command(runner, 'PATCH', 'transition', 'Chooses the transition of OBS, its duration and settings', TransitionBody, transitionRequests),
    defineRoute({
      method: 'POST',
      path: '/obs/:id/transition',
      tag,
      summary: 'Brings the preview of OBS on air; studio mode must be on',
      role: 'editor',
      params: IdParams,
      responses: { 200: DoneSchema },
      handler: async ({ params, principal, requestId }) => ({
        body: await runner.run(params.id, { request: 'TriggerStudioModeTransition' }, { principal, requestId }),
      }),
    }),
    command(runner, 'POST', 'scenes', 'Creates a scene in OBS', SceneBody, ({ scene }) => ({
      request: 'CreateScene',
      data: { sceneName: scene },
    })),
    command(runner, 'PATCH', 'scenes', 'Renames a scene of OBS', RenameSceneBody, ({ scene, newName }) => ({
      request: 'SetSceneName',
      data: { sceneName: scene, newSceneName: newName },
    })),
    removal(runner, 'scenes', 'Removes a scene of OBS', SceneQuery, ({ scene }) => ({
      request: 'RemoveScene',
      data: { sceneName: scene },
    })),
  ]
}

function itemRoutes(runner: CommandRunner): readonly RouteDefinition[] {
  return [
    command(runner, 'POST', 'items', 'Adds a source that there is to a scene of OBS', NewItemBody, ({ scene, source, enabled }) => ({
      request: 'CreateSceneItem',
      data: { sceneName: scene, sourceName: source, ...(enabled === undefined ? {} : { sceneItemEnabled: enabled }) },
    })),
    command(
      runner,
      'PATCH',
      'items',
      'Shows, hides, locks, moves or places an item of a scene of OBS; all of it or nothing is sent',
      ItemChangesBody,
      itemRequests,
    ),
    command(
      runner,
      'POST',
      'items/duplicate',
      'Copies an item within its scene or to another',
      DuplicateItemBody,
      ({ scene, item, toScene }) => ({
        request: 'DuplicateSceneItem',
        data: { sceneName: scene, sceneItemId: item, ...(toScene === undefined ? {} : { destinationSceneName: toScene }) },
      }),
    ),
    removal(runner, 'items', 'Removes an item from a scene of OBS', ItemQuery, ({ scene, item }) => ({
      request: 'RemoveSceneItem',
      data: { sceneName: scene, sceneItemId: item },
    })),
  ]
}

function inputRoutes(runner: CommandRunner): readonly RouteDefinition[] {
  return [
    command(runner, 'POST', 'inputs', 'Creates an input in a scene of OBS', NewInputBody, ({ scene, input, kind, settings, enabled }) => ({
      request: 'CreateInput',
      data: {
        sceneName: scene,
        inputName: input,
        inputKind: kind,
        ...(settings === undefined ? {} : { inputSettings: settings }),
        ...(enabled === undefined ? {} : { sceneItemEnabled: enabled }),
      },
    })),
    command(
      runner,
      'PATCH',
      'inputs',
      'Changes an input of OBS: settings, volume, mute, monitoring, tracks, name',
      InputChangesBody,
      inputRequests,
    ),
    removal(runner, 'inputs', 'Removes an input from all scenes of OBS', InputQuery, ({ input }) => ({
      request: 'RemoveInput',
      data: { inputName: input },
    })),
    command(runner, 'POST', 'media', 'Plays, pauses, stops or moves a media input of OBS', MediaBody, ({ input, action, cursorMs }) => [
      ...(cursorMs === undefined ? [] : [{ request: 'SetMediaInputCursor', data: { inputName: input, mediaCursor: cursorMs } }]),
      ...(action === undefined
        ? []
        : [
            {
              request: 'TriggerMediaInputAction',
              data: { inputName: input, mediaAction: `OBS_WEBSOCKET_MEDIA_INPUT_ACTION_${action.toUpperCase()}` },
            },
          ]),
    ]),
  ]
}

function filterRoutes(runner: CommandRunner): readonly RouteDefinition[] {
  return [
    command(
      runner,
      'POST',
      'filters',
      'Adds a filter to an input or scene of OBS',
      NewFilterBody,
      ({ source, filter, kind, settings }) => ({
        request: 'CreateSourceFilter',
        data: { sourceName: source, filterName: filter, filterKind: kind, ...(settings === undefined ? {} : { filterSettings: settings }) },
      }),
    ),
    command(runner, 'PATCH', 'filters', 'Changes a filter of OBS: settings, on or off, order, name', FilterChangesBody, filterRequests),
    removal(runner, 'filters', 'Removes a filter of OBS', FilterQuery, ({ source, filter }) => ({
      request: 'RemoveSourceFilter',
      data: { sourceName: source, filterName: filter },
    })),
  ]
}

const recordRequests = {
  start: 'StartRecord',
  stop: 'StopRecord',
  toggle: 'ToggleRecord',
  pause: 'PauseRecord',
  resume: 'ResumeRecord',
  split: 'SplitRecordFile',
} as const
const replayRequests = {
  start: 'StartReplayBuffer',
  stop: 'StopReplayBuffer',
  toggle: 'ToggleReplayBuffer',
  save: 'SaveReplayBuffer',
} as const
const streamRequests = { start: 'StartStream', stop: 'StopStream', toggle: 'ToggleStream' } as const
const cameraRequests = { start: 'StartVirtualCam', stop: 'StopVirtualCam', toggle: 'ToggleVirtualCam' } as const

function outputRoutes(runner: CommandRunner): readonly RouteDefinition[] {
  return [
    command(runner, 'POST', 'stream', 'Starts or stops the stream of OBS', StreamBody, ({ action }) => ({
      request: streamRequests[action],
    })),
    command(runner, 'POST', 'record', 'Starts, stops, pauses or splits the recording of OBS', RecordBody, ({ action }) => ({
      request: recordRequests[action],
    })),
    command(runner, 'POST', 'replay', 'Starts or stops the replay buffer of OBS, or saves it', ReplayBody, ({ action }) => ({
      request: replayRequests[action],
    })),
    command(runner, 'POST', 'virtual-camera', 'Starts or stops the virtual camera of OBS', VirtualCameraBody, ({ action }) => ({
      request: cameraRequests[action],
    })),
    command(runner, 'PATCH', 'video', 'Changes canvas, output size and frame rate of OBS; no output may run', VideoBody, (body) => ({
      request: 'SetVideoSettings',
      data: body,
    })),
    command(runner, 'PATCH', 'profile', 'Changes to another profile of OBS', ProfileBody, ({ profile }) => ({
      request: 'SetCurrentProfile',
      data: { profileName: profile },
    })),
    command(runner, 'POST', 'profiles', 'Creates a profile in OBS and changes to it', ProfileBody, ({ profile }) => ({
      request: 'CreateProfile',
      data: { profileName: profile },
    })),
    removal(runner, 'profiles', 'Removes a profile of OBS', ProfileQuery, ({ profile }) => ({
      request: 'RemoveProfile',
      data: { profileName: profile },
    })),
    command(runner, 'PATCH', 'collection', 'Changes to another scene collection of OBS', CollectionBody, ({ collection }) => ({
      request: 'SetCurrentSceneCollection',
      data: { sceneCollectionName: collection },
    })),
    command(runner, 'POST', 'collections', 'Creates a scene collection in OBS and changes to it', CollectionBody, ({ collection }) => ({
      request: 'CreateSceneCollection',
      data: { sceneCollectionName: collection },
    })),
  ]
}
