import type { RemoteObject } from '../../../../platform/message-bus/message-bus.ts'
import { CastRejected, type ScreenCaster } from './screen-caster.ts'

/** org.gnome.Mutter.ScreenCast: GNOME's compositor itself, where it runs without a portal, e.g. headless on a server. */

const destination = 'org.gnome.Mutter.ScreenCast'
const screens: RemoteObject = { destination, path: '/org/gnome/Mutter/ScreenCast', interface: destination }
const cursorModes = { hidden: 0, embedded: 1 } as const
const startMs = 10_000

export const mutter: ScreenCaster = {
  name: 'mutter',
  silent: true,
  isThere: (bus) => bus.offers(destination),
  async cast(bus, order, events) {
    if (order.what === 'window') throw new CastRejected('Without a desktop portal windows cannot be chosen; a display can')
    const [session] = (await bus.call(screens, 'CreateSession', 'a{sv}', [{}])) as [string]
    const at: RemoteObject = { destination, path: session, interface: `${destination}.Session` }
    const close = (): void => {
      bus.call(at, 'Stop').catch(() => undefined)
    }
    try {
      await bus.watch(at, 'Closed', events.onEnded)
      await bus.onGone(destination, events.onGone)
      const cursor = { signature: 'u', value: order.cursor ? cursorModes.embedded : cursorModes.hidden }
      const [path] = (await bus.call(at, 'RecordMonitor', 'sa{sv}', [order.display, { 'cursor-mode': cursor }])) as [string]
      const node = Promise.withResolvers<number>()
      const late = setTimeout(() => node.reject(new CastRejected('The compositor did not start sharing')), startMs)
      const stream = { destination, path, interface: `${destination}.Stream` }
      try {
        await bus.watch(stream, 'PipeWireStreamAdded', ([id]) => node.resolve(Number(id)))
        await bus.call(at, 'Start', '', [], { timeoutMs: startMs })
        return { node: await node.promise, name: order.display || 'Primary display', close }
      } finally {
        clearTimeout(late)
        node.promise.catch(() => undefined)
      }
    } catch (error) {
      close()
      throw error
    }
  },
}
