import type { MessageBus, RemoteObject } from '../../platform/message-bus/message-bus.ts'
import type { PowerPart } from '../parts.ts'

const screenSaver: RemoteObject = {
  destination: 'org.freedesktop.ScreenSaver',
  path: '/org/freedesktop/ScreenSaver',
  interface: 'org.freedesktop.ScreenSaver',
}
const portal: RemoteObject = {
  destination: 'org.freedesktop.portal.Desktop',
  path: '/org/freedesktop/portal/desktop',
  interface: 'org.freedesktop.portal.Inhibit',
}
/** Of the portal: suspend and idle. */
const suspendAndIdle = 4 | 8

/** Keeps the machine awake by the screen saver of the desktop, or by the portal if that is missing; asks again where that was restarted. */
export class Inhibitor implements PowerPart {
  readonly #bus: MessageBus
  readonly #product: string
  /** Takes back what was asked for. */
  #release: (() => Promise<unknown>) | undefined
  /** Name of the program that knows of it. */
  #through: string | undefined
  #isFollowing = false
  #reason: string | undefined
  #last: Promise<unknown> = Promise.resolve()

  constructor(bus: MessageBus, product: string) {
    this.#bus = bus
    this.#product = product
  }

  keepAwake(reason: string | undefined): void {
    if (reason === this.#reason) return
    this.#reason = reason
    this.#follow()
    this.#last = this.#last.then(() => this.#ask(reason)).catch(() => undefined)
  }

  /** Resolves when the machine may sleep again. */
  async close(): Promise<void> {
    this.keepAwake(undefined)
    await this.#last
  }

  /** What programs were asked ends with them. */
  #follow(): void {
    if (this.#isFollowing) return
    this.#isFollowing = true
    for (const { destination } of [screenSaver, portal])
      this.#bus.onOwner(destination, (owned) => this.#onOwner(destination, owned)).catch(() => undefined)
  }

  #onOwner(destination: string, owned: boolean): void {
    if (this.#through === destination) {
      this.#through = undefined
      this.#release = undefined
    } else if (this.#through !== undefined || !owned) return
    this.#last = this.#last
      .then(() => (this.#through === undefined && this.#reason !== undefined ? this.#ask(this.#reason) : undefined))
      .catch(() => undefined)
  }

  async #ask(reason: string | undefined): Promise<void> {
    const release = this.#release
    this.#release = undefined
    this.#through = undefined
    await release?.().catch(() => undefined)
    if (reason === undefined) return
    try {
      const [cookie] = await this.#bus.call(screenSaver, 'Inhibit', 'ss', [this.#product, reason])
      this.#release = () => this.#bus.call(screenSaver, 'UnInhibit', 'u', [cookie])
      this.#through = screenSaver.destination
    } catch {
      const options = { reason: { signature: 's', value: reason } }
      const [request] = await this.#bus.call(portal, 'Inhibit', 'sua{sv}', ['', suspendAndIdle, options])
      const handle: RemoteObject = { ...portal, path: String(request), interface: 'org.freedesktop.portal.Request' }
      this.#release = () => this.#bus.call(handle, 'Close')
      this.#through = portal.destination
    }
  }
}
