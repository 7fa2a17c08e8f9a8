import { repeat } from '../timing/repeat.ts'
import { loadServiceManager, type ServiceManagerAddon } from './native-service-manager.ts'

/** Variables of a service manager that speaks sd_notify(3). */
export const notifyVariables = ['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID'] as const

/** Takes datagrams of sd_notify(3). Nothing of it ends the host: what fails is logged once. */
export interface Notifier {
  /** Lines of sd_notify(3), and descriptors that belong to them. */
  send(lines: readonly string[], descriptors?: readonly number[]): void
}

/** Reports to the service manager. */
export interface ServiceNotifier extends Notifier {
  /** Says that the host is alive as often as the service manager wants; returns the way to stop. */
  beat(): () => void
}

/** The notifier of the service manager that `environment` names; undefined if it names none, or the native part is missing. */
export function openNotifier(
  environment: Readonly<Record<string, string | undefined>>,
  onFailure: (error: unknown) => void,
): ServiceNotifier | undefined {
  const { NOTIFY_SOCKET: path, WATCHDOG_USEC: watchdogText } = environment
  if (path === undefined || path === '' || process.platform !== 'linux') return undefined
  let notifier: Notifier
  try {
    notifier = notifierAt(path, onFailure)
  } catch (error) {
    onFailure(error)
    return undefined
  }
  const { send } = notifier
  return {
    send,
    beat() {
      const withinMs = Number(watchdogText) / 1000
      if (!(withinMs > 0)) return () => undefined
      const timer = repeat(Math.max(100, withinMs / 4), () => send(['WATCHDOG=1']))
      return () => clearInterval(timer)
    },
  }
}

/** Sends to the socket at a path. Throws where the native part is missing. */
export function notifierAt(path: string, onFailure: (error: unknown) => void): Notifier {
  const addon: ServiceManagerAddon = loadServiceManager()
  let failed = false
  return {
    send(lines, descriptors = []) {
      try {
        addon.notify(path, lines.join('\n'), descriptors)
      } catch (error) {
        if (!failed) onFailure(error)
        failed = true
      }
    },
  }
}
