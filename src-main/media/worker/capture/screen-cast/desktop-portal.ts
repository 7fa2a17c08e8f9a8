import { randomBytes } from 'node:crypto'
import type { MessageBus, RemoteObject } from '../../../../platform/message-bus/message-bus.ts'
import { CastRejected, type ScreenCast, type ScreenCaster } from './screen-caster.ts'

/** org.freedesktop.portal.ScreenCast of XDG Desktop Portal, version 1 on: the desktop asks the person what to share. */

const destination = 'org.freedesktop.portal.Desktop'
const desktop = '/org/freedesktop/portal/desktop'
const portal: RemoteObject = { destination, path: desktop, interface: 'org.freedesktop.portal.ScreenCast' }

const sourceTypes = { display: 1, window: 2 } as const
const cursorModes = { hidden: 1, embedded: 2 } as const
/** Remember the choice until it is taken back. */
const persistUntilRevoked = 2
/** Responses of a request. */
const cancelled = 1
/** A person may take their time. */
const patienceMs = 10 * 60_000

type Results = Readonly<Record<string, unknown>>

export const desktopPortal: ScreenCaster = {
  name: 'portal',
  silent: false,
  async isThere(bus) {
    if (!(await bus.offers(destination))) return false
    // A portal without a backend for this desktop runs, but has no such interface.
    return bus.property(portal, 'version').then(
      () => true,
      () => false,
    )
  },
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

    const created = await request(bus, 'CreateSession', '', [], { session_handle_token: text(token()) })
    const session = String(created.session_handle)
    const at: RemoteObject = { destination, path: session, interface: 'org.freedesktop.portal.Session' }
    const close = (): void => {
      bus.call(at, 'Close').catch(() => undefined)
    }
    try {
      await bus.watch(at, 'Closed', events.onEnded)
      await bus.onGone(destination, events.onGone)
      await request(bus, 'SelectSources', 'o', [session], {
        types: number(types & wanted),
        multiple: { signature: 'b', value: false },
        ...((cursors & cursor) !== 0 && { cursor_mode: number(cursor) }),
        ...(version >= 4 && { persist_mode: number(persistUntilRevoked) }),
        ...(version >= 4 && order.token !== '' && { restore_token: text(order.token) }),
      })
      events.onAsking()
      const started = await request(bus, 'Start', 'os', [session, ''], {})
      const [stream] = (started.streams ?? []) as readonly [number, Results][]
      if (stream === undefined) throw new CastRejected('The desktop shared nothing')
      const [fd] = (await bus.call(portal, 'OpenPipeWireRemote', 'oa{sv}', [session, {}])) as [number]
      return castOf(stream, fd, started.restore_token, close)
    } catch (error) {
      close()
      throw error
    }
  },
}

function castOf([node, properties]: readonly [number, Results], fd: number, restoreToken: unknown, close: () => void): ScreenCast {
  const name = properties.source_type === sourceTypes.window ? 'Shared window' : 'Shared display'
  return { node, fd, name, ...(typeof restoreToken === 'string' && { token: restoreToken }), close }
}

const text = (value: string) => ({ signature: 's', value })
const number = (value: number) => ({ signature: 'u', value })
const token = (): string => `studio_${randomBytes(8).toString('hex')}`

async function numberOf(bus: MessageBus, property: string): Promise<number> {
  return Number(await bus.property(portal, property).catch(() => 0))
}

/** A call whose answer comes later as a signal of an object made for it (org.freedesktop.portal.Request). */
async function request(
  bus: MessageBus,
  member: string,
  signature: string,
  values: readonly unknown[],
  options: Readonly<Record<string, { readonly signature: string; readonly value: unknown }>>,
): Promise<Results> {
  const handle = token()
  const sender = (await bus.name()).slice(1).replaceAll('.', '_')
  const at: RemoteObject = { destination, path: `${desktop}/request/${sender}/${handle}`, interface: 'org.freedesktop.portal.Request' }
  const response = Promise.withResolvers<readonly unknown[]>()
  const late = setTimeout(() => response.reject(new CastRejected('Nobody answered the question of the desktop')), patienceMs)
  bus.onLost((problem) => response.reject(new Error(problem)))
  const unwatch = await bus.watch(at, 'Response', response.resolve)
  try {
    await bus.call(portal, member, `${signature}a{sv}`, [...values, { ...options, handle_token: text(handle) }])
    const [code, results] = (await response.promise) as [number, Results]
    if (code === cancelled) throw new CastRejected('Nothing was chosen in the dialogue of the desktop')
    if (code !== 0) throw new CastRejected(`The desktop did not allow sharing (${member})`)
    return results
  } finally {
    clearTimeout(late)
    unwatch()
    response.promise.catch(() => undefined)
  }
}
