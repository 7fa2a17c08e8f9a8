import { setTimeout as sleep } from 'node:timers/promises'
import { isSharedAction } from '../../media/automation/action-schemas.ts'
import type { ActionContext, AutomationKinds } from '../../media/automation/automation-kinds.ts'
import type { AuditLog } from '../../platform/audit.ts'
import { AppError } from '../../platform/errors.ts'
import type { Edit } from '../document/edits/edit-schemas.ts'
import { findEntity, sceneOf, sourceOf } from '../document/edits/places.ts'
import { noSuchPart } from '../document/named-part.ts'
import type { Action } from '../document/schemas/action-schemas.ts'
import type { StudioEngine } from './engine/studio-engine.ts'
import type { StudioOutputs } from './outputs/studio-outputs.ts'
import type { SwitchAnswer } from './program/program-state.ts'
import type { Show } from './show.ts'

export interface ActionDependencies {
  readonly show: Show
  readonly engine: Pick<StudioEngine, 'command'>
  readonly outputs: StudioOutputs
  readonly audit: Pick<AuditLog, 'record'>
  /** Does what is not the studio's own. */
  readonly automation: Pick<AutomationKinds, 'action'>
  /** A scene was put on air by somebody. */
  readonly switched: (actor: string) => void
}

/** Does one action, notes who did it, and answers its result. Throws AppError; `signal` ends a wait. */
export async function doAction(
  action: Action,
  context: ActionContext,
  { show, engine, outputs, audit, automation, switched: onSwitched }: ActionDependencies,
): Promise<unknown> {
  if (isSharedAction(action)) return automation.action(action).perform(action, context)
  const { actor, signal } = context
  if (action.do === 'wait') {
    // Also while no show is open.
    await sleep(action.ms, undefined, signal === undefined ? {} : { signal })
    return null
  }
  const { control } = show
  const collection = show.collection
  const edit = (at: string, changes: Record<string, unknown>): null => {
    const edits: readonly Edit[] = [{ do: 'change', at, changes }]
    // Nothing of it names anything outside.
    show.current.edit(edits, { actor, limited: true })
    return null
  }
  const onAir = async (switching: Promise<SwitchAnswer>): Promise<SwitchAnswer> => {
    const switched = await switching
    onSwitched(actor)
    audit.record({ kind: 'command', message: `studio: ${switched.scene} is on air on ${switched.canvas}`, actor })
    return switched
  }
  switch (action.do) {
    case 'switch':
      return onAir(control.switchTo(action.scene, action))
    case 'preview':
      await control.preview(sceneOf(collection, action.scene).canvas, action.scene)
      return null
    case 'transition':
      return onAir(control.toProgram(action.canvas ?? control.mainCanvas, action))
    case 'show': {
      const at = `scenes/${action.scene}/items/${action.item}`
      const { visible } = findEntity(collection, at).entity as unknown as { visible: boolean }
      return edit(at, { visible: action.visible === 'toggle' ? !visible : action.visible })
    }
    case 'mute': {
      const { audio, name } = sourceOf(collection, action.source)
      if (audio === undefined) throw new AppError('studio.not_found', `The source "${name}" has no audio`)
      return edit(`sources/${action.source}`, { audio: { muted: action.muted === 'toggle' ? !audio.muted : action.muted } })
    }
    case 'gain':
      return edit(`sources/${action.source}`, { audio: { gainDb: action.gainDb } })
    case 'filter': {
      const at = placeOfFilter(show, action.filter)
      const { enabled } = findEntity(collection, at).entity as unknown as { enabled: boolean }
      return edit(at, { enabled: action.enabled === 'toggle' ? !enabled : action.enabled })
    }
    case 'start-output':
      return outputs.start(action.output, actor)
    case 'stop-output':
      return outputs.stop(action.output, actor)
    case 'output-command':
      return outputs.command(action.output, action.command, action.details ?? {}, actor)
    case 'save-replay':
      return outputs.command(action.output ?? replayOf(outputs), 'save', {}, actor)
    case 'source-command':
      sourceOf(collection, action.source)
      await engine.command(action.source, action.command, action.details ?? {})
      return null
  }
}

/** Moves the T-bar of a canvas for somebody, and notes who brought a scene on air by it. Throws as `ProgramControl.moveTBar` does. */
export async function moveTBar(
  canvas: string,
  position: number,
  release: boolean,
  actor: string,
  { show, audit, switched }: Pick<ActionDependencies, 'show' | 'audit' | 'switched'>,
): Promise<void> {
  const { control } = show
  const on = (): string | undefined => control.state.canvases.find((each) => each.canvas === canvas)?.program
  const before = on()
  await control.moveTBar(canvas, position, release)
  const now = on()
  if (now === before) return
  switched(actor)
  audit.record({ kind: 'command', message: `studio: ${now} is on air on ${canvas}`, actor })
}

/** The replay buffer that runs, if there is only one. */
function replayOf(outputs: StudioOutputs): string {
  const replays = outputs.list().filter(({ kind }) => kind === 'replay')
  const found = replays.find(({ state }) => state === 'live') ?? replays[0]
  if (found === undefined) throw new AppError('studio.not_found', 'The collection has no replay buffer')
  return found.id
}

function placeOfFilter({ collection: { scenes, sources, tracks } }: Show, id: string): string {
  const has = (filters: readonly { readonly id: string }[] | undefined): boolean => filters?.some((each) => each.id === id) === true
  const scene = scenes.find(({ filters }) => has(filters))
  if (scene !== undefined) return `scenes/${scene.id}/filters/${id}`
  const track = tracks.find(({ filters }) => has(filters))
  if (track !== undefined) return `tracks/${track.id}/audio-filters/${id}`
  const source = sources.find(({ filters, audio }) => has(filters) || has(audio?.filters))
  if (source === undefined) throw noSuchPart('filter', id)
  return `sources/${source.id}/${has(source.filters) ? 'filters' : 'audio-filters'}/${id}`
}
