import { loadAddon } from '../load-addon.ts'

/**
 * The addon native/dbus: a connection to a message bus on a thread of its own. Numbers, strings, booleans; arrays for D-Bus arrays and
 * structures; objects for dictionaries. A variant is read as its content and written as { signature, value }. A file descriptor is
 * a number, and the reader's to close.
 */
export interface DBusAddon {
  /** `address` empty: the user's session bus. Nothing is reported after `close`; what was called before still goes out. */
  readonly Bus: new (
    address: string,
    listener: (event: BusEvent) => void,
  ) => NativeBus
  closeDescriptor(fd: number): void
}

/** All throw TypeError for what no bus takes, and answer false where too much waits to be sent. Bytes may be given as a Uint8Array. */
export interface NativeBus {
  /** `number`, which is not 0, comes back with `sent`. */
  call(
    number: number,
    destination: string,
    path: string,
    interface_: string,
    member: string,
    signature: string,
    values: readonly unknown[],
  ): boolean
  /** Answers a call of `sender`. */
  reply(serial: number, sender: string, signature: string, values: readonly unknown[]): boolean
  fail(serial: number, sender: string, name: string, sentence: string): boolean
  emit(path: string, interface_: string, member: string, signature: string, values: readonly unknown[]): boolean
  close(): void
}

export interface BusMessage {
  /** Of the call that this is, or answers. */
  readonly serial: number
  readonly arguments: readonly unknown[]
  readonly path: string
  readonly interface: string
  readonly member: string
  readonly sender: string
  /** False where it has more values than are read: `arguments` is empty then. */
  readonly whole: boolean
  /** File descriptors among the arguments: the reader's to close. */
  readonly descriptors: readonly number[]
}

export type BusEvent =
  | { readonly kind: 'connected'; readonly name: string }
  /** The last one. */
  | { readonly kind: 'lost'; readonly problem: string }
  | { readonly kind: 'sent'; readonly number: number; readonly serial: number }
  | ({ readonly kind: 'signal' } & BusMessage)
  /** `answered`: the sender waits for an answer. */
  | ({ readonly kind: 'call'; readonly signature: string; readonly answered: boolean } & BusMessage)
  | ({ readonly kind: 'reply' } & BusMessage)
  | ({ readonly kind: 'error'; readonly name: string } & BusMessage)

/** @throws AppError `studio.engine_missing` that names what to install */
export function loadDBus(): DBusAddon {
  return loadAddon<DBusAddon>('dbus')
}
