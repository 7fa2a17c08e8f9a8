import {
  hasPortal,
  newToken,
  numberOption,
  PortalRejected,
  type PortalResults,
  portalName,
  portalPath,
  portalRequest,
  textOption,
} from '../../../../platform/message-bus/desktop-portal.ts'
import type { MessageBus, RemoteObject } from '../../../../platform/message-bus/message-bus.ts'
import { CastRejected, type ScreenCast, type ScreenCaster } from './screen-caster.ts'

/** org.freedesktop.portal.ScreenCast of XDG Desktop Portal, version 1 on: the desktop asks the person what to share. */

const portal: RemoteObject = { destination: portalName, path: portalPath, interface: 'org.freedesktop.portal.ScreenCast' }

const sourceTypes = { display: 1, window: 2 } as const
const cursorModes = { hidden: 1, embedded: 2 } as const
/** Remember the choice until it is taken back. */
const persistUntilRevoked = 2
export const desktopPortal: ScreenCaster = {
  name: 'portal',
  silent: false,
  isThere: (bus) => hasPortal(bus, portal),
  async cast(bus, order, events) {
    const [version, types, cursors] = await Promise.all([
      numberOf(bus, 'version'),
      numberOf(bus, 'AvailableSourceTypes'),
      numberOf(bus, 'AvailableCursorModes'),
    ])
    const wanted = order.what === 'any' ? sourceTypes.display | sourceTypes.window : sourceTypes[order.what]
    if ((types & wanted) === 0)
      throw new CastRejected(`This desktop does not share ${order.what === 'any' ? 'screens' : `a ${order.what}`}`)
    const cursor = order.cursor ? cursorModes.embedded : cursorModes.hidden

    const created = await request(bus, 'CreateSession', '', [], { session_handle_token: textOption(newToken()) })
    const session = String(created.session_handle)
    const at: RemoteObject = { destination: portalName, path: session, interface: 'org.freedesktop.portal.Session' }
    const close = (): void => {
      bus.call(at, 'Close').catch(() => undefined)
    }
    try {
      await bus.watch(at, 'Closed', events.onEnded)
      await bus.onGone(portalName, events.onGone)
      await request(bus, 'SelectSources', 'o', [session], {
        types: numberOption(types & wanted),
        multiple: { signature: 'b', value: false },
        ...((cursors & cursor) !== 0 && { cursor_mode: numberOption(cursor) }),
        ...(version >= 4 && { persist_mode: numberOption(persistUntilRevoked) }),
        ...(version >= 4 && order.token !== '' && { restore_token: textOption(order.token) }),
      })
      events.onAsking()
      const started = await request(bus, 'Start', 'os', [session, ''], {})
      const [stream] = (started.streams ?? []) as readonly [number, PortalResults][]
      if (stream === undefined) throw new CastRejected('The desktop shared nothing')
      const [fd] = (await bus.call(portal, 'OpenPipeWireRemote', 'oa{sv}', [session, {}], { takesDescriptors: true })) as [number]
      return castOf(stream, fd, started.restore_token, close)
    } catch (error) {
      close()
      throw error
    }
  },
}

function castOf([node, properties]: readonly [number, PortalResults], fd: number, restoreToken: unknown, close: () => void): ScreenCast {
  const name = properties.source_type === sourceTypes.window ? 'Shared window' : 'Shared display'
  return { node, fd, name, ...(typeof restoreToken === 'string' && { token: restoreToken }), close }
}

async function numberOf(bus: MessageBus, property: string): Promise<number> {
  return Number(await bus.property(portal, property).catch(() => 0))
}

async function request(
  bus: MessageBus,
  member: string,
  signature: string,
  values: readonly unknown[],
  options: Parameters<typeof portalRequest>[5],
): Promise<PortalResults> {
  try {
    return await portalRequest(bus, portal, member, signature, values, options)
  } catch (error) {
    if (!(error instanceof PortalRejected)) throw error
    if (error.reason === 'no-answer') throw new CastRejected('Nobody answered the question of the desktop')
    if (error.reason === 'dismissed') throw new CastRejected('Nothing was chosen in the dialogue of the desktop')
    throw new CastRejected(`The desktop did not allow sharing (${member})`)
  }
}
