import type { ProgramState } from '../../control/program/program-state.ts'
import type { Collection } from '../../document/collection.ts'
import { uuidOf } from '../view/identifiers.ts'
import { transitionName } from '../view/transition-view.ts'
import type { Emit } from './collection-events.ts'

/** Emits what differs between two states of what is on air, on the main canvas. */
export function emitProgramChanges(before: ProgramState, after: ProgramState, collection: Collection, emit: Emit): void {
  const main = collection.canvases[0]?.id
  const [was, is] = [before, after].map(({ canvases }) => canvases.find(({ canvas }) => canvas === main))
  const scene = (id: string | null | undefined) => {
    const found = collection.scenes.find((each) => each.id === id)
    return found && { sceneName: found.name, sceneUuid: uuidOf('scene', found.id) }
  }
  const chosen = (state: ProgramState) => {
    const id = state.transition ?? collection.transition
    return collection.transitions.find((each) => each.id === id)
  }

  if (before.studioMode !== after.studioMode) emit('StudioModeStateChanged', { studioModeEnabled: after.studioMode })
  const [old, now] = [chosen(before), chosen(after)]
  if (now !== undefined && old?.id !== now.id) emit('CurrentSceneTransitionChanged', transitionName(now))
  const [oldMs, nowMs] = [before.durationMs ?? old?.durationMs, after.durationMs ?? now?.durationMs]
  if (nowMs !== undefined && oldMs !== nowMs) emit('CurrentSceneTransitionDurationChanged', { transitionDuration: nowMs })

  const moving = collection.transitions.find(({ id }) => id === is?.transition)
  const moved = collection.transitions.find(({ id }) => id === was?.transition)
  const isSwitched = was?.program !== is?.program
  // A cut is over at once: it is seen as the switch alone.
  const started = moving ?? (isSwitched ? (collection.transitions.find(({ kind }) => kind === 'cut') ?? now) : undefined)
  const isStarted = started !== undefined && (isSwitched || (moving !== undefined && moved?.id !== moving.id))
  if (isStarted) emit('SceneTransitionStarted', transitionName(started))
  const program = scene(is?.program)
  if (isSwitched && program !== undefined) emit('CurrentProgramSceneChanged', program)
  const ended = isStarted && moving === undefined ? started : moved !== undefined && moving === undefined ? moved : undefined
  if (ended !== undefined) {
    emit('SceneTransitionVideoEnded', transitionName(ended))
    emit('SceneTransitionEnded', transitionName(ended))
  }
  const preview = scene(after.studioMode ? is?.preview : undefined)
  if (preview !== undefined && (was?.preview !== is?.preview || !before.studioMode)) emit('CurrentPreviewSceneChanged', preview)
}
