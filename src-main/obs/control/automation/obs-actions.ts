import { type ObsAction, obsActionSchemas } from '../../../media/automation/action-schemas.ts'
import type { ActionKind, AutomationKinds } from '../../../media/automation/automation-kinds.ts'
import { AppError } from '../../../platform/errors.ts'
import type { Principal } from '../../../platform/routes/principal.ts'
import type { InstanceBook } from '../../instances/instance-book.ts'
import type { ObsRequest } from '../../schemas/commands.ts'
import type { ObsMirror } from '../../schemas/mirror.ts'
import type { CommandRunner } from '../command-runner.ts'

export interface ObsActionsDependencies {
  readonly book: Pick<InstanceBook, 'session' | 'only' | 'describe'>
  readonly runner: Pick<CommandRunner, 'run' | 'problem'>
}

/** Lets macros and rules do what the routes of OBS do, with the same checks of roles, paths and URLs. */
export function registerObsActions(kinds: AutomationKinds, { book, runner }: ObsActionsDependencies): void {
  const instanceOf = (action: ObsAction): string => action.obs ?? book.only()
  const kind: Omit<ActionKind, 'schema'> = {
    async perform(action, { actor, role }) {
      const meant = action as ObsAction
      const id = instanceOf(meant)
      const { answer } = await runner.run(id, requestOf(meant, book.session(id).mirror()), context(actor, role))
      return answer
    },
    problem(action, { actor, role }) {
      const meant = action as ObsAction
      try {
        const id = instanceOf(meant)
        const mirror = book.session(id).mirror()
        const missing = missingIn(mirror, meant)
        return missing ?? runner.problem(id, requestOf(meant, mirror), context(actor, role).principal)
      } catch (error) {
        if (error instanceof AppError) return error.message
        throw error
      }
    },
    causes(action) {
      const meant = action as ObsAction
      try {
        const { id } = book.describe(instanceOf(meant))
        return eventsOf(meant)
          .map((event) => `obs.event#${id}#${event}`)
          .concat(`obs.mirror#${id}`)
      } catch {
        return []
      }
    },
  }
  for (const [word, schema] of Object.entries(obsActionSchemas)) kinds.addAction(word, { schema, ...kind })
}

const context = (actor: string, role: Principal['role']) => ({ principal: { id: actor, role }, requestId: actor })

/** The request that an action is. Throws `obs.request_failed` where the scene has no such item. */
function requestOf(action: ObsAction, mirror: ObsMirror): ObsRequest {
  switch (action.do) {
    case 'obs-scene':
      return {
        request: action.preview === true ? 'SetCurrentPreviewScene' : 'SetCurrentProgramScene',
        data: { sceneName: action.scene },
      }
    case 'obs-item': {
      const item = itemOf(mirror, action)
      if (item === undefined) throw new AppError('obs.request_failed', `The scene "${action.scene}" of OBS has no item "${action.item}"`)
      return {
        request: 'SetSceneItemEnabled',
        data: {
          sceneName: action.scene,
          sceneItemId: item.id,
          sceneItemEnabled: action.visible === 'toggle' ? !item.enabled : action.visible,
        },
      }
    }
    case 'obs-mute':
      return action.muted === 'toggle'
        ? { request: 'ToggleInputMute', data: { inputName: action.input } }
        : { request: 'SetInputMute', data: { inputName: action.input, inputMuted: action.muted } }
    case 'obs-volume':
      return { request: 'SetInputVolume', data: { inputName: action.input, inputVolumeDb: action.volumeDb } }
    case 'obs-filter': {
      const before = filtersOf(mirror, action.source)?.find(({ name }) => name === action.filter)?.enabled
      return {
        request: 'SetSourceFilterEnabled',
        data: {
          sourceName: action.source,
          filterName: action.filter,
          filterEnabled: action.enabled === 'toggle' ? before !== true : action.enabled,
        },
      }
    }
    case 'obs-output':
      return { request: outputRequest(action) }
    case 'obs-request':
      return { request: action.request, ...(action.data && { data: action.data }) }
  }
}

const outputNames = { 'stream': 'Stream', 'record': 'Record', 'replay': 'ReplayBuffer', 'virtual-camera': 'VirtualCam' } as const
const commandNames = { start: 'Start', stop: 'Stop', toggle: 'Toggle', save: 'Save' } as const

function outputRequest({ output, command }: Extract<ObsAction, { do: 'obs-output' }>): string {
  if (command === 'save' && output !== 'replay') throw new AppError('request.invalid', 'command: the replay buffer alone is saved')
  return `${commandNames[command]}${outputNames[output]}`
}

const itemOf = (mirror: ObsMirror, { scene, item }: { readonly scene: string; readonly item: string }) =>
  mirror.scenes.find(({ name }) => name === scene)?.items.find(({ source }) => source === item)

const filtersOf = (mirror: ObsMirror, source: string) =>
  (mirror.inputs.find(({ name }) => name === source) ?? mirror.scenes.find(({ name }) => name === source))?.filters

/** What an action names that this OBS does not have, for people. */
function missingIn(mirror: ObsMirror, action: ObsAction): string | undefined {
  switch (action.do) {
    case 'obs-scene':
      return mirror.scenes.some(({ name, isGroup }) => name === action.scene && !isGroup) ? undefined : `OBS has no scene "${action.scene}"`
    case 'obs-mute':
    case 'obs-volume':
      return mirror.inputs.some(({ name, audio }) => name === action.input && audio !== null)
        ? undefined
        : `OBS has no input "${action.input}" with audio`
    case 'obs-filter':
      return filtersOf(mirror, action.source)?.some(({ name }) => name === action.filter)
        ? undefined
        : `"${action.source}" of OBS has no filter "${action.filter}"`
    default:
      return undefined
  }
}

/** Events that OBS sends because of an action; an empty name is any. */
function eventsOf(action: ObsAction): readonly string[] {
  switch (action.do) {
    case 'obs-scene':
      return action.preview === true
        ? ['CurrentPreviewSceneChanged']
        : ['CurrentProgramSceneChanged', 'SceneTransition', 'InputActive', 'InputShow']
    case 'obs-item':
      return ['SceneItemEnableStateChanged', 'InputActive', 'InputShow']
    case 'obs-mute':
      return ['InputMuteStateChanged']
    case 'obs-volume':
      return ['InputVolumeChanged']
    case 'obs-filter':
      return ['SourceFilterEnableStateChanged']
    case 'obs-output':
      return action.command === 'save' ? ['ReplayBufferSaved'] : [`${outputEvents[action.output]}StateChanged`]
    case 'obs-request':
      return action.request.startsWith('Get') ? ['VendorEvent'] : ['']
  }
}

const outputEvents = { 'stream': 'Stream', 'record': 'Record', 'replay': 'ReplayBuffer', 'virtual-camera': 'Virtualcam' } as const
