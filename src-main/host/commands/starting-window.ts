import type { DesktopWindows, DesktopWindowsOptions } from '../../shell/windows/desktop-windows.ts'
import type { WaitingPage } from '../../shell/windows/waiting-page.ts'
import type { OpenedWindow, WindowEnd } from '../../shell/windows/window-system.ts'
import type { CommandContext } from './context.ts'
import { openDesktopWindows } from './desktop-session.ts'

type Listener = Pick<DesktopWindowsOptions, 'urlOf' | 'onChange' | 'onMainClosed'>

/** As long as the sign-in link in the page is valid, ms. */
const pageLifeMs = 10 * 60_000

/** What a display that does not answer may take of the host's start, ms. */
const maxOpeningMs = 500

/** Windows that are open before the host is. */
export interface StartedWindows {
  readonly windows: DesktopWindows
  readonly main: OpenedWindow
}

/**
 * The main window, which a browser opens while the host starts: both take about as long, and start beside each other. It shows a page that
 * waits, and goes on to the host's. Where Electron is installed it shows the window.
 */
export class StartingWindow {
  readonly #context: CommandContext
  readonly #dataDir: string
  #page: WaitingPage | undefined
  #opening: Promise<StartedWindows | undefined> | undefined
  #listener: Listener | undefined
  /** How it ended before anybody listened. */
  #ended: Exclude<WindowEnd, 'handed-over'> | undefined
  #windows: DesktopWindows | undefined
  #isGivenUp = false
  /** Nobody else closes it where the process ends before the host listens. */
  readonly #onExit = (): void => this.#windows?.stop()

  constructor(context: CommandContext, dataDir: string) {
    this.#context = context
    this.#dataDir = dataDir
  }

  /** The data folder is this process's: opens the window. Resolves when its program runs, cannot be started, or takes long. */
  async start(): Promise<void> {
    process.once('exit', this.#onExit)
    this.#opening = this.#open()
    // It is opened again once the host listens, and says then what is wrong.
    const opened = this.#opening.catch(() => undefined)
    const enough = Promise.withResolvers<void>()
    // Nothing else keeps this process while it waits for the display.
    const timer = setTimeout(enough.resolve, maxOpeningMs)
    await Promise.race([opened, enough.promise])
    clearTimeout(timer)
  }

  /** Has the window go to a URL of the host. */
  goOn(url: string): void {
    this.#page?.goOn(url)
  }

  /** From now on `listener` is notified. Undefined where it was not started, or could not be. */
  async take(listener: Listener): Promise<StartedWindows | undefined> {
    const started = await this.#opening?.catch(() => undefined)
    process.off('exit', this.#onExit)
    if (started === undefined) return undefined
    this.#listener = listener
    setTimeout(() => this.#page?.remove(), pageLifeMs).unref()
    const ended = this.#ended
    // Who takes it has it in hand first.
    if (ended !== undefined) setImmediate(() => listener.onMainClosed(ended))
    return started
  }

  /** The host does not start. */
  async giveUp(): Promise<void> {
    this.#isGivenUp = true
    process.off('exit', this.#onExit)
    await this.#opening?.catch(() => undefined)
    this.#windows?.stop()
    this.#page?.remove()
  }

  async #open(): Promise<StartedWindows | undefined> {
    const [{ findElectron }, { WaitingPage: Page }] = await Promise.all([
      import('../../shell/electron-program.ts'),
      import('../../shell/windows/waiting-page.ts'),
    ])
    if (findElectron(this.#context.environment) !== undefined) return undefined
    const page = new Page(this.#dataDir)
    this.#page = page
    const windows = await openDesktopWindows(this.#context, {
      dataDir: this.#dataDir,
      urlOf: async (path) => this.#listener?.urlOf(path) ?? page.url,
      onChange: () => this.#listener?.onChange(),
      onMainProcess: (pid) => this.#context.supervisor?.send({ kind: 'window', pid }),
      onMainClosed: (how) => {
        if (this.#listener === undefined) this.#ended = how
        else this.#listener.onMainClosed(how)
      },
    })
    this.#windows = windows
    const main = await windows.open({ view: { kind: 'main' } })
    if (this.#isGivenUp) windows.stop()
    return { windows, main }
  }
}
