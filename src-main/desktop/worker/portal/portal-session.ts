import { AppError } from '../../../platform/errors.ts'
import {
  newToken,
  numberOption,
  PortalRejected,
  type PortalResults,
  portalName,
  portalRequest,
  textOption,
} from '../../../platform/message-bus/desktop-portal.ts'
import type { MessageBus, RemoteObject } from '../../../platform/message-bus/message-bus.ts'
import { handsOut, rememberingVersion, remoteDesktop, screenCast } from '../../displays/portal/desktop-portal.ts'
import type { RestoreToken } from './restore-token.ts'

const devices = { keyboard: 1, pointer: 2 } as const
const wholeMonitor = 1
const hiddenCursor = 1
/** Remember what was allowed until the person takes it back. */
const persistUntilRevoked = 2

/** A screen that its desktop hands out, with what may be done there. */
export interface SharedScreen {
  /** A connection to PipeWire, which the one who asked closes. */
  readonly fd: number
  readonly node: number
  /** In the desktop's own unit, which is not that of the frames where the screen is scaled; undefined: the desktop does not say. */
  readonly size: { readonly width: number; readonly height: number } | undefined
  readonly types: boolean
  readonly points: boolean
  readonly session: string
}

/** A desktop portal's session: it ends with its connection to the bus, whatever becomes of this process. */
export interface PortalSessionOptions {
  readonly bus: MessageBus
  readonly token: RestoreToken
  /** The desktop ended it: by the person there, or because it ends itself. */
  readonly onEnded: () => void
}

/** Asks the desktop for its screen, keyboard and pointer, and the desktop asks the person. Throws AppError `desktop.portal_*`. */
export async function openPortalSession({ bus, token, onEnded }: PortalSessionOptions): Promise<SharedScreen> {
  try {
    if (!(await handsOut(bus))) throw new AppError('desktop.portal_missing')
    const [version, offered, cursors] = await Promise.all([
      numberOf(bus, remoteDesktop, 'version'),
      numberOf(bus, remoteDesktop, 'AvailableDeviceTypes'),
      numberOf(bus, screenCast, 'AvailableCursorModes'),
    ])
    const created = await portalRequest(bus, remoteDesktop, 'CreateSession', '', [], { session_handle_token: textOption(newToken()) })
    const session = String(created.session_handle)
    await bus.watch({ destination: portalName, path: session, interface: 'org.freedesktop.portal.Session' }, 'Closed', onEnded)
    await bus.onGone(portalName, onEnded)
    const remembered = version >= rememberingVersion ? token.read() : ''
    await portalRequest(bus, remoteDesktop, 'SelectDevices', 'o', [session], {
      types: numberOption(offered & (devices.keyboard | devices.pointer)),
      ...(version >= rememberingVersion && { persist_mode: numberOption(persistUntilRevoked) }),
      ...(remembered !== '' && { restore_token: textOption(remembered) }),
    })
    await portalRequest(bus, screenCast, 'SelectSources', 'o', [session], {
      types: numberOption(wholeMonitor),
      multiple: { signature: 'b', value: false },
      // The browser draws the pointer.
      ...((cursors & hiddenCursor) !== 0 && { cursor_mode: numberOption(hiddenCursor) }),
    })
    const started = await portalRequest(bus, remoteDesktop, 'Start', 'os', [session, ''], {})
    if (typeof started.restore_token === 'string') token.keep(started.restore_token)
    const [stream] = (started.streams ?? []) as readonly [number, PortalResults][]
    if (stream === undefined) throw new AppError('desktop.portal_denied', 'The desktop handed out no screen')
    const allowed = Number(started.devices ?? 0)
    const [node, { size }] = stream
    const [fd] = (await bus.call(screenCast, 'OpenPipeWireRemote', 'oa{sv}', [session, {}], { takesDescriptors: true })) as [number]
    const [width, height] = Array.isArray(size) ? (size as readonly number[]) : []
    return {
      fd,
      node,
      size: width !== undefined && height !== undefined && width > 0 && height > 0 ? { width, height } : undefined,
      types: (allowed & devices.keyboard) !== 0,
      points: (allowed & devices.pointer) !== 0,
      session,
    }
  } catch (error) {
    throw inOurWords(error)
  }
}

function inOurWords(error: unknown): unknown {
  if (!(error instanceof PortalRejected)) return error
  const whys = {
    'dismissed': 'The person at the machine did not allow it',
    'no-answer': 'Nobody answered the question at the machine',
    'not-allowed': 'The desktop does not allow it',
  } as const
  return new AppError('desktop.portal_denied', whys[error.reason], { cause: error })
}

async function numberOf(bus: MessageBus, of: RemoteObject, property: string): Promise<number> {
  return Number(await bus.property(of, property).catch(() => 0))
}
