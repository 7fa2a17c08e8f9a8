/**
 * The Electron double: a module that is loaded in the place of `electron`, so that the built main file runs unmodified in plain Node where
 * Electron's binary is missing. It keeps what it is asked for, checks nothing of its own, and does what Electron documents, no more. Tests
 * drive it over the channel of the process: see `DoubleCommand`.
 */
import { EventEmitter } from 'node:events'
import { mkdirSync, rmSync } from 'node:fs'
import { createConnection, createServer, type Server } from 'node:net'
import { join } from 'node:path'
import type { ElectronApi } from '../electron/electron-api.ts'

// biome-ignore lint/suspicious/noExplicitAny: whatever the program hands to Electron
type Options = Record<string, any>

/** What a test has the double do; each is answered with `{ id, value }` or `{ id, error }`. */
export type DoubleCommand =
  | { readonly do: 'report' }
  /** A person closes a window. */
  | { readonly do: 'close'; readonly window: number }
  /** What draws a window crashes. */
  | { readonly do: 'crash'; readonly window: number }
  /** A person chooses an entry of the icon's menu. */
  | { readonly do: 'menu'; readonly label: string }
  /** A person clicks a notification. */
  | { readonly do: 'notification'; readonly title: string }
  /** How a person answers the next dialog: the label of a button, or paths. */
  | { readonly do: 'answer'; readonly button?: string; readonly paths?: readonly string[] }
  /** The page of a window goes to, or opens, a URL. Answers whether it may. */
  | { readonly do: 'navigate' | 'redirect' | 'open'; readonly window: number; readonly url: string; readonly isMainFrame?: boolean }
  | { readonly do: 'webview'; readonly window: number }
  | { readonly do: 'permission'; readonly window: number; readonly permission: string; readonly url: string; readonly isMainFrame: boolean }
  | { readonly do: 'device' }
  /** A frame calls the bridge. */
  | {
      readonly do: 'invoke'
      readonly window: number
      readonly channel: string
      readonly takes: unknown
      readonly frame: DoubleFrame | null
    }
  | { readonly do: 'headers'; readonly url: string; readonly resourceType: string; readonly headers: Record<string, string[]> }
  | { readonly do: 'download'; readonly url: string }
  | { readonly do: 'certificate' }
  | { readonly do: 'shortcut'; readonly accelerator: string }
  | { readonly do: 'emit'; readonly event: string; readonly value: string }

/** A frame that calls: its URL, and whether it is inside another. */
export interface DoubleFrame {
  readonly url: string
  readonly isInside: boolean
}

/** What the double was asked for. */
export interface DoubleReport {
  readonly windows: readonly {
    readonly id: number
    readonly url: string
    readonly visible: boolean
    readonly bounds: { readonly x: number; readonly y: number; readonly width: number; readonly height: number }
    readonly fullScreen: boolean
    readonly preferences: Options
  }[]
  readonly icon: { readonly text: string; readonly menu: readonly Options[] } | null
  readonly dialogs: readonly Options[]
  readonly notifications: readonly Options[]
  readonly outside: readonly string[]
  readonly awake: boolean
  readonly sandbox: boolean
  readonly shortcuts: readonly string[]
  readonly webPreferencesOfAll: readonly Options[]
}

const dialogs: Options[] = []
const notifications: Notification[] = []
const outside: string[] = []
const blockers = new Set<number>()
const everyPreferences: Options[] = []
const answers: { button?: string | undefined; paths?: readonly string[] | undefined }[] = []
const waiting: ((answer: { button?: string | undefined; paths?: readonly string[] | undefined }) => void)[] = []
// An installed program is not given its main file.
if (process.env.ELECTRON_DOUBLE_RESOURCES !== undefined) process.argv.splice(1, 1)

let sandboxed = false
let nextId = 1

class App extends EventEmitter {
  readonly isPackaged = process.env.ELECTRON_DOUBLE_RESOURCES !== undefined
  readonly #paths = new Map<string, string>()
  #server: Server | undefined

  setPath(name: string, path: string): void {
    this.#paths.set(name, path)
  }

  getPath(name: string): string {
    return this.#paths.get(name) ?? ''
  }

  enableSandbox(): void {
    sandboxed = true
  }

  setAsDefaultProtocolClient(): boolean {
    return true
  }

  /** As Electron: the first process of a folder has the lock, the others hand it what they were started with. */
  requestSingleInstanceLock(data: unknown): boolean {
    const socket = join(this.getPath('userData'), 'lock')
    mkdirSync(this.getPath('userData'), { recursive: true })
    if (process.env.ELECTRON_DOUBLE_SECOND === '1') {
      const connection = createConnection(socket)
      connection.end(JSON.stringify(data))
      connection.on('close', () => process.exit(0))
      return false
    }
    rmSync(socket, { force: true })
    this.#server = createServer((connection) => {
      let text = ''
      connection.setEncoding('utf8').on('data', (part: string) => {
        text += part
      })
      connection.on('end', () => this.emit('second-instance', {}, [], '', JSON.parse(text)))
    }).listen(socket)
    return true
  }

  whenReady(): Promise<void> {
    return Promise.resolve()
  }

  quit(): void {
    const event = eventOf()
    this.emit('before-quit', event)
    if (!event.defaultPrevented) this.exit(0)
  }

  exit(code = 0): void {
    // The other process of a folder has handed over what it was started with.
    if (process.env.ELECTRON_DOUBLE_SECOND === '1') return
    this.#server?.close()
    process.exit(code)
  }
}

function eventOf<More extends object>(more?: More) {
  const event = {
    defaultPrevented: false,
    preventDefault() {
      event.defaultPrevented = true
    },
    ...more,
  }
  return event
}

class WebContents extends EventEmitter {
  opens: ((details: { url: string }) => { action: string }) | undefined
  url = ''

  setWindowOpenHandler(handler: (details: { url: string }) => { action: string }): void {
    this.opens = handler
  }

  getURL(): string {
    return this.url
  }
}

export class BrowserWindow extends EventEmitter {
  static readonly all = new Map<number, BrowserWindow>()
  readonly id = nextId++
  readonly webContents = new WebContents()
  readonly preferences: Options
  #bounds: { x: number; y: number; width: number; height: number }
  #fullScreen: boolean
  #maximised = false
  #visible: boolean
  #destroyed = false

  constructor(options: Options) {
    super()
    const { x = 10, y = 10, width, height, fullscreen = false, show = true, webPreferences } = options
    this.#bounds = { x, y, width, height }
    this.#fullScreen = fullscreen
    this.#visible = show
    this.preferences = webPreferences
    everyPreferences.push(webPreferences)
    BrowserWindow.all.set(this.id, this)
    app.emit('web-contents-created', {}, this.webContents)
  }

  static getAllWindows(): BrowserWindow[] {
    return [...BrowserWindow.all.values()]
  }

  static fromWebContents(contents: WebContents): BrowserWindow | null {
    return BrowserWindow.getAllWindows().find((each) => each.webContents === contents) ?? null
  }

  async loadURL(url: string): Promise<void> {
    this.webContents.url = url
    try {
      await fetch(url, { signal: AbortSignal.timeout(10_000) }).then((reply) => reply.body?.cancel())
      this.emit('ready-to-show')
    } catch (error) {
      this.webContents.emit('did-fail-load', {}, -102, String(error), url, true)
      throw error
    }
  }

  close(): void {
    const event = eventOf()
    this.emit('close', event)
    if (!event.defaultPrevented) this.destroy()
  }

  destroy(): void {
    if (this.#destroyed) return
    this.#destroyed = true
    BrowserWindow.all.delete(this.id)
    this.emit('closed')
    if (BrowserWindow.all.size === 0) app.emit('window-all-closed')
  }

  isDestroyed = (): boolean => this.#destroyed
  getNormalBounds = () => this.#bounds
  isMaximized = (): boolean => this.#maximised
  isFullScreen = (): boolean => this.#fullScreen
  isMinimized = (): boolean => false
  isVisible = (): boolean => this.#visible
  restore = (): void => undefined
  focus = (): void => void this.emit('focus')
  maximize(): void {
    this.#maximised = true
  }
  show(): void {
    this.#visible = true
  }

  report(): DoubleReport['windows'][number] {
    const { id, preferences } = this
    return { id, url: this.webContents.url, visible: this.#visible, bounds: this.#bounds, fullScreen: this.#fullScreen, preferences }
  }
}

class Notification extends EventEmitter {
  readonly options: Options
  constructor(options: Options) {
    super()
    this.options = options
  }
  static isSupported(): boolean {
    return true
  }
  show(): void {
    notifications.push(this)
  }
  close(): void {
    this.emit('close')
  }
}

let icon: Tray | undefined
class Tray extends EventEmitter {
  text = ''
  menu: readonly Options[] = []
  constructor() {
    super()
    icon = this
  }
  setImage(): void {}
  setToolTip(text: string): void {
    this.text = text
  }
  setContextMenu(menu: { readonly template: readonly Options[] }): void {
    this.menu = menu.template
  }
  destroy(): void {
    icon = undefined
  }
}

const Menu = {
  buildFromTemplate: (template: readonly Options[]) => ({ template }),
  setApplicationMenu: () => undefined,
}

async function answerOf(options: Options): Promise<{ button?: string | undefined; paths?: readonly string[] | undefined }> {
  dialogs.push(options)
  const known = answers.shift()
  return known ?? new Promise((resolve) => waiting.push(resolve))
}

const dialog = {
  /** As Electron does on Linux before the app is ready. */
  showErrorBox(title: string, content: string) {
    process.stderr.write(`${title}\n${content}\n`)
  },
  async showMessageBox(...given: Options[]) {
    const options = given.at(-1)!
    const { button } = await answerOf(options)
    return { response: button === undefined ? options.cancelId : options.buttons.indexOf(button) }
  },
  async showOpenDialog(_window: unknown, options: Options) {
    const { paths = [] } = await answerOf(options)
    return { canceled: paths.length === 0, filePaths: paths }
  },
}

const handlers = new Map<string, (event: unknown, takes: unknown) => Promise<unknown>>()
const ipcMain = {
  handle(channel: string, handler: (event: unknown, takes: unknown) => Promise<unknown>): void {
    handlers.set(channel, handler)
  },
}

class Session extends EventEmitter {
  request: ((contents: unknown, permission: string, answer: (yes: boolean) => void, details: Options) => void) | undefined
  check: ((contents: unknown, permission: string, origin: string, details: Options) => boolean) | undefined
  device: (() => boolean) | undefined
  headers: ((details: Options, answer: (reply: Options) => void) => void) | undefined
  setPermissionRequestHandler(handler: Session['request']): void {
    this.request = handler
  }
  setPermissionCheckHandler(handler: Session['check']): void {
    this.check = handler
  }
  setDevicePermissionHandler(handler: Session['device']): void {
    this.device = handler
  }
  readonly webRequest = {
    onHeadersReceived: (handler: Session['headers']): void => {
      this.headers = handler
    },
  }
}

const defaultSession = new Session()
const shortcuts = new Map<string, () => void>()
const primary = { id: 1, label: 'Left', bounds: { x: 0, y: 0, width: 1280, height: 720 } }
const second = { id: 2, label: 'Right', bounds: { x: 1280, y: 0, width: 1280, height: 720 } }
const app = new App()

const double = {
  app,
  BrowserWindow,
  dialog,
  globalShortcut: {
    register(accelerator: string, act: () => void): boolean {
      if (shortcuts.has(accelerator)) return false
      shortcuts.set(accelerator, act)
      return true
    },
    unregister: (accelerator: string): void => void shortcuts.delete(accelerator),
    unregisterAll: (): void => shortcuts.clear(),
  },
  ipcMain,
  Menu,
  nativeImage: { createEmpty: () => ({ addRepresentation: () => undefined }) },
  Notification,
  powerSaveBlocker: {
    start(): number {
      const id = nextId++
      blockers.add(id)
      return id
    },
    stop: (id: number): void => void blockers.delete(id),
  },
  screen: { getAllDisplays: () => [primary, second], getPrimaryDisplay: () => primary },
  session: { defaultSession },
  shell: {
    openExternal: async (url: string): Promise<void> => void outside.push(url),
    openPath: async (path: string): Promise<string> => {
      outside.push(path)
      return ''
    },
  },
  Tray,
} satisfies Record<keyof ElectronApi, unknown>

/** What a test asked for. */
async function run(command: DoubleCommand): Promise<unknown> {
  switch (command.do) {
    case 'report':
      return {
        windows: BrowserWindow.getAllWindows().map((each) => each.report()),
        icon: icon === undefined ? null : { text: icon.text, menu: icon.menu },
        dialogs,
        notifications: notifications.map(({ options }) => options),
        outside,
        awake: blockers.size > 0,
        sandbox: sandboxed,
        shortcuts: [...shortcuts.keys()],
        webPreferencesOfAll: everyPreferences,
      } satisfies DoubleReport
    case 'close':
      return BrowserWindow.all.get(command.window)?.close()
    case 'crash':
      return void BrowserWindow.all.get(command.window)?.webContents.emit('render-process-gone', {}, { reason: 'crashed' })
    case 'menu':
      return itemOf(icon?.menu ?? [], command.label).click()
    case 'notification':
      return void notifications.findLast(({ options }) => options.title === command.title)!.emit('click')
    case 'answer': {
      const next = waiting.shift()
      if (next === undefined) answers.push(command)
      else next(command)
      return undefined
    }
    case 'navigate':
    case 'redirect': {
      const event = eventOf({ url: command.url, isMainFrame: command.isMainFrame ?? true })
      contentsOf(command.window).emit(command.do === 'navigate' ? 'will-navigate' : 'will-redirect', event)
      return !event.defaultPrevented
    }
    case 'open':
      return contentsOf(command.window).opens?.({ url: command.url }).action ?? 'allow'
    case 'webview': {
      const event = eventOf()
      contentsOf(command.window).emit('will-attach-webview', event, {}, {})
      return !event.defaultPrevented
    }
    case 'permission': {
      const { permission, url, isMainFrame } = command
      const contents = contentsOf(command.window)
      const requested = new Promise<boolean>((resolve) =>
        defaultSession.request!(contents, permission, resolve, { requestingUrl: url, isMainFrame }),
      )
      return { request: await requested, check: defaultSession.check!(contents, permission, URL.parse(url)?.origin ?? '', { isMainFrame }) }
    }
    case 'device':
      return defaultSession.device!()
    case 'invoke': {
      const { frame } = command
      const senderFrame = frame && { url: frame.url, parent: frame.isInside ? {} : null }
      return handlers.get(command.channel)!({ senderFrame, sender: contentsOf(command.window) }, command.takes)
    }
    case 'headers':
      return new Promise((resolve) =>
        defaultSession.headers!({ url: command.url, resourceType: command.resourceType, responseHeaders: command.headers }, resolve),
      )
    case 'download': {
      const event = eventOf()
      defaultSession.emit('will-download', event, { getURL: () => command.url })
      return !event.defaultPrevented
    }
    case 'certificate':
      return new Promise((resolve) => app.emit('certificate-error', eventOf(), {}, '', '', {}, resolve))
    case 'shortcut':
      return shortcuts.get(command.accelerator)!()
    case 'emit':
      return void app.emit(command.event, eventOf(), command.value)
  }
}

const contentsOf = (window: number): WebContents => BrowserWindow.all.get(window)!.webContents

function itemOf(menu: readonly Options[], label: string): Options {
  const found = menu.flatMap((entry) => [entry, ...(entry.submenu ?? [])]).find((entry) => entry.label === label)
  if (found === undefined) throw new Error(`The menu has no ${label}: ${menu.map((entry) => entry.label)}`)
  return found
}

process.on('message', (message: { id: number; command: DoubleCommand }) => {
  run(message.command).then(
    (value) => process.send!({ id: message.id, value: value ?? null }),
    (error: Error) => process.send!({ id: message.id, error: error.message }),
  )
})

const { globalShortcut, nativeImage, powerSaveBlocker, screen, session, shell } = double

export { app, dialog, globalShortcut, ipcMain, Menu, Notification, nativeImage, powerSaveBlocker, screen, session, shell, Tray }
