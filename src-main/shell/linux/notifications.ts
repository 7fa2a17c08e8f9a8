import type { MessageBus, RemoteObject } from '../../platform/message-bus/message-bus.ts'
import type { Notice, NotificationPart } from '../parts.ts'

const name = 'org.freedesktop.Notifications'
const daemon: RemoteObject = { destination: name, path: '/org/freedesktop/Notifications', interface: name }
const urgency = { normal: 1, critical: 2 } as const
/** Notices whose buttons still work. */
const maxShown = 20

/** Markup that a daemon might read in a text of ours. */
const plain = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** Messages of the desktop (org.freedesktop.Notifications 1.2). */
export class Notifications implements NotificationPart {
  readonly #bus: MessageBus
  /** Shown ones by the daemon's id, the oldest first. */
  readonly #shown = new Map<number, Notice>()
  readonly #product: string
  /** One after the other, so that a newer one knows the id of the one that it replaces. */
  #last: Promise<unknown> = Promise.resolve()

  private constructor(bus: MessageBus, product: string) {
    this.#bus = bus
    this.#product = product
  }

  static async start(bus: MessageBus, product: string): Promise<Notifications> {
    const notifications = new Notifications(bus, product)
    await bus.watch(daemon, 'ActionInvoked', ([id, action]) => notifications.#clicked(Number(id), String(action)))
    await bus.watch(daemon, 'NotificationClosed', ([id]) => notifications.#closed(Number(id)))
    // Ids of a daemon that ended mean nothing to the next.
    await bus.onOwner(name, () => notifications.#shown.clear())
    return notifications
  }

  /** Resolves to false where the desktop shows no notifications: it is as good as any. */
  notify(notice: Notice): Promise<boolean> {
    const shown = this.#last
      .then(() => this.#show(notice))
      .then(
        () => true,
        () => false,
      )
    this.#last = shown
    return shown
  }

  async #show(notice: Notice): Promise<void> {
    const [before = 0] = [...this.#shown].find(([, { key }]) => key === notice.key) ?? []
    const actions = notice.actions.flatMap(({ key, label }, index) => [
      index === 0 ? 'default' : key,
      label,
      ...(index === 0 ? [key, label] : []),
    ])
    const hints = {
      'urgency': { signature: 'y', value: notice.urgent ? urgency.critical : urgency.normal },
      'desktop-entry': { signature: 's', value: 'ami-streams' },
    }
    const values = [this.#product, before, 'ami-streams', notice.title, plain(notice.text), actions, hints, -1]
    const [id] = await this.#bus.call(daemon, 'Notify', 'susssasa{sv}i', values)
    this.#shown.delete(before)
    this.#shown.set(Number(id), notice)
    const [oldest] = this.#shown.keys()
    if (this.#shown.size > maxShown && oldest !== undefined) this.#shown.delete(oldest)
  }

  #clicked(id: number, action: string): void {
    const actions = this.#shown.get(id)?.actions ?? []
    const found = action === 'default' ? actions[0] : actions.find(({ key }) => key === action)
    found?.act()
  }

  /** Behind the click that closed it. */
  #closed(id: number): void {
    setImmediate(() => this.#shown.delete(id))
  }
}
