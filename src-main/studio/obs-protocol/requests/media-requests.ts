import type { SourceReport } from '../../../media/source-report.ts'
import type { Source } from '../../document/collection.ts'
import { findSourceKind } from '../../document/kinds/source-kinds.ts'
import { RequestFault } from '../reading/request-fault.ts'
import { inputName } from '../view/input-view.ts'
import { type RequestContext, type RequestFamily, toControl, toView, viewOf } from './request-kind.ts'

const states: Readonly<Record<SourceReport['state'], string>> = {
  starting: 'OBS_MEDIA_STATE_OPENING',
  running: 'OBS_MEDIA_STATE_PLAYING',
  paused: 'OBS_MEDIA_STATE_PAUSED',
  waiting: 'OBS_MEDIA_STATE_BUFFERING',
  failed: 'OBS_MEDIA_STATE_ERROR',
  ended: 'OBS_MEDIA_STATE_ENDED',
}
const actionPrefix = 'OBS_WEBSOCKET_MEDIA_INPUT_ACTION_'
const actions = ['PLAY', 'PAUSE', 'STOP', 'RESTART', 'NEXT', 'PREVIOUS']

const commandsOf = ({ kind }: Source): readonly string[] => findSourceKind(kind)?.commands ?? []
const plays = (source: Source): boolean => commandsOf(source).includes('play')

function mediaInput(context: RequestContext): Source {
  const source = viewOf(context).input(context.fields)
  if (!plays(source)) throw new RequestFault('invalidResourceState', 'The specified input is not a media input.')
  return source
}

function report({ studio }: RequestContext, { id }: Source) {
  const found = studio.engine.reports().get(id)
  const ms = (name: string): number | null => {
    const value = found?.details?.[name]
    return typeof value === 'number' ? value : null
  }
  return { state: found?.state, positionMs: ms('positionMs'), durationMs: ms('durationMs') }
}

async function seek(context: RequestContext, source: Source, ms: number): Promise<undefined> {
  if (!commandsOf(source).includes('seek')) throw new RequestFault('invalidResourceState', 'The specified input has no position.')
  await context.studio.engine.command(source.id, 'seek', { ms: Math.max(0, Math.round(ms)) })
  return undefined
}

export const mediaRequests: RequestFamily = {
  GetMediaInputStatus: toView((context) => {
    const source = viewOf(context).input(context.fields)
    if (!plays(source)) return { mediaState: 'OBS_MEDIA_STATE_NONE', mediaDuration: null, mediaCursor: null }
    const { state, positionMs, durationMs } = report(context, source)
    return {
      mediaState: state === undefined ? 'OBS_MEDIA_STATE_NONE' : states[state],
      mediaDuration: durationMs,
      mediaCursor: positionMs,
    }
  }),
  SetMediaInputCursor: toControl((context) => {
    const source = mediaInput(context)
    return seek(context, source, context.fields.number('mediaCursor', 0))
  }),
  OffsetMediaInputCursor: toControl((context) => {
    const source = mediaInput(context)
    return seek(context, source, (report(context, source).positionMs ?? 0) + context.fields.number('mediaCursorOffset'))
  }),
  TriggerMediaInputAction: toControl(async (context) => {
    const { studio, fields, broadcast } = context
    const source = viewOf(context).input(fields)
    const mediaAction = fields.text('mediaAction')
    const action = mediaAction.startsWith(actionPrefix) ? mediaAction.slice(actionPrefix.length) : ''
    if (!actions.includes(action)) throw new RequestFault('invalidRequestField', 'You have specified an invalid media input action.')
    if (!plays(source)) throw new RequestFault('invalidResourceState', 'The specified input is not a media input.')
    const known = commandsOf(source)
    const command = action === 'STOP' && !known.includes('stop') ? 'pause' : action.toLowerCase()
    if (!known.includes(command)) throw new RequestFault('invalidResourceState', `The specified input does not take ${action}.`)
    await studio.engine.command(source.id, command, {})
    broadcast('MediaInputActionTriggered', { ...inputName(source), mediaAction })
    return undefined
  }),
}
