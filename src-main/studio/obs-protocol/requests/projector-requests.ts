import { AppError } from '../../../platform/errors.ts'
import type { DesktopWindows } from '../../studio-dependencies.ts'
import { RequestFault } from '../reading/request-fault.ts'
import { type RequestContext, type RequestFamily, toEdit, viewOf } from './request-kind.ts'

/** Most that a monitor's number may be; -1 is a window. */
const maxMonitors = 32

/** Opens a projector where the request wants it: full screen on a monitor, or as a window. Its geometry is the desktop's to choose. */
async function project(context: RequestContext, view: Parameters<DesktopWindows['open']>[0]): Promise<undefined> {
  const { fields, studio, caller } = context
  const number = Math.round(fields.maybeNumber('monitorIndex', -1, maxMonitors) ?? -1)
  fields.maybeText('projectorGeometry')
  const monitor = studio.windows.displays()[number]
  if (number >= 0 && monitor === undefined) throw new RequestFault('resourceNotFound', 'There is no monitor of that number.')
  try {
    await studio.windows.open(view, monitor?.id)
  } catch (error) {
    if (error instanceof AppError && error.code === 'shell.not_attached') throw new RequestFault('notReady', error.message)
    throw error
  }
  studio.audit.record({ kind: 'command', message: 'a window was opened on the desktop', actor: caller.principal.id, data: { ...view } })
  return undefined
}

/** Projectors are windows of the desktop that shows them for this host, as `GET /shell` has it. */
export const projectorRequests: RequestFamily = {
  OpenVideoMixProjector: toEdit(async (context) => {
    const mix = context.fields.text('videoMixType')
    const { id } = viewOf(context).canvas(context.fields)
    switch (mix) {
      case 'OBS_WEBSOCKET_VIDEO_MIX_TYPE_PROGRAM':
        return project(context, { kind: 'projector', of: 'program', id })
      case 'OBS_WEBSOCKET_VIDEO_MIX_TYPE_PREVIEW':
        if (!context.studio.show.control.state.studioMode) throw new RequestFault('studioModeNotActive', 'Studio mode is not enabled.')
        return project(context, { kind: 'projector', of: 'preview', id })
      case 'OBS_WEBSOCKET_VIDEO_MIX_TYPE_MULTIVIEW':
        return project(context, { kind: 'multiview' })
      default:
        throw new RequestFault('invalidRequestField', 'The field `videoMixType` has an invalid value.')
    }
  }),
  OpenSourceProjector: toEdit(async (context) => {
    const found = viewOf(context).source(context.fields)
    if (found.sort === 'group') throw new RequestFault('invalidResourceType', 'A group has no projector of its own.')
    const [of, id] = found.sort === 'source' ? (['source', found.source.id] as const) : (['scene', found.scene.id] as const)
    return project(context, { kind: 'projector', of, id })
  }),
}
