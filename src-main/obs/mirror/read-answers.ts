import { listOf, numberOf, type Said, textOf } from '../connection/said.ts'
import type { ObsFilter, ObsInput, ObsItem, ObsOutputState, ObsTransform } from '../schemas/mirror.ts'

/** What OBS says, in the mirror's words. */

const integerOf = (value: unknown, otherwise = 0): number => Math.round(numberOf(value, otherwise))

/** OBS numbers scenes from the bottom of its list. */
export function scenesInOrder(said: unknown): string[] {
  return listOf(said)
    .toSorted((a, b) => numberOf(b.sceneIndex) - numberOf(a.sceneIndex))
    .map(({ sceneName }) => textOf(sceneName))
}

export function readTransform(said: Said): ObsTransform {
  return {
    positionX: numberOf(said.positionX),
    positionY: numberOf(said.positionY),
    rotation: numberOf(said.rotation),
    scaleX: numberOf(said.scaleX, 1),
    scaleY: numberOf(said.scaleY, 1),
    alignment: integerOf(said.alignment),
    boundsType: textOf(said.boundsType, 'OBS_BOUNDS_NONE'),
    boundsAlignment: integerOf(said.boundsAlignment),
    boundsWidth: numberOf(said.boundsWidth),
    boundsHeight: numberOf(said.boundsHeight),
    cropLeft: integerOf(said.cropLeft),
    cropRight: integerOf(said.cropRight),
    cropTop: integerOf(said.cropTop),
    cropBottom: integerOf(said.cropBottom),
    width: numberOf(said.width),
    height: numberOf(said.height),
    sourceWidth: numberOf(said.sourceWidth),
    sourceHeight: numberOf(said.sourceHeight),
  }
}

export function readItem(said: Said): ObsItem {
  const type = textOf(said.sourceType)
  return {
    id: integerOf(said.sceneItemId),
    source: textOf(said.sourceName),
    sourceType:
      said.isGroup === true ? 'group' : type === 'OBS_SOURCE_TYPE_SCENE' ? 'scene' : type === 'OBS_SOURCE_TYPE_INPUT' ? 'input' : 'other',
    kind: typeof said.inputKind === 'string' ? textOf(said.inputKind) : null,
    enabled: said.sceneItemEnabled !== false,
    locked: said.sceneItemLocked === true,
    blendMode: textOf(said.sceneItemBlendMode, 'OBS_BLEND_NORMAL'),
    index: integerOf(said.sceneItemIndex),
    transform: readTransform((said.sceneItemTransform ?? {}) as Said),
  }
}

export const readItems = (said: unknown): ObsItem[] => inOrder(listOf(said).map(readItem))

/** Items lowest first, numbered in that order. */
export function inOrder(items: readonly ObsItem[]): ObsItem[] {
  return items.toSorted((a, b) => a.index - b.index).map((item, index) => (item.index === index ? item : { ...item, index }))
}

export function readFilter(said: Said): ObsFilter {
  return {
    name: textOf(said.filterName),
    kind: textOf(said.filterKind),
    enabled: said.filterEnabled !== false,
    index: integerOf(said.filterIndex),
  }
}

export const readFilters = (said: unknown): ObsFilter[] => numbered(listOf(said).map(readFilter))

/** Filters in their order, numbered by it. */
export function numbered(filters: readonly ObsFilter[]): ObsFilter[] {
  return filters.toSorted((a, b) => a.index - b.index).map((filter, index) => (filter.index === index ? filter : { ...filter, index }))
}

type Audio = NonNullable<ObsInput['audio']>

const monitorings: Readonly<Record<string, Audio['monitoring']>> = {
  OBS_MONITORING_TYPE_NONE: 'none',
  OBS_MONITORING_TYPE_MONITOR_ONLY: 'monitor',
  OBS_MONITORING_TYPE_MONITOR_AND_OUTPUT: 'monitor-and-output',
}

export const readMonitoring = (said: unknown): Audio['monitoring'] => monitorings[textOf(said)] ?? 'none'

/** The word of OBS for a monitoring. */
export function monitoringWord(monitoring: Audio['monitoring']): string {
  return Object.keys(monitorings).find((word) => monitorings[word] === monitoring) ?? 'OBS_MONITORING_TYPE_NONE'
}

/** OBS mixes six. */
const maxTracks = 6

export const readTracks = (said: unknown): number[] =>
  Object.entries((said ?? {}) as Said)
    .filter(([, on]) => on === true)
    .map(([track]) => Number(track))
    .filter((track) => Number.isInteger(track) && track >= 1 && track <= maxTracks)
    .toSorted((a, b) => a - b)

type MediaState = NonNullable<ObsInput['media']>['state']

const mediaStates: Readonly<Record<string, MediaState>> = {
  OBS_MEDIA_STATE_PLAYING: 'playing',
  OBS_MEDIA_STATE_ENDED: 'ended',
  OBS_MEDIA_STATE_PAUSED: 'paused',
  OBS_MEDIA_STATE_STOPPED: 'stopped',
}

/** Null for an input that plays no media. */
export function readMedia(said: Said | null): ObsInput['media'] {
  if (said === null || said.mediaState === 'OBS_MEDIA_STATE_NONE') return null
  return {
    state: mediaStates[textOf(said.mediaState)] ?? 'other',
    durationMs: typeof said.mediaDuration === 'number' ? integerOf(said.mediaDuration) : null,
    cursorMs: typeof said.mediaCursor === 'number' ? integerOf(said.mediaCursor) : null,
  }
}

const outputStates: Readonly<Record<string, ObsOutputState>> = {
  OBS_WEBSOCKET_OUTPUT_STARTING: 'starting',
  OBS_WEBSOCKET_OUTPUT_STARTED: 'started',
  OBS_WEBSOCKET_OUTPUT_STOPPING: 'stopping',
  OBS_WEBSOCKET_OUTPUT_STOPPED: 'stopped',
  OBS_WEBSOCKET_OUTPUT_RECONNECTING: 'reconnecting',
  OBS_WEBSOCKET_OUTPUT_RECONNECTED: 'started',
  OBS_WEBSOCKET_OUTPUT_PAUSED: 'paused',
  OBS_WEBSOCKET_OUTPUT_RESUMED: 'started',
}

/** State of an output from an event, or from the answer about its status. */
export function readOutput(said: Said): ObsOutputState {
  const named = outputStates[textOf(said.outputState)]
  if (named !== undefined) return named
  if (said.outputActive !== true) return 'stopped'
  return said.outputReconnecting === true ? 'reconnecting' : said.outputPaused === true ? 'paused' : 'started'
}
