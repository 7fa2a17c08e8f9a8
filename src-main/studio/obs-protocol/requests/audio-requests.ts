import type { SourceAudio } from '../../document/schemas/mixer-schemas.ts'
import { trackCount } from '../../document/schemas/mixer-schemas.ts'
import { RequestFault } from '../reading/request-fault.ts'
import type { RequestFields } from '../reading/request-fields.ts'
import { balanceOf, dbOf, monitorTypeOf, ownMonitoring, tracksOf, volumeOf } from '../view/input-view.ts'
import { edit, type RequestContext, type RequestFamily, type ResponseData, toControl, toView, viewOf } from './request-kind.ts'

const read = (answer: (audio: SourceAudio) => ResponseData) => toView((context) => answer(viewOf(context).audioInput(context.fields).audio))
const change = (changes: (fields: RequestFields, audio: SourceAudio) => Partial<SourceAudio>) =>
  toControl((context) => {
    const { id, audio } = viewOf(context).audioInput(context.fields)
    edit(context, [{ do: 'change', at: `sources/${id}`, changes: { audio: changes(context.fields, audio) } }])
    return undefined
  })

async function mute({ studio, caller }: RequestContext, source: string, muted: boolean): Promise<void> {
  await studio.act({ do: 'mute', source, muted }, caller.principal.id)
}

function gainOf(fields: RequestFields): number {
  if (fields.has('inputVolumeMul') && fields.has('inputVolumeDb')) {
    throw new RequestFault('tooManyRequestFields', 'You may only specify one volume field.')
  }
  const mul = fields.maybeNumber('inputVolumeMul', 0, 20)
  if (mul !== undefined) return dbOf(mul)
  if (fields.has('inputVolumeDb')) return fields.number('inputVolumeDb', -100, 26)
  throw new RequestFault('missingRequestField', 'You must specify one volume field.')
}

/** How inputs are mixed. */
export const audioRequests: RequestFamily = {
  GetInputMute: read(({ muted }) => ({ inputMuted: muted })),
  SetInputMute: toControl(async (context) => {
    const { id } = viewOf(context).audioInput(context.fields)
    await mute(context, id, context.fields.flag('inputMuted'))
    return undefined
  }),
  ToggleInputMute: toControl(async (context) => {
    const { id, audio } = viewOf(context).audioInput(context.fields)
    await mute(context, id, !audio.muted)
    return { inputMuted: !audio.muted }
  }),
  GetInputVolume: read(volumeOf),
  SetInputVolume: toControl(async (context) => {
    const { id } = viewOf(context).audioInput(context.fields)
    await context.studio.act({ do: 'gain', source: id, gainDb: gainOf(context.fields) }, context.caller.principal.id)
    return undefined
  }),
  GetInputAudioBalance: read((audio) => ({ inputAudioBalance: balanceOf(audio) })),
  SetInputAudioBalance: change((fields) => ({ pan: fields.number('inputAudioBalance', 0, 1) * 2 - 1 })),
  GetInputAudioSyncOffset: read(({ syncOffsetMs }) => ({ inputAudioSyncOffset: Math.round(syncOffsetMs) })),
  SetInputAudioSyncOffset: change((fields) => ({ syncOffsetMs: fields.number('inputAudioSyncOffset', -950, 20_000) })),
  GetInputAudioMonitorType: read((audio) => ({ monitorType: monitorTypeOf(audio) })),
  SetInputAudioMonitorType: change((fields) => {
    const monitoring = ownMonitoring(fields.text('monitorType'))
    if (monitoring === undefined) throw new RequestFault('invalidRequestField', 'Unknown monitor type.')
    return { monitoring }
  }),
  GetInputAudioTracks: read((audio) => ({ inputAudioTracks: tracksOf(audio) })),
  SetInputAudioTracks: change((fields, audio) => {
    const wanted: Record<string, unknown> = { ...tracksOf(audio), ...fields.part('inputAudioTracks') }
    for (const [track, value] of Object.entries(wanted)) {
      if (typeof value !== 'boolean') throw new RequestFault('invalidRequestFieldType', `The value of track \`${track}\` must be boolean.`)
    }
    return { tracks: Array.from({ length: trackCount }, (_, index) => index + 1).filter((track) => wanted[track] === true) }
  }),
}
