import type { BrowserWindow, WebContents } from 'electron'
import type { Display } from '../placement.ts'
import {
  noWindow,
  type OpenedWindow,
  type SeenWindow,
  type WindowEnd,
  type WindowLook,
  type WindowSystem,
} from '../windows/window-system.ts'
import type { ElectronApi } from './electron-api.ts'
import { pagePreferences } from './guard.ts'

/** How long until a page is loaded again that could not be: its host may be starting, ms. */
const retryMs = 1000
/** Chromium's error of a navigation that another one replaced. */
const aborted = -3
const minSize = { minWidth: 360, minHeight: 240 }
/** Windows at once: beyond that a page opens them, not a person. */
const maxWindows = 40

export interface ElectronWindowsOptions {
  /** Script that gives the main window its bridge. */
  readonly preload: string
  /** A person closes the main window: whether it may. */
  readonly mayClose: () => boolean | Promise<boolean>
}

/** Windows of Electron, all in its one process. */
export class ElectronWindows implements WindowSystem {
  readonly #electron: Pick<ElectronApi, 'BrowserWindow' | 'screen'>
  readonly #options: ElectronWindowsOptions
  readonly #windows = new Map<OpenedWindow, BrowserWindow>()
  #main: BrowserWindow | undefined

  constructor(electron: Pick<ElectronApi, 'BrowserWindow' | 'screen'>, options: ElectronWindowsOptions) {
    this.#electron = electron
    this.#options = options
  }

  isMain(contents: WebContents): boolean {
    return this.#main?.webContents === contents
  }

  /** The main window, for dialogs that belong to it. */
  get main(): BrowserWindow | undefined {
    return this.#main
  }

  async displays(): Promise<readonly Display[]> {
    const { screen } = this.#electron
    const primary = screen.getPrimaryDisplay().id
    return screen.getAllDisplays().map(({ id, label, bounds }, index) => {
      const { x, y, width, height } = bounds
      return { id: String(id), name: label || `Display ${index + 1}`, bounds: { x, y, width, height }, primary: id === primary }
    })
  }

  async look(window: OpenedWindow): Promise<SeenWindow | undefined> {
    const shown = this.#windows.get(window)
    if (shown === undefined || shown.isDestroyed()) return undefined
    const { x, y, width, height } = shown.getNormalBounds()
    return {
      bounds: { x, y, width, height },
      maximised: shown.isMaximized(),
      fullScreen: shown.isFullScreen(),
      hidden: shown.isMinimized() || !shown.isVisible(),
    }
  }

  async raise(window: OpenedWindow): Promise<boolean> {
    const shown = this.#windows.get(window)
    if (shown === undefined || shown.isDestroyed()) return false
    if (shown.isMinimized()) shown.restore()
    shown.show()
    shown.focus()
    return true
  }

  async open(url: string, { view, placement }: WindowLook): Promise<OpenedWindow> {
    if (this.#isFull()) return noWindow('too many windows are open')
    const isMain = view.kind === 'main'
    const shown = new this.#electron.BrowserWindow({
      ...(placement?.bounds ?? { width: 1280, height: 800 }),
      ...minSize,
      fullscreen: placement?.fullScreen ?? false,
      show: false,
      autoHideMenuBar: true,
      webPreferences: { ...pagePreferences, ...(isMain && { preload: this.#options.preload }) },
    })
    shown.once('ready-to-show', () => {
      if (placement?.maximised) shown.maximize()
      shown.show()
    })
    const ended = Promise.withResolvers<WindowEnd>()
    const window: OpenedWindow = {
      kind: 'electron',
      onClosed: (listener) => void ended.promise.then(listener),
      close: () => shown.destroy(),
    }
    this.#windows.set(window, shown)
    if (isMain) {
      this.#main = shown
      this.#askToClose(shown)
    }
    shown.webContents.on('render-process-gone', (_event, { reason }) => {
      ended.resolve(reason === 'clean-exit' ? 'closed' : 'crashed')
      shown.destroy()
    })
    shown.on('closed', () => {
      this.#windows.delete(window)
      if (this.#main === shown) this.#main = undefined
      ended.resolve('closed')
    })
    this.#load(shown, url)
    return window
  }

  /** Opens a page of the host that is not a view of the program, for example an overlay: without a bridge, and nothing of it is kept. */
  openPage(url: string): void {
    if (this.#isFull()) return
    const shown = new this.#electron.BrowserWindow({
      width: 1280,
      height: 800,
      ...minSize,
      autoHideMenuBar: true,
      webPreferences: pagePreferences,
    })
    this.#load(shown, url)
  }

  close(): void {
    for (const shown of this.#electron.BrowserWindow.getAllWindows()) shown.destroy()
  }

  #isFull(): boolean {
    return this.#electron.BrowserWindow.getAllWindows().length >= maxWindows
  }

  /** Loads a page, again and again while nothing answers. */
  #load(shown: BrowserWindow, url: string): void {
    shown.webContents.on('did-fail-load', (_event, code, _text, failed, isMainFrame) => {
      if (!isMainFrame || code === aborted) return
      // An empty window says more than none.
      shown.show()
      setTimeout(() => {
        if (!shown.isDestroyed()) shown.loadURL(failed || url).catch(() => undefined)
      }, retryMs)
    })
    // What it rejects with comes as the event above.
    shown.loadURL(url).catch(() => undefined)
  }

  /** Closing asks first; the page itself is not asked as well. */
  #askToClose(shown: BrowserWindow): void {
    let may = false
    let asking = false
    shown.webContents.on('will-prevent-unload', (event) => event.preventDefault())
    shown.on('close', (event) => {
      if (may) return
      const answer = asking ? false : this.#options.mayClose()
      if (answer === true) return
      event.preventDefault()
      if (asking || answer === false) return
      asking = true
      void answer
        .catch(() => true)
        .then((yes) => {
          asking = false
          may = yes
          if (yes && !shown.isDestroyed()) shown.close()
        })
    })
  }
}
