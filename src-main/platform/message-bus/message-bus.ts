import { BusError, failed, limitsExceeded } from './bus-error.ts'
import { callOf, type ExportedObject } from './exported-object.ts'
import type { BusEvent, BusMessage, DBusAddon, NativeBus } from './native-bus.ts'

/** A program behind the bus, one of its objects, and what the object can do. */
export interface RemoteObject {
  readonly destination: string
  readonly path: string
  readonly interface: string
}

interface Call {
  serial: number
  /** File descriptors of the answer are the caller's; of every other message they are closed. */
  readonly takesDescriptors: boolean
  readonly resolve: (values: readonly unknown[]) => void
  readonly reject: (error: Error) => void
  readonly timer: NodeJS.Timeout
}

interface Watch {
  /** Whose signals count: a program sends every other one a signal of any path and name. */
  readonly destination: string
  readonly path: string
  readonly interface: string
  readonly member: string
  readonly listener: (values: readonly unknown[]) => void
}

/** Answers to `RequestName`. */
const [primaryOwner, alreadyOwner] = [1, 4]
/** Not queued behind another owner. */
const doNotQueue = 4
/** Calls of other programs that are worked on at once. */
const maxHandled = 64

const theBus: RemoteObject = { destination: 'org.freedesktop.DBus', path: '/org/freedesktop/DBus', interface: 'org.freedesktop.DBus' }

export interface CallOptions {
  /** How long an answer may take. */
  readonly timeoutMs?: number
  /** The answer has file descriptors, which the caller closes. */
  readonly takesDescriptors?: boolean
}

/** A D-Bus message bus: calls and signals out and in, names, and objects that other programs may call. */
export class MessageBus {
  readonly #native: NativeBus
  readonly #addon: DBusAddon
  /** Unique names of the programs that have the names that are listened to; empty where none has it. */
  readonly #owners = new Map<string, string>()
  readonly #followed = new Map<string, Promise<void>>()
  readonly #calls = new Map<number, Call>()
  readonly #watches = new Set<Watch>()
  readonly #lostListeners = new Set<(problem: string) => void>()
  readonly #objects = new Map<string, ExportedObject>()
  #handled = 0
  readonly #connected: { readonly promise: Promise<string>; resolve(name: string): void; reject(error: Error): void }
  #number = 0
  #lost: string | undefined

  /** The user's session bus, unless a bus address is given. */
  constructor(addon: DBusAddon, address = '') {
    this.#connected = Promise.withResolvers<string>()
    this.#connected.promise.catch(() => undefined)
    this.#addon = addon
    this.#native = new addon.Bus(address, (event) => this.#take(event))
  }

  /** Our name on the bus. Rejects if there is no bus. */
  name(): Promise<string> {
    return this.#connected.promise
  }

  /** Rejects with `BusError`, also where no answer comes in time or the bus is lost. */
  call(
    to: RemoteObject,
    member: string,
    signature = '',
    values: readonly unknown[] = [],
    { timeoutMs = 5000, takesDescriptors = false }: CallOptions = {},
  ): Promise<readonly unknown[]> {
    if (this.#lost !== undefined) return Promise.reject(new BusError('lost', this.#lost))
    const number = ++this.#number
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#calls.delete(number)
        reject(new BusError('late', `${to.destination} does not answer ${member}`))
      }, timeoutMs)
      this.#calls.set(number, { serial: 0, takesDescriptors, resolve, reject, timer })
      try {
        if (this.#native.call(number, to.destination, to.path, to.interface, member, signature, values)) return
        reject(new BusError('busy', `Too many messages wait for the bus: ${member} was not sent`))
      } catch (error) {
        reject(error as Error)
      }
      clearTimeout(timer)
      this.#calls.delete(number)
    })
  }

  /** Takes a well-known name. Answers whether it is ours now: another program may have it. */
  async own(name: string): Promise<boolean> {
    const [answer] = await this.call(theBus, 'RequestName', 'su', [name, doNotQueue])
    return answer === primaryOwner || answer === alreadyOwner
  }

  /** Gives a name back. */
  async disown(name: string): Promise<void> {
    await this.call(theBus, 'ReleaseName', 's', [name])
  }

  /** Lets other programs call an object, until the returned function is called. */
  export(path: string, object: ExportedObject): () => void {
    this.#objects.set(path, object)
    return () => void (this.#objects.get(path) === object && this.#objects.delete(path))
  }

  /** Sends a signal to all listeners. One that does not fit its signature is a mistake of the caller: throws TypeError. */
  emit(path: string, interface_: string, member: string, signature = '', values: readonly unknown[] = []): void {
    if (this.#lost === undefined) this.#native.emit(path, interface_, member, signature, values)
  }

  /** Value of a property of an object. */
  async property(of: RemoteObject, name: string): Promise<unknown> {
    const [value] = await this.call({ ...of, interface: 'org.freedesktop.DBus.Properties' }, 'Get', 'ss', [of.interface, name])
    return value
  }

  /** Listens to a signal; resolves when none is missed any more, with the way to stop. */
  async watch(of: RemoteObject, member: string, listener: (values: readonly unknown[]) => void): Promise<() => void> {
    const watch = { destination: of.destination, path: of.path, interface: of.interface, member, listener }
    this.#watches.add(watch)
    const rule = `type='signal',path='${of.path}',interface='${of.interface}',member='${member}'`
    await Promise.all([this.#followOwner(of.destination), this.call(theBus, 'AddMatch', 's', [rule])])
    return () => {
      // The bus keeps a rule until it is removed.
      if (this.#watches.delete(watch)) this.call(theBus, 'RemoveMatch', 's', [rule]).catch(() => undefined)
    }
  }

  /** Resolves when it is known which program has a name, from then on. */
  #followOwner(name: string): Promise<void> {
    if (name === theBus.destination || name.startsWith(':')) return Promise.resolve()
    const known = this.#followed.get(name)
    if (known !== undefined) return known
    const follow = async (): Promise<void> => {
      await this.call(theBus, 'AddMatch', 's', [`type='signal',sender='${theBus.destination}',member='NameOwnerChanged',arg0='${name}'`])
      const [owner] = await this.call(theBus, 'GetNameOwner', 's', [name]).catch(() => [''])
      // A change that came meanwhile is newer.
      if (!this.#owners.has(name)) this.#owners.set(name, String(owner))
    }
    const following = follow()
    this.#followed.set(name, following)
    return following
  }

  #isFrom(sender: string, destination: string): boolean {
    return sender === (this.#owners.get(destination) ?? destination)
  }

  /** Whether a program of that name runs, or would be started. */
  async offers(name: string): Promise<boolean> {
    const [[running], [startable]] = await Promise.all([
      this.call(theBus, 'NameHasOwner', 's', [name]),
      this.call(theBus, 'ListActivatableNames'),
    ])
    return running === true || (startable as readonly string[]).includes(name)
  }

  /** Calls back when the program of that name ends. */
  async onGone(name: string, listener: () => void): Promise<void> {
    await this.onOwner(name, (owned) => owned || listener())
  }

  /** Calls back whenever a program takes that name, or the one that had it ends. */
  async onOwner(name: string, listener: (owned: boolean) => void): Promise<void> {
    await this.watch(theBus, 'NameOwnerChanged', ([changed, , owner]) => {
      if (changed === name) listener(owner !== '')
    })
  }

  /** Whether a program has that name now. */
  async hasOwner(name: string): Promise<boolean> {
    const [owned] = await this.call(theBus, 'NameHasOwner', 's', [name])
    return owned === true
  }

  onLost(listener: (problem: string) => void): void {
    this.#lostListeners.add(listener)
  }

  /** What was called is still sent; nothing is answered. */
  close(): void {
    this.#end('closed')
    this.#native.close()
  }

  #take(event: BusEvent): void {
    if (event.kind === 'connected') this.#connected.resolve(event.name)
    else if (event.kind === 'lost') {
      const listeners = [...this.#lostListeners]
      this.#end(event.problem)
      for (const listener of listeners) listener(event.problem)
    } else if (event.kind === 'sent') {
      const call = this.#calls.get(event.number)
      if (call) call.serial = event.serial
    } else if (event.kind === 'signal') this.#signal(event)
    else if (event.kind === 'call') void this.#handle(event)
    else if (event.kind === 'reply') this.#reply(event)
    else this.#answered(event.serial)?.reject(new BusError(event.name, String(event.arguments[0] ?? event.name)))
  }

  #reply({ serial, whole, arguments: values, descriptors }: BusMessage): void {
    const call = this.#answered(serial)
    // Nobody waits for it any more, or nobody asked for files.
    if (call?.takesDescriptors !== true) for (const fd of descriptors) this.#addon.closeDescriptor(fd)
    if (whole) call?.resolve(values)
    else call?.reject(new BusError(limitsExceeded, 'The answer is too long'))
  }

  #signal(message: BusMessage): void {
    if (!message.whole) return
    if (message.member === 'NameOwnerChanged' && message.sender === theBus.destination) {
      const [name, , owner] = message.arguments as readonly [string, string, string]
      if (this.#followed.has(name)) this.#owners.set(name, owner)
    }
    for (const watch of [...this.#watches]) {
      if (!this.#isFrom(message.sender, watch.destination)) continue
      if (watch.member !== message.member || watch.interface !== message.interface || watch.path !== message.path) continue
      watch.listener(message.arguments)
    }
  }

  /** Whatever is wrong with a call, or with the answer to it, ends that call alone. */
  async #handle(call: Extract<BusEvent, { kind: 'call' }>): Promise<void> {
    const answer = (send: () => boolean): void => {
      if (call.answered && this.#lost === undefined) send()
    }
    const fail = (error: unknown): void => {
      const { code, message } = error instanceof BusError ? error : new BusError(failed, (error as Error).message)
      answer(() => this.#native.fail(call.serial, call.sender, code, message))
    }
    if (!call.whole) return fail(new BusError(limitsExceeded, 'The call has too many values'))
    if (this.#handled >= maxHandled) return fail(new BusError(limitsExceeded, 'Too many calls at once'))
    this.#handled++
    try {
      const { signature, values } = await callOf(this.#objects, call)
      answer(() => this.#native.reply(call.serial, call.sender, signature, values))
    } catch (error) {
      fail(error)
    } finally {
      this.#handled--
    }
  }

  /** The call that is answered, no longer waited for. */
  #answered(serial: number): Call | undefined {
    for (const [number, call] of this.#calls) {
      if (call.serial !== serial) continue
      this.#calls.delete(number)
      clearTimeout(call.timer)
      return call
    }
    return undefined
  }

  #end(problem: string): void {
    this.#lost ??= problem
    this.#watches.clear()
    this.#objects.clear()
    this.#lostListeners.clear()
    const error = new BusError('lost', problem)
    this.#connected.reject(error)
    for (const call of this.#calls.values()) {
      clearTimeout(call.timer)
      call.reject(error)
    }
    this.#calls.clear()
  }
}
