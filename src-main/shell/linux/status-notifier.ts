import type { ExportedObject } from '../../platform/message-bus/exported-object.ts'
import type { MessageBus, RemoteObject } from '../../platform/message-bus/message-bus.ts'
import type { TrayLook, TrayPart, TrayView } from '../parts.ts'
import { trayImage } from '../tray/tray-image.ts'
import { menuPath, TrayMenu } from './tray-menu.ts'

const face = 'org.kde.StatusNotifierItem'
const path = '/StatusNotifierItem'
const watcherName = 'org.kde.StatusNotifierWatcher'
const watcher: RemoteObject = { destination: watcherName, path: '/StatusNotifierWatcher', interface: watcherName }
/** Sides of the icon, pixels: a panel takes the nearest. */
const sizes = [22, 24, 32, 48, 64]

const pixmapsOf = (look: TrayLook): unknown[] => sizes.map((size) => [size, size, trayImage(look, size)])
/** Looks that were drawn: there are eight. */
const drawn = new Map<string, unknown[]>()
function pixmaps(look: TrayLook): unknown[] {
  const key = JSON.stringify(look)
  const found = drawn.get(key) ?? pixmapsOf(look)
  drawn.set(key, found)
  return found
}

/** An icon in the panel (StatusNotifierItem). It registers again whenever a panel starts that shows such icons. */
export class StatusNotifier implements TrayPart {
  readonly #bus: MessageBus
  readonly #menu: TrayMenu
  readonly #name: string
  readonly #leave: () => void
  #view: TrayView = { look: { state: 'off', recording: false }, title: 'AMI Streams', text: '', menu: [], act: () => undefined }

  private constructor(bus: MessageBus, name: string) {
    this.#bus = bus
    this.#name = name
    this.#menu = new TrayMenu(bus)
    this.#leave = bus.export(path, this.#object())
  }

  /** Rejects where the bus is lost. Where no panel shows icons, it waits for one. */
  static async start(bus: MessageBus): Promise<StatusNotifier> {
    const name = `${face}-${process.pid}-1`
    await bus.own(name)
    const notifier = new StatusNotifier(bus, name)
    await bus.onOwner(watcherName, (owned) => {
      if (owned) notifier.#register()
    })
    if (await bus.hasOwner(watcherName)) notifier.#register()
    return notifier
  }

  show(view: TrayView): void {
    const before = this.#view
    this.#view = view
    this.#menu.show(view.menu)
    const signal = (member: string): void => this.#bus.emit(path, face, member)
    if (JSON.stringify(before.look) !== JSON.stringify(view.look)) signal('NewIcon')
    if (before.title !== view.title || before.text !== view.text) signal('NewToolTip')
  }

  close(): void {
    this.#menu.close()
    this.#leave()
  }

  #register(): void {
    // A panel that goes at this moment comes back with another start.
    this.#bus.call(watcher, 'RegisterStatusNotifierItem', 's', [this.#name]).catch(() => undefined)
  }

  #object(): ExportedObject {
    const act = {
      takes: 'ii',
      answers: '',
      handle: () => {
        this.#view.act()
        return []
      },
    }
    const ignore = (takes: string) => ({ takes, answers: '', handle: () => [] })
    const text = (read: () => string) => ({ signature: 's', read })
    const noPixmaps = { signature: 'a(iiay)', read: () => [] }
    return {
      [face]: {
        methods: {
          Activate: act,
          SecondaryActivate: act,
          ContextMenu: ignore('ii'),
          Scroll: ignore('is'),
          ProvideXdgActivationToken: ignore('s'),
        },
        properties: {
          Category: text(() => 'ApplicationStatus'),
          Id: text(() => 'ami-streams'),
          Title: text(() => this.#view.title),
          Status: text(() => 'Active'),
          WindowId: { signature: 'i', read: () => 0 },
          IconThemePath: text(() => ''),
          IconName: text(() => ''),
          IconPixmap: { signature: 'a(iiay)', read: () => pixmaps(this.#view.look) },
          OverlayIconName: text(() => ''),
          OverlayIconPixmap: noPixmaps,
          AttentionIconName: text(() => ''),
          AttentionIconPixmap: noPixmaps,
          AttentionMovieName: text(() => ''),
          ToolTip: { signature: '(sa(iiay)ss)', read: () => ['', [], this.#view.title, this.#view.text] },
          ItemIsMenu: { signature: 'b', read: () => false },
          Menu: { signature: 'o', read: () => menuPath },
        },
        signals: { NewTitle: '', NewIcon: '', NewAttentionIcon: '', NewOverlayIcon: '', NewToolTip: '', NewStatus: 's' },
      },
    }
  }
}
