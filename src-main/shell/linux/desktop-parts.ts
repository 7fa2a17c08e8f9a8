import { spawn } from 'node:child_process'
import { MessageBus } from '../../platform/message-bus/message-bus.ts'
import { loadDBus } from '../../platform/message-bus/native-bus.ts'
import type { DesktopParts } from '../parts.ts'
import { Inhibitor } from './inhibitor.ts'
import { Notifications } from './notifications.ts'
import { StatusNotifier } from './status-notifier.ts'

/**
 * The parts of a Linux desktop, over the session bus. Rejects if there is no bus.
 * @param onLost the bus has ended: the parts do nothing any more
 */
export async function openLinuxDesktop(product: string, onLost: () => void): Promise<DesktopParts> {
  const bus = new MessageBus(loadDBus())
  // A bus alone keeps no process alive.
  const alive = setInterval(() => undefined, 60_000)
  try {
    await bus.name()
    const power = new Inhibitor(bus, product)
    const [tray, notifications] = await Promise.all([StatusNotifier.start(bus), Notifications.start(bus, product)])
    bus.onLost(onLost)
    return {
      tray,
      notifications,
      power,
      files: { openFolder },
      async close() {
        await power.close()
        tray.close()
        bus.close()
        clearInterval(alive)
      },
    }
  } catch (error) {
    clearInterval(alive)
    bus.close()
    throw error
  }
}

function openFolder(folder: string): void {
  spawn('xdg-open', [folder], { stdio: 'ignore', detached: true })
    .on('error', () => undefined)
    .unref()
}
