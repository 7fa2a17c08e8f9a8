import type { Transition } from '../../document/collection.ts'
import { ObsValues } from '../../document/import-obs/obs-values.ts'
import { RequestFault } from '../reading/request-fault.ts'
import { uuidOf } from '../view/identifiers.ts'
import { obsTransitionKinds } from '../view/obs-kinds.ts'
import { isConfigurable, transitionEntry, transitionSettings } from '../view/transition-view.ts'
import { edit, type RequestContext, type RequestFamily, toControl, toEdit, toView, viewOf } from './request-kind.ts'

/** The transition that is used where a scene says nothing. */
function current(context: RequestContext): Transition {
  const { collection } = viewOf(context)
  const id = context.studio.show.control.state.transition ?? collection.transition
  return collection.transitions.find((each) => each.id === id) as Transition
}

function moving({ studio }: RequestContext): boolean {
  return studio.show.control.state.canvases[0]?.transition != null
}

const directions = ['left', 'right', 'up', 'down']

export const transitionRequests: RequestFamily = {
  GetTransitionKindList: toView(() => ({ transitionKinds: obsTransitionKinds })),
  GetSceneTransitionList: toView((context) => {
    const now = current(context)
    return {
      currentSceneTransitionName: now.name,
      currentSceneTransitionUuid: uuidOf('transition', now.id),
      currentSceneTransitionKind: transitionEntry(now).transitionKind,
      transitions: viewOf(context).collection.transitions.map(transitionEntry).toReversed(),
    }
  }),
  GetCurrentSceneTransition: toView((context) => {
    const now = current(context)
    const { transitionName, transitionUuid, transitionKind, transitionFixed, transitionConfigurable } = transitionEntry(now)
    return {
      transitionName,
      transitionUuid,
      transitionKind,
      transitionFixed,
      transitionDuration: transitionFixed ? null : (context.studio.show.control.state.durationMs ?? now.durationMs),
      transitionConfigurable,
      transitionSettings: transitionConfigurable ? transitionSettings(now) : null,
    }
  }),
  SetCurrentSceneTransition: toControl(async (context) => {
    const name = context.fields.text('transitionName')
    const found = viewOf(context).collection.transitions.find((each) => each.name === name)
    if (found === undefined) throw new RequestFault('resourceNotFound', 'No scene transition was found by that name.')
    await context.studio.show.control.configure({ transition: found.id })
    return undefined
  }),
  SetCurrentSceneTransitionDuration: toControl(async (context) => {
    const durationMs = Math.round(context.fields.number('transitionDuration', 50, 20_000))
    viewOf(context)
    await context.studio.show.control.configure({ durationMs })
    return undefined
  }),
  SetCurrentSceneTransitionSettings: toEdit((context) => {
    const now = current(context)
    if (!isConfigurable(now)) throw new RequestFault('resourceNotConfigurable', 'The current transition does not support custom settings.')
    const sent = context.fields.part('transitionSettings', { empty: true })
    const values = new ObsValues(sent)
    const settings: Record<string, unknown> = {}
    if (values.has('direction')) {
      settings.direction = values.text('direction')
      if (!directions.includes(String(settings.direction)))
        throw new RequestFault('invalidRequestField', 'The direction is left, right, up or down.')
    }
    if (values.has('color')) settings.through = values.color('color', 0xff000000, false)
    if (values.has('luma_softness')) settings.softness = values.number('luma_softness', 0.05)
    edit(context, [{ do: 'change', at: `transitions/${now.id}`, changes: { settings } }])
    return undefined
  }),
  /** How far a transition is that runs by itself, the studio's process alone knows: 0 while it is under way, 1 otherwise. */
  GetCurrentSceneTransitionCursor: toView((context) => ({
    transitionCursor: context.studio.show.control.state.canvases[0]?.tBar ?? (moving(context) ? 0 : 1),
  })),
  SetTBarPosition: toControl(async ({ fields, studio, caller }) => {
    if (!studio.show.control.state.studioMode) throw new RequestFault('studioModeNotActive', 'Studio mode is not enabled.')
    const release = fields.maybeFlag('release') ?? true
    await studio.moveTBar(fields.number('position', 0, 1), release, caller.principal.id)
    return undefined
  }),
  TriggerStudioModeTransition: toControl(async (context) => {
    if (!context.studio.show.control.state.studioMode) throw new RequestFault('studioModeNotActive', 'Studio mode is not enabled.')
    await context.studio.act({ do: 'transition' }, context.caller.principal.id)
    return undefined
  }),
  GetStudioModeEnabled: toView(({ studio }) => ({ studioModeEnabled: studio.show.control.state.studioMode })),
  SetStudioModeEnabled: toControl(async (context) => {
    const studioMode = context.fields.flag('studioModeEnabled')
    viewOf(context)
    if (context.studio.show.control.state.studioMode !== studioMode) await context.studio.show.control.configure({ studioMode })
    return undefined
  }),
}
