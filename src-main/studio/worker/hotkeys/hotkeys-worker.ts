import { loadAddon } from '../../../platform/load-addon.ts'
import { hasPortal } from '../../../platform/message-bus/desktop-portal.ts'
import { MessageBus } from '../../../platform/message-bus/message-bus.ts'
import { type DBusAddon, loadDBus } from '../../../platform/message-bus/native-bus.ts'
import { connectToHost } from '../../../platform/workers/worker-side.ts'
import type { FromHotkeys, ToHotkeys, WantedKey } from '../../control/program/hotkeys/messages.ts'
import type { KeyListener, KeySource } from './key-source.ts'
import { PortalKeys, shortcutsPortal } from './portal-keys.ts'
import { type HotkeysAddon, X11Keys } from './x11-keys.ts'

/** Takes keys from the desktop, whichever window has the focus. In a process of its own: nothing that a desktop does touches a stream. */

let source: KeySource | undefined
let keys: readonly WantedKey[] = []

const host = connectToHost<ToHotkeys, FromHotkeys>((message) => {
  keys = message.keys
  source?.set(keys)
})

const listener: KeyListener = {
  onDesktop: (through, problem) => host.send({ kind: 'desktop', through, problem }),
  onState: (id, state, trigger = undefined) => host.send({ kind: 'state', id, state, trigger: trigger ?? null }),
  onKey: (id, pressed) => host.send({ kind: 'key', id, pressed }),
}

/** The desktop portal where the session is one of Wayland and has it, else the X server. */
async function open(): Promise<KeySource | undefined> {
  if (process.env.WAYLAND_DISPLAY || process.env.XDG_SESSION_TYPE === 'wayland') {
    const dbus = loadDBus()
    if (await offersShortcuts(dbus)) return new PortalKeys(dbus, listener)
  }
  if (process.env.DISPLAY) return new X11Keys(loadAddon<HotkeysAddon>('x11'), listener)
  listener.onDesktop(null, 'no-display')
  return undefined
}

async function offersShortcuts(dbus: DBusAddon): Promise<boolean> {
  const bus = new MessageBus(dbus)
  try {
    await bus.name()
    return await hasPortal(bus, shortcutsPortal)
  } catch {
    return false
  } finally {
    bus.close()
  }
}

host.ready()
// A thread of an addon keeps no process alive.
const alive = setInterval(() => undefined, 60_000)
try {
  source = await open()
  source?.set(keys)
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`)
  listener.onDesktop(null, 'not-built')
}
host.stopping.addEventListener('abort', () => {
  clearInterval(alive)
  source?.close()
  host.end()
})
