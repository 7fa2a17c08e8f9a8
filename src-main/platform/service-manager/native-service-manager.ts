import { requireAddon } from '../native-addon.ts'

/** native/service-manager. */
export interface ServiceManagerAddon {
  /** Sends the lines and descriptors as one datagram to the socket at `path`; throws what the system says. */
  notify(path: string, lines: string, descriptors: readonly number[]): void
  /** Binds a socket that takes such datagrams at a path where nothing is yet; its descriptor. Throws what the system says. */
  bindReceiver(path: string): number
  /** The next datagram that waits at a socket of `bindReceiver`. */
  receive(socket: number): { readonly lines: string; readonly descriptors: readonly number[] } | undefined
}

/** Throws where it was not built. */
export const loadServiceManager = (): ServiceManagerAddon => requireAddon<ServiceManagerAddon>('service-manager')
