import { requireAddon } from '../native-addon.ts'
import { repeat } from '../repeat.ts'

/** Variables of a service manager that speaks sd_notify(3). */
export const notifyVariables = ['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID'] as const

/** native/service-manager. */
interface ServiceManagerAddon {
  /** Sends the lines and descriptors as one datagram to the socket at `path`; throws what the system says. */
  notify(path: string, lines: string, descriptors: readonly number[]): void
}

/** Reports to the service manager. Nothing of it ends the host: what fails is logged once. */
export interface ServiceNotifier {
  /** Lines of sd_notify(3), and descriptors that belong to them. */
  send(lines: readonly string[], descriptors?: readonly number[]): void
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
  let addon: ServiceManagerAddon
  try {
    addon = requireAddon<ServiceManagerAddon>('service-manager')
  } catch (error) {
    onFailure(error)
    return undefined
  }
  let failed = false
  const send: ServiceNotifier['send'] = (lines, descriptors = []) => {
    try {
      addon.notify(path, lines.join('\n'), descriptors)
    } catch (error) {
      if (!failed) onFailure(error)
      failed = true
    }
  }
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
