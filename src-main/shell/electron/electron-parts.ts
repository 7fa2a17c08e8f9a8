import type { MenuItemConstructorOptions, NativeImage, Notification } from 'electron'
import type { DesktopParts, MenuItem, MenuLine, Notice, TrayLook, TrayView } from '../parts.ts'
import { trayImage } from '../tray/tray-image.ts'
import type { ElectronApi } from './electron-api.ts'
import { Shortcuts } from './shortcuts.ts'

/** Side of the icon in a panel of usual density, pixels; twice that for others. */
const iconSize = 16
/** Notifications whose clicks still work. */
const maxShown = 20

type Parts = Pick<ElectronApi, 'globalShortcut' | 'Menu' | 'nativeImage' | 'Notification' | 'powerSaveBlocker' | 'shell' | 'Tray'>

/** The parts of a desktop by Electron, on every system. */
export function openElectronParts(electron: Parts): DesktopParts {
  const tray = new PanelIcon(electron)
  const power = new AwakeMachine(electron)
  const notifications = new Messages(electron)
  const hotkeys = new Shortcuts(electron.globalShortcut)
  return {
    tray,
    power,
    notifications,
    hotkeys,
    // A folder is opened, never a program in it.
    files: { openFolder: (folder) => void electron.shell.openPath(folder) },
    async close() {
      power.keepAwake(undefined)
      hotkeys.take([], () => undefined)
      tray.close()
      notifications.close()
    },
  }
}

class PanelIcon {
  readonly #electron: Parts
  #tray: InstanceType<Parts['Tray']> | undefined
  #act: () => void = () => undefined
  /** What a click on an item does now, by key: a menu that is open may be older. */
  readonly #acts = new Map<string, () => void>()
  #shown = ''

  constructor(electron: Parts) {
    this.#electron = electron
  }

  show({ look, title, text, menu, act }: TrayView): void {
    this.#act = act
    if (this.#tray === undefined) {
      this.#tray = new this.#electron.Tray(this.#image(look))
      this.#tray.on('click', () => this.#act())
    }
    this.#acts.clear()
    this.#note(menu)
    // Some panels close an open menu when it is replaced: it is only when it looks different.
    const shown = JSON.stringify({ look, title, text, menu })
    if (shown === this.#shown) return
    this.#shown = shown
    this.#tray.setImage(this.#image(look))
    this.#tray.setToolTip(`${title}: ${text}`)
    this.#tray.setContextMenu(this.#electron.Menu.buildFromTemplate(menu.map((entry) => this.#templateOf(entry))))
  }

  close(): void {
    this.#tray?.destroy()
    this.#tray = undefined
  }

  #note(entries: readonly (MenuItem | MenuLine)[]): void {
    for (const entry of entries) {
      if ('line' in entry) continue
      if (entry.act !== undefined) this.#acts.set(entry.key, entry.act)
      this.#note(entry.items ?? [])
    }
  }

  #templateOf(entry: MenuItem | MenuLine): MenuItemConstructorOptions {
    if ('line' in entry) return { type: 'separator' }
    const { key, label, enabled = true, mark, on = false, items } = entry
    return {
      // An ampersand would mark a letter as its key.
      label: label.replaceAll('&', '&&'),
      enabled,
      ...(mark && { type: mark === 'check' ? 'checkbox' : 'radio', checked: on }),
      ...(items ? { submenu: items.map((each) => this.#templateOf(each)) } : { click: () => this.#acts.get(key)?.() }),
    }
  }

  #image(look: TrayLook): NativeImage {
    const image = this.#electron.nativeImage.createEmpty()
    for (const scaleFactor of [1, 2]) {
      const side = iconSize * scaleFactor
      image.addRepresentation({ scaleFactor, width: side, height: side, buffer: toBitmap(trayImage(look, side)) })
    }
    return image
  }
}

/** Alpha, red, green, blue to what Electron takes: blue, green, red, alpha, multiplied with alpha. */
export function toBitmap(argb: Uint8Array): Buffer {
  const bitmap = Buffer.alloc(argb.length)
  for (let at = 0; at < argb.length; at += 4) {
    const alpha = argb[at]!
    for (let part = 0; part < 3; part++) bitmap[at + 2 - part] = Math.round((argb[at + 1 + part]! * alpha) / 255)
    bitmap[at + 3] = alpha
  }
  return bitmap
}

class AwakeMachine {
  readonly #electron: Parts
  #id: number | undefined

  constructor(electron: Parts) {
    this.#electron = electron
  }

  keepAwake(reason: string | undefined): void {
    if ((reason === undefined) === (this.#id === undefined)) return
    const { powerSaveBlocker } = this.#electron
    if (this.#id !== undefined) powerSaveBlocker.stop(this.#id)
    this.#id = reason === undefined ? undefined : powerSaveBlocker.start('prevent-display-sleep')
  }
}

class Messages {
  readonly #electron: Parts
  /** Shown ones by key, the oldest first: one that is collected does not answer clicks. */
  readonly #shown = new Map<string, Notification>()

  constructor(electron: Parts) {
    this.#electron = electron
  }

  notify({ key, title, text, urgent, actions }: Notice): void {
    const { Notification } = this.#electron
    if (!Notification.isSupported()) return
    this.#shown.get(key)?.close()
    const shown = new Notification({
      title,
      body: text,
      urgency: urgent ? 'critical' : 'normal',
      actions: actions.map(({ label }) => ({ type: 'button', text: label })),
    })
    shown.on('click', () => actions[0]?.act())
    shown.on('action', (details) => actions[details.actionIndex]?.act())
    shown.on('close', () => {
      if (this.#shown.get(key) === shown) this.#shown.delete(key)
    })
    this.#shown.delete(key)
    this.#shown.set(key, shown)
    const [oldest] = this.#shown.keys()
    if (this.#shown.size > maxShown && oldest !== undefined) this.#shown.delete(oldest)
    shown.show()
  }

  close(): void {
    for (const shown of this.#shown.values()) shown.close()
    this.#shown.clear()
  }
}
