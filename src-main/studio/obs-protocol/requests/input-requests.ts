import { randomUUID } from 'node:crypto'
import { findSourceKind } from '../../document/kinds/source-kinds.ts'
import { RequestFault } from '../reading/request-fault.ts'
import { itemNumber, uuidOf } from '../view/identifiers.ts'
import { inputEntry } from '../view/input-view.ts'
import { inputKinds, obsSourceKind, withoutVersion } from '../view/obs-kinds.ts'
import { changedSettings, defaultObsSettings, obsSettingsOf, ownSettings } from '../view/source-settings.ts'
import type { StudioView } from '../view/studio-view.ts'
import { edit, type RequestFamily, toControl, toEdit, toView, viewOf } from './request-kind.ts'

const special = { desktop: ['desktop1', 'desktop2'], mic: ['mic1', 'mic2', 'mic3', 'mic4'] } as const

function mustBeFree(view: StudioView, name: string): string {
  if (view.isTaken(name)) throw new RequestFault('resourceAlreadyExists', 'A source already exists by that input name.')
  return name
}

/** Inputs: what there is, what is made of them, their settings. Their audio is in `audio-requests`. */
export const inputRequests: RequestFamily = {
  GetInputList: toView((context) => {
    const kind = context.fields.maybeText('inputKind')
    const inputs = viewOf(context).collection.sources.map(inputEntry)
    return { inputs: inputs.filter((each) => kind === undefined || each.inputKind === kind) }
  }),
  GetInputKindList: toView(({ fields }) => ({
    inputKinds: fields.maybeFlag('unversioned') === true ? inputKinds.map(withoutVersion) : inputKinds,
  })),
  GetSpecialInputs: toView((context) => {
    const { sources } = viewOf(context).collection
    const names = (slots: readonly string[], kind: string) => {
      const found = sources.filter((each) => each.kind === kind)
      return Object.fromEntries(slots.map((slot, index) => [slot, found[index]?.name ?? null]))
    }
    return { ...names(special.desktop, 'system-sound'), ...names(special.mic, 'microphone') }
  }),
  CreateInput: toEdit((context) => {
    const { fields } = context
    const view = viewOf(context)
    const scene = view.scene(fields)
    const name = mustBeFree(view, fields.text('inputName'))
    const kind = fields.text('inputKind')
    const made = ownSettings(kind, fields.maybePart('inputSettings') ?? {})
    if (made === undefined) {
      throw new RequestFault('invalidInputKind', `The input kind \`${kind}\` is not supported: see GetInputKindList.`)
    }
    const visible = fields.maybeFlag('sceneItemEnabled') ?? true
    const [source, item] = [randomUUID(), randomUUID()]
    edit(context, [
      { do: 'add', to: 'sources', value: { id: source, name, ...made } },
      { do: 'add', to: `scenes/${scene.id}/items`, value: { id: item, source, visible } },
    ])
    return { inputUuid: uuidOf('source', source), sceneItemId: itemNumber(item) }
  }),
  RemoveInput: toEdit((context) => {
    edit(context, [{ do: 'remove', at: `sources/${viewOf(context).input(context.fields).id}` }])
    return undefined
  }),
  SetInputName: toEdit((context) => {
    const view = viewOf(context)
    const { id } = view.input(context.fields)
    const name = mustBeFree(view, context.fields.text('newInputName'))
    edit(context, [{ do: 'change', at: `sources/${id}`, changes: { name } }])
    return undefined
  }),
  GetInputDefaultSettings: toView(({ fields }) => {
    const kind = fields.text('inputKind')
    const defaultInputSettings = defaultObsSettings(kind)
    if (defaultInputSettings === undefined) throw new RequestFault('invalidInputKind', `The input kind \`${kind}\` is not supported.`)
    return { defaultInputSettings }
  }),
  GetInputSettings: toView((context) => {
    const source = viewOf(context).input(context.fields)
    return { inputKind: obsSourceKind(source.kind), inputSettings: obsSettingsOf(source) }
  }),
  SetInputSettings: toEdit((context) => {
    const source = viewOf(context).input(context.fields)
    const overlay = context.fields.maybeFlag('overlay') ?? true
    const settings = changedSettings(source, context.fields.part('inputSettings', { empty: true }), overlay)
    edit(context, [{ do: 'change', at: `sources/${source.id}`, changes: { settings } }])
    return undefined
  }),
  GetInputPropertiesListPropertyItems: toView(async (context) => {
    const { kind } = viewOf(context).input(context.fields)
    const property = context.fields.text('propertyName')
    const devices = findSourceKind(kind)?.devices
    if (devices === undefined || !['device', 'device_id'].includes(property)) {
      throw new RequestFault('resourceNotFound', 'Unable to find a property by that name.')
    }
    const found = await context.studio.engine.devices(devices)
    return { propertyItems: found.map(({ id, name }) => ({ itemName: name, itemEnabled: true, itemValue: id })) }
  }),
  PressInputPropertiesButton: toControl(async (context) => {
    const { id, kind } = viewOf(context).input(context.fields)
    if (context.fields.text('propertyName') !== 'refreshnocache' || kind !== 'browser') {
      throw new RequestFault('resourceNotFound', 'Unable to find a property by that name.')
    }
    await context.studio.engine.command(id, 'reload', {})
    return undefined
  }),
  GetSourceActive: toView((context) => {
    const found = viewOf(context).source(context.fields)
    const { program, preview } = context.studio.shown()
    if (found.sort === 'source') {
      const videoActive = program.includes(found.source.id)
      return { videoActive, videoShowing: videoActive || preview.includes(found.source.id) }
    }
    const { canvases } = context.studio.show.control.state
    const videoActive = canvases.some((canvas) => canvas.program === found.scene.id)
    return { videoActive, videoShowing: videoActive || canvases.some((canvas) => canvas.preview === found.scene.id) }
  }),
}
