import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Display, displayOf, placeWindow, type WindowState } from '../placement.ts'
import type { Shell, ShellCommand, ShellState, ShellWindow, Shown, WantedWindow } from '../shell-messages.ts'
import { markMain, pathOf, type WindowView, windowId } from '../window-view.ts'
import { adoptWindowProgram } from './window-program.ts'
import { WindowStore } from './window-store.ts'
import { noWindow, type OpenedWindow, type OpenWindow, type WindowEnd, type WindowSystem } from './window-system.ts'

export interface DesktopWindowsOptions {
  readonly dataDir: string
  /** URL of a page of the host for a window on this machine, with a one-time sign-in where one is needed. */
  readonly urlOf: (path: string) => Promise<string>
  readonly open: OpenWindow
  readonly system: WindowSystem
  /** Other windows are open than before, or elsewhere. */
  readonly onChange: () => void
  /** The main window is open, with its process; null: it is not. */
  readonly onMainProcess?: (pid: number | null) => void
  /** The main window was closed by a person, or could not be shown. */
  readonly onMainClosed: (how: Exclude<WindowEnd, 'handed-over'>) => void
}

interface Open {
  readonly view: WindowView
  readonly window: OpenedWindow
  reopens: boolean
  state: WindowState | undefined
}

/** How often windows are looked at, ms. */
const lookMs = 1500
/** A window that crashed comes back so often within a minute. */
const maxCrashes = 3
const crashesMs = 60_000
const mainSize = { width: 1280, height: 800 }
const sideSize = { width: 960, height: 640 }

/** The windows of the program on this desktop, each opened where it was: browsers of their own, or Electron's. */
export class DesktopWindows implements Shell {
  readonly #options: DesktopWindowsOptions
  readonly #store: WindowStore
  readonly #open = new Map<string, Open>()
  /** Ids of windows that are on their way. */
  readonly #opening = new Map<string, Promise<OpenedWindow>>()
  readonly #crashesMs = new Map<string, number[]>()
  readonly #timer: NodeJS.Timeout
  #displays: readonly Display[] = []
  #stopped = false
  #looking = false

  constructor(options: DesktopWindowsOptions) {
    this.#options = options
    this.#store = new WindowStore(options.dataDir)
    this.#timer = setInterval(() => void this.#look(), lookMs)
    this.#timer.unref()
  }

  state(): ShellState {
    const windows = [...this.#open].map(([id, { view, state, reopens }]): ShellWindow => {
      return { id, view, fullScreen: state?.fullScreen ?? false, display: state?.display?.id ?? null, reopens }
    })
    return { displays: [...this.#displays], windows }
  }

  async run(command: ShellCommand): Promise<Shown | undefined> {
    switch (command.kind) {
      case 'open': {
        const window = await this.open(command)
        if (window.kind === 'none') throw new Error(`There is no window: ${window.reason}`)
        return undefined
      }
      case 'show':
        return this.show(command.path)
      case 'close':
        this.#of(command.window).window.close()
        return undefined
      case 'keep': {
        const open = this.#of(command.window)
        open.reopens = command.reopens
        this.#remember(command.window, open)
        this.#options.onChange()
        return undefined
      }
    }
  }

  /** Brings the main window to the front, or opens it at that path. */
  async show(path: string): Promise<Shown> {
    const main = this.#open.get('main')
    if (main !== undefined) {
      await this.#options.system.raise(main.window)
      return 'raised'
    }
    const window = await this.open({ view: { kind: 'main' } }, path)
    if (window.kind === 'none') throw new Error(`There is no window: ${window.reason}`)
    return 'opened'
  }

  /** Opens a view where it was, or where it is wanted; an open one is opened again there, or comes to the front. */
  async open(wanted: WantedWindow, path?: string): Promise<OpenedWindow> {
    const id = windowId(wanted.view)
    const known = this.#open.get(id)
    if (known !== undefined && wanted.display === undefined && wanted.fullScreen === undefined) {
      await this.#options.system.raise(known.window)
      return known.window
    }
    const opening = this.#opening.get(id)
    if (opening !== undefined) return opening
    const work = this.#start(id, wanted, path).finally(() => this.#opening.delete(id))
    this.#opening.set(id, work)
    return work
  }

  /** Takes over what an earlier process left open; opens what is to be open with each start. */
  async resume(): Promise<void> {
    for (const [id, { view, pid, reopens, state }] of this.#store.all()) {
      if (this.#open.has(id)) continue
      const left = pid === undefined || !this.#isWindow(pid, id) ? undefined : adoptWindowProgram(pid)
      if (left !== undefined) this.#add(id, { view, window: left, reopens, state })
      else if (reopens && view.kind !== 'main') await this.open({ view, reopens })
    }
    await this.#look()
  }

  /** Takes over the main window of the host before this one. */
  adoptMain(window: OpenedWindow): void {
    const kept = this.#store.get('main')
    this.#add('main', { view: { kind: 'main' }, window, reopens: false, state: kept?.state })
  }

  /** Closes all windows; those that are to be open with each start are kept in mind. */
  stop(): void {
    this.#stopped = true
    clearInterval(this.#timer)
    this.#options.system.close()
    for (const [id, open] of this.#open) {
      this.#store.set(id, kept(open, undefined))
      open.window.close()
    }
    this.#open.clear()
  }

  async #start(id: string, wanted: WantedWindow, path: string | undefined): Promise<OpenedWindow> {
    const { urlOf, system, open } = this.#options
    const { view } = wanted
    this.#displays = await system.displays()
    const stored = this.#store.get(id)
    const known = this.#open.get(id)
    if (known !== undefined) {
      // A browser has its place when it starts: one that moves to another display starts again.
      this.#open.delete(id)
      const closed = new Promise<void>((resolve) => known.window.onClosed(() => resolve()))
      known.window.close()
      await closed
    } else if (stored?.pid !== undefined && this.#isWindow(stored.pid, id)) {
      adoptWindowProgram(stored.pid)?.close()
    }
    const usual = view.kind === 'main' ? mainSize : sideSize
    const placement = placeWindow(stored?.state, this.#displays, usual, wanted)
    const reopens = wanted.reopens ?? stored?.reopens ?? false
    const wantedPath = path ?? pathOf(view)
    // What follows the name of a host without a slash would be part of it.
    if (!wantedPath.startsWith('/')) return noWindow(`${wantedPath} is no page of the host`)
    const url = markMain(await urlOf(wantedPath), view)
    const window = await open(url, { view, profile: profileOf(id), placement })
    if (window.kind === 'none') return window
    const display = this.#displays.find((each) => each.id === placement.display)
    const state = { maximised: placement.maximised, fullScreen: placement.fullScreen }
    this.#add(id, {
      view,
      window,
      reopens,
      state: { ...state, ...(placement.bounds && { bounds: placement.bounds }), ...(display && { display }) },
    })
    return window
  }

  #add(id: string, open: Open): void {
    this.#open.set(id, open)
    this.#remember(id, open)
    if (open.view.kind === 'main') this.#options.onMainProcess?.(open.window.pid ?? null)
    open.window.onClosed((how) => {
      if (this.#stopped || this.#open.get(id) !== open) return
      this.#open.delete(id)
      this.#ended(id, open, how)
    })
    this.#options.onChange()
  }

  #ended(id: string, open: Open, how: WindowEnd): void {
    const comesBack = how === 'crashed' && this.#mayComeBack(id)
    // Whoever closes a window does not want it with the next start.
    if (how === 'closed') open.reopens = false
    this.#store.set(id, kept(open, undefined))
    if (open.view.kind === 'main') this.#options.onMainProcess?.(null)
    this.#options.onChange()
    if (comesBack) {
      this.#start(id, { view: open.view, reopens: open.reopens }, undefined).catch(() => this.#reportMain(open, 'failed'))
      return
    }
    if (how !== 'handed-over') this.#reportMain(open, how)
  }

  #reportMain(open: Open, how: Exclude<WindowEnd, 'handed-over'>): void {
    if (open.view.kind === 'main' && !this.#stopped) this.#options.onMainClosed(how)
  }

  #mayComeBack(id: string): boolean {
    const nowMs = performance.now()
    const crashes = (this.#crashesMs.get(id) ?? []).filter((atMs) => nowMs - atMs < crashesMs)
    this.#crashesMs.set(id, [...crashes, nowMs])
    return crashes.length < maxCrashes
  }

  #of(id: string): Open {
    const open = this.#open.get(id)
    if (open === undefined) throw new Error('The window is closed already')
    return open
  }

  /** Notes where windows are. */
  async #look(): Promise<void> {
    if (this.#looking || this.#stopped) return
    this.#looking = true
    try {
      const before = JSON.stringify(this.state())
      this.#displays = await this.#options.system.displays()
      for (const [id, open] of this.#open) {
        const seen = await this.#options.system.look(open.window)
        if (seen === undefined || seen.hidden || this.#open.get(id) !== open) continue
        const { bounds, maximised, fullScreen } = seen
        const display = displayOf(bounds, this.#displays)
        // What it goes back to from full screen is its size before.
        const usual = maximised || fullScreen ? open.state?.bounds : bounds
        const state: WindowState = { maximised, fullScreen, ...(usual && { bounds: usual }), ...(display && { display }) }
        if (JSON.stringify(state) === JSON.stringify(open.state)) continue
        open.state = state
        this.#remember(id, open)
      }
      if (JSON.stringify(this.state()) !== before) this.#options.onChange()
    } finally {
      this.#looking = false
    }
  }

  #remember(id: string, open: Open): void {
    this.#store.set(id, kept(open, open.window.pid))
  }

  /** True where a process is the browser of a window: numbers of processes are used again. */
  #isWindow(pid: number, id: string): boolean {
    try {
      // Chromium puts blanks in the place of the zeros between its arguments.
      const args = `${readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')} `
      return args.includes(` --user-data-dir=${join(this.#options.dataDir, profileOf(id))} `)
    } catch {
      return false
    }
  }
}

const profileOf = (id: string): string => (id === 'main' ? 'window' : `window-${id}`)

const kept = ({ view, state, reopens }: Open, pid: number | undefined) => ({ view, reopens, ...(state && { state }), ...(pid && { pid }) })
