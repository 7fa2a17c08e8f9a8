import { RequestFault } from '../reading/request-fault.ts'
import { uuidOf } from '../view/identifiers.ts'
import type { StudioView } from '../view/studio-view.ts'
import { edit, type RequestContext, type RequestFamily, toControl, toEdit, toView, viewOf } from './request-kind.ts'

/** Scenes of a canvas as the protocol lists them: from the last to the first, which has the highest number. */
export function sceneList(view: StudioView, canvas: string): readonly object[] {
  const scenes = view.scenesOf(canvas)
  return scenes
    .map(({ id, name }, index) => ({ sceneIndex: scenes.length - 1 - index, sceneName: name, sceneUuid: uuidOf('scene', id) }))
    .toReversed()
}

/** What is on the main canvas, by its fields in answers. `prefix`: `currentProgramScene`. */
function sceneFields(view: StudioView, id: string | null | undefined, prefix: string): Record<string, unknown> {
  const scene = view.collection.scenes.find((each) => each.id === id)
  return { [`${prefix}Name`]: scene?.name ?? null, [`${prefix}Uuid`]: scene === undefined ? null : uuidOf('scene', scene.id) }
}

function onMain({ studio }: RequestContext) {
  const { state, mainCanvas } = studio.show.control
  return { studioMode: state.studioMode, ...state.canvases.find(({ canvas }) => canvas === mainCanvas) }
}

function mustBeFree(view: StudioView, name: string): string {
  if (view.isTaken(name)) throw new RequestFault('resourceAlreadyExists', 'A source already exists by that scene name.')
  return name
}

export const sceneRequests: RequestFamily = {
  GetSceneList: toView((context) => {
    const view = viewOf(context)
    const canvas = view.canvas(context.fields)
    const { program, preview, studioMode } = onMain(context)
    return {
      ...sceneFields(view, program, 'currentProgramScene'),
      ...sceneFields(view, studioMode ? preview : null, 'currentPreviewScene'),
      scenes: sceneList(view, canvas.id),
    }
  }),
  GetGroupList: toView((context) => ({ groups: viewOf(context).groups.map(({ name }) => name) })),
  GetCanvasList: toView((context) => {
    const { collection } = viewOf(context)
    const { numerator, denominator } = collection.frameRate
    return {
      canvases: collection.canvases.map(({ id, name, width, height }, index) => ({
        canvasName: name,
        canvasUuid: uuidOf('canvas', id),
        canvasFlags: { MAIN: index === 0, ACTIVATE: true, MIX_AUDIO: index === 0, SCENE_REF: true, EPHEMERAL: false },
        canvasVideoSettings: {
          fpsNumerator: numerator,
          fpsDenominator: denominator,
          baseWidth: width,
          baseHeight: height,
          outputWidth: width,
          outputHeight: height,
        },
      })),
    }
  }),
  GetCurrentProgramScene: toView((context) => {
    const view = viewOf(context)
    const { program } = onMain(context)
    return { ...sceneFields(view, program, 'currentProgramScene'), ...sceneFields(view, program, 'scene') }
  }),
  SetCurrentProgramScene: toControl(async (context) => {
    const { id } = viewOf(context).scene(context.fields)
    await context.studio.act({ do: 'switch', scene: id }, context.caller.principal.id)
    return undefined
  }),
  GetCurrentPreviewScene: toView((context) => {
    const view = viewOf(context)
    const { preview, studioMode } = onMain(context)
    if (!studioMode) throw new RequestFault('studioModeNotActive', 'Studio mode is not enabled.')
    return { ...sceneFields(view, preview, 'currentPreviewScene'), ...sceneFields(view, preview, 'scene') }
  }),
  SetCurrentPreviewScene: toControl(async (context) => {
    if (!context.studio.show.control.state.studioMode) throw new RequestFault('studioModeNotActive', 'Studio mode is not enabled.')
    const { id } = viewOf(context).scene(context.fields)
    await context.studio.act({ do: 'preview', scene: id }, context.caller.principal.id)
    return undefined
  }),
  CreateScene: toEdit((context) => {
    const view = viewOf(context)
    const name = mustBeFree(view, context.fields.text('sceneName'))
    const [id = ''] = edit(context, [{ do: 'add', to: 'scenes', value: { name, canvas: view.canvas(context.fields).id } }])
    return { sceneUuid: uuidOf('scene', id) }
  }),
  RemoveScene: toEdit((context) => {
    const view = viewOf(context)
    const { id, canvas } = view.scene(context.fields)
    if (view.scenesOf(canvas).length < 2) {
      throw new RequestFault('notEnoughResources', 'You cannot remove the last scene in the collection.')
    }
    edit(context, [{ do: 'remove', at: `scenes/${id}` }])
    return undefined
  }),
  SetSceneName: toEdit((context) => {
    const view = viewOf(context)
    const { id } = view.scene(context.fields)
    const name = mustBeFree(view, context.fields.text('newSceneName'))
    edit(context, [{ do: 'change', at: `scenes/${id}`, changes: { name } }])
    return undefined
  }),
  GetSceneSceneTransitionOverride: toView((context) => {
    const view = viewOf(context)
    const { transition } = view.scene(context.fields)
    const found = view.collection.transitions.find(({ id }) => id === transition)
    return { transitionName: found?.name ?? null, transitionDuration: found?.durationMs ?? null }
  }),
  SetSceneSceneTransitionOverride: toEdit((context) => {
    const { fields } = context
    const view = viewOf(context)
    const { id } = view.scene(fields)
    if (fields.has('transitionDuration')) {
      fields.number('transitionDuration', 50, 20_000)
      throw new RequestFault('resourceNotConfigurable', 'A duration belongs to a transition here: set it there, and name it for the scene.')
    }
    const name = fields.maybeText('transitionName')
    const transition = view.collection.transitions.find((each) => each.name === name)
    if (name !== undefined && transition === undefined) {
      throw new RequestFault('resourceNotFound', 'No scene transition was found by that name.')
    }
    edit(context, [{ do: 'change', at: `scenes/${id}`, changes: { transition: transition?.id ?? null } }])
    return undefined
  }),
}
