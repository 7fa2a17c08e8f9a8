import { AppError } from '../../platform/errors.ts'
import { monitoringWord } from '../mirror/read-answers.ts'
import type { FilterChanges, InputChanges, ItemChanges, ObsRequest } from '../schemas/commands.ts'

/** Changes of our API as requests of OBS, in the order in which they are sent. */

export function itemRequests({ scene, item, enabled, locked, index, blendMode, transform }: ItemChanges): ObsRequest[] {
  const which = { sceneName: scene, sceneItemId: item }
  return someOf(
    transform && { request: 'SetSceneItemTransform', data: { ...which, sceneItemTransform: transform } },
    blendMode && { request: 'SetSceneItemBlendMode', data: { ...which, sceneItemBlendMode: blendMode } },
    index !== undefined && { request: 'SetSceneItemIndex', data: { ...which, sceneItemIndex: index } },
    locked !== undefined && { request: 'SetSceneItemLocked', data: { ...which, sceneItemLocked: locked } },
    enabled !== undefined && { request: 'SetSceneItemEnabled', data: { ...which, sceneItemEnabled: enabled } },
  )
}

export function inputRequests(changes: InputChanges): ObsRequest[] {
  const { input, settings, replaceSettings, muted, toggleMute, volumeDb, volume, balance, syncOffsetMs, monitoring, tracks, newName } =
    changes
  if (volumeDb !== undefined && volume !== undefined)
    throw new AppError('request.invalid', 'body.volume: send `volume` or `volumeDb`, not both')
  if (muted !== undefined && toggleMute) throw new AppError('request.invalid', 'body.toggleMute: send `muted` or `toggleMute`, not both')
  const which = { inputName: input }
  return someOf(
    settings && { request: 'SetInputSettings', data: { ...which, inputSettings: settings, overlay: replaceSettings !== true } },
    volumeDb !== undefined && { request: 'SetInputVolume', data: { ...which, inputVolumeDb: volumeDb } },
    volume !== undefined && { request: 'SetInputVolume', data: { ...which, inputVolumeMul: volume } },
    muted !== undefined && { request: 'SetInputMute', data: { ...which, inputMuted: muted } },
    toggleMute === true && { request: 'ToggleInputMute', data: which },
    balance !== undefined && { request: 'SetInputAudioBalance', data: { ...which, inputAudioBalance: balance } },
    syncOffsetMs !== undefined && { request: 'SetInputAudioSyncOffset', data: { ...which, inputAudioSyncOffset: syncOffsetMs } },
    monitoring && { request: 'SetInputAudioMonitorType', data: { ...which, monitorType: monitoringWord(monitoring) } },
    tracks && {
      request: 'SetInputAudioTracks',
      data: { ...which, inputAudioTracks: Object.fromEntries([1, 2, 3, 4, 5, 6].map((track) => [String(track), tracks.includes(track)])) },
    },
    newName !== undefined && { request: 'SetInputName', data: { ...which, newInputName: newName } },
  )
}

export function filterRequests(changes: FilterChanges): ObsRequest[] {
  const { source, filter, newName, enabled, index, settings, replaceSettings } = changes
  const which = { sourceName: source, filterName: filter }
  return someOf(
    settings && { request: 'SetSourceFilterSettings', data: { ...which, filterSettings: settings, overlay: replaceSettings !== true } },
    enabled !== undefined && { request: 'SetSourceFilterEnabled', data: { ...which, filterEnabled: enabled } },
    index !== undefined && { request: 'SetSourceFilterIndex', data: { ...which, filterIndex: index } },
    newName !== undefined && { request: 'SetSourceFilterName', data: { ...which, newFilterName: newName } },
  )
}

export function transitionRequests(changes: {
  readonly transition?: string
  readonly durationMs?: number
  readonly settings?: Record<string, unknown>
}): ObsRequest[] {
  const { transition, durationMs, settings } = changes
  return someOf(
    transition !== undefined && { request: 'SetCurrentSceneTransition', data: { transitionName: transition } },
    durationMs !== undefined && { request: 'SetCurrentSceneTransitionDuration', data: { transitionDuration: durationMs } },
    settings && { request: 'SetCurrentSceneTransitionSettings', data: { transitionSettings: settings } },
  )
}

function someOf(...requests: readonly (ObsRequest | false | '' | undefined)[]): ObsRequest[] {
  return requests.filter((each): each is ObsRequest => typeof each === 'object')
}
