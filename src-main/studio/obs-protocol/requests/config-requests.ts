import { isAbsolute } from 'node:path'
import { folderOf } from '../../control/outputs/files/file-place.ts'
import type { Edit } from '../../document/edits/edit-schemas.ts'
import { collectionNamePattern } from '../../document/files/collection-folder.ts'
import { minimalDocument } from '../../document/files/minimal-document.ts'
import { readDocument } from '../../document/files/read-document.ts'
import type { Output } from '../../document/schemas/output-schemas.ts'
import { RequestFault } from '../reading/request-fault.ts'
import { outputOf, outputRoles } from '../view/output-view.ts'
import { persistentData } from './persistent-data.ts'
import { edit, type RequestContext, type RequestFamily, toEdit, toView, viewOf } from './request-kind.ts'

/** There are no profiles: what OBS keeps in them belongs to outputs and canvases here. */
const profile = 'AMI Streams'

/** The output that a service's settings are those of; undefined where the collection has none. */
function streamOutput(context: RequestContext): Output | undefined {
  const { outputs } = viewOf(context).collection
  return outputs.find(({ kind }) => (outputRoles.stream as readonly string[]).includes(kind))
}

const collectionNames = async ({ studio }: RequestContext): Promise<readonly string[]> =>
  (await studio.folder.list()).map(({ name }) => name)

function rejectRunning({ studio }: RequestContext): void {
  const running = studio.outputs.list().some(({ state }) => state !== 'off' && state !== 'failed')
  if (running) throw new RequestFault('outputRunning', 'Video settings cannot be changed while an output is running.')
}

export const configRequests: RequestFamily = {
  GetPersistentData: toView(({ fields, studio }) => {
    const { realm, slot } = { realm: fields.text('realm'), slot: fields.text('slotName') }
    return { slotValue: persistentData(studio.store).get(realm, slot) }
  }),
  SetPersistentData: toEdit(({ fields, studio }) => {
    persistentData(studio.store).set(fields.text('realm'), fields.text('slotName'), fields.any('slotValue'))
    return undefined
  }),
  GetSceneCollectionList: toView(async (context) => ({
    currentSceneCollectionName: context.studio.show.openFile?.name ?? '',
    sceneCollections: await collectionNames(context),
  })),
  SetCurrentSceneCollection: toEdit(async (context) => {
    const { show, folder } = context.studio
    const name = context.fields.text('sceneCollectionName')
    if (!(await collectionNames(context)).includes(name))
      throw new RequestFault('resourceNotFound', 'No scene collection was found by that name.')
    if (show.openFile?.path === folder.pathOf(name)) return undefined
    await show.open(folder.pathOf(name), name, context.caller.principal.id, false)
    return undefined
  }),
  CreateSceneCollection: toEdit(async (context) => {
    const { show, folder } = context.studio
    const name = context.fields.text('sceneCollectionName')
    if (!new RegExp(collectionNamePattern).test(name)) {
      throw new RequestFault(
        'invalidRequestField',
        'A name starts with a letter or digit and has letters, digits, spaces, dots, hyphens and underscores.',
      )
    }
    if ((await collectionNames(context)).includes(name)) {
      throw new RequestFault('resourceAlreadyExists', 'A scene collection already exists by that name.')
    }
    const { reader } = context.studio
    const made = readDocument(minimalDocument(name), reader, undefined, name)
    await folder.create(name, `${JSON.stringify(reader.seals.encryptCopy(made, reader.kinds), null, 2)}\n`)
    await show.open(folder.pathOf(name), name, context.caller.principal.id, false)
    context.broadcast('SceneCollectionListChanged', { sceneCollections: await collectionNames(context) })
    return undefined
  }),
  GetProfileList: toView(() => ({ currentProfileName: profile, profiles: [profile] })),
  SetCurrentProfile: toEdit(({ fields }) => {
    if (fields.text('profileName') !== profile) throw new RequestFault('resourceNotFound', 'No profile was found by that name.')
    return undefined
  }),
  GetProfileParameter: toView(({ fields }) => {
    fields.text('parameterCategory')
    fields.text('parameterName')
    return { parameterValue: null, defaultParameterValue: null }
  }),
  GetVideoSettings: toView((context) => {
    const { collection, mainCanvas } = viewOf(context)
    const { width, height } = mainCanvas
    return {
      fpsNumerator: collection.frameRate.numerator,
      fpsDenominator: collection.frameRate.denominator,
      baseWidth: width,
      baseHeight: height,
      outputWidth: width,
      outputHeight: height,
    }
  }),
  SetVideoSettings: toEdit((context) => {
    const { fields } = context
    rejectRunning(context)
    const { mainCanvas, collection } = viewOf(context)
    const pair = (first: string, second: string): boolean => {
      if (fields.has(first) !== fields.has(second))
        throw new RequestFault('missingRequestField', `\`${first}\` and \`${second}\` go together.`)
      return fields.has(first)
    }
    const edits: Edit[] = []
    if (pair('fpsNumerator', 'fpsDenominator')) {
      const frameRate = { numerator: fields.number('fpsNumerator', 1), denominator: fields.number('fpsDenominator', 1) }
      edits.push({ do: 'change', at: 'collection', changes: { frameRate } })
    }
    const side = (name: string): number => fields.number(name, 1, 4096)
    const base = pair('baseWidth', 'baseHeight') ? { width: side('baseWidth'), height: side('baseHeight') } : undefined
    const output = pair('outputWidth', 'outputHeight') ? { width: side('outputWidth'), height: side('outputHeight') } : undefined
    if (base !== undefined) edits.push({ do: 'change', at: `canvases/${mainCanvas.id}`, changes: base })
    if (output !== undefined) {
      for (const { id, canvas, video } of collection.outputs) {
        if (canvas === mainCanvas.id && video !== null)
          edits.push({ do: 'change', at: `outputs/${id}`, changes: { video: { height: output.height } } })
      }
    }
    if (edits.length === 0) throw new RequestFault('missingRequestField', 'You must specify at least one video setting.')
    edit(context, edits)
    return undefined
  }),
  GetStreamServiceSettings: toView((context) => {
    const output = streamOutput(context)
    const url = typeof output?.settings.url === 'string' ? output.settings.url : ''
    const streamServiceType = output?.kind === 'whip' ? 'whip_custom' : 'rtmp_custom'
    // The key is not given back: who has it streams in our name.
    return {
      streamServiceType,
      streamServiceSettings:
        streamServiceType === 'whip_custom' ? { server: url, bearer_token: '' } : { server: url, key: '', use_auth: false },
    }
  }),
  SetStreamServiceSettings: toEdit((context) => {
    const { fields } = context
    const type = fields.text('streamServiceType')
    const settings = fields.part('streamServiceSettings')
    const kind = { rtmp_custom: 'rtmp', whip_custom: 'whip' }[type]
    if (kind === undefined) throw new RequestFault('invalidRequestField', 'Only `rtmp_custom` and `whip_custom` are known here.')
    const { server, key, bearer_token: token } = settings
    const secret = kind === 'rtmp' ? key : token
    if (typeof server !== 'string') throw new RequestFault('invalidRequestField', 'The settings of the service need `server`.')
    const outputs = viewOf(context).collection.outputs
    const output = outputs.find((each) => each.kind === kind)
    const changes = { url: server, ...(typeof secret === 'string' && secret !== '' && { key: secret }) }
    if (output === undefined) edit(context, [{ do: 'add', to: 'outputs', value: { name: 'Stream', kind, settings: changes }, index: 0 }])
    else edit(context, [{ do: 'change', at: `outputs/${output.id}`, changes: { settings: changes } }])
    return undefined
  }),
  GetRecordDirectory: toView((context) => ({ recordDirectory: recordFolder(context) })),
  SetRecordDirectory: toEdit((context) => {
    const folder = context.fields.text('recordDirectory')
    if (!isAbsolute(folder)) throw new RequestFault('invalidRequestField', 'The folder must be a whole path.')
    const report = outputOf(context.studio.outputs, 'record')
    if (report === undefined) {
      throw new RequestFault('invalidResourceState', 'The collection has no output for a recording: add one on the studio page.')
    }
    edit(context, [{ do: 'change', at: `outputs/${report.id}`, changes: { settings: { folder } } }])
    return undefined
  }),
}

function recordFolder(context: RequestContext): string {
  const { collection } = viewOf(context)
  const folder = collection.outputs.find(({ kind }) => kind === 'recording')?.settings.folder
  return folderOf(context.studio.recordings, typeof folder === 'string' ? folder : '')
}
