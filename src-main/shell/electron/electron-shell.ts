import { type ApiClient, findHost } from '../../platform/api-client.ts'
import { AppError } from '../../platform/errors.ts'
import { readHostFile } from '../../platform/identity/host-file.ts'
import { closingQuestion } from '../closing.ts'
import { Desktop } from '../desktop.ts'
import { openShellLink, type ShellLink } from '../follow/shell-link.ts'
import { type Messages, messagesFor } from '../messages.ts'
import { hostUrl } from '../navigation.ts'
import type { DesktopParts } from '../parts.ts'
import { openTarget } from '../targets/open-target.ts'
import { DesktopWindows } from '../windows/desktop-windows.ts'
import { fileDialogs, serveBridge } from './bridge.ts'
import type { ElectronApi } from './electron-api.ts'
import { openElectronParts } from './electron-parts.ts'
import { ElectronWindows } from './electron-windows.ts'
import { guardPages } from './guard.ts'
import { type HostFailure, HostProcess } from './host-process.ts'
import type { ShellStart } from './start-options.ts'

export interface ElectronShellOptions extends ShellStart {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly preload: string
}

/** How often a host that starts is looked for, ms. */
const lookMs = 100
/** How long the host may take to be reached for a page that was asked for, ms: a busy machine starts it slowly. */
const hostMs = 120_000

/** The desktop shell with Electron: one process with the windows and the icon, beside the host, which is a process of its own. */
export class ElectronShell {
  readonly #electron: ElectronApi
  readonly #options: ElectronShellOptions
  readonly #t: Messages
  readonly #end = new AbortController()
  readonly #electronWindows: ElectronWindows
  readonly #windows: DesktopWindows
  readonly #parts: DesktopParts
  readonly #host: HostProcess | undefined
  #desktop: Desktop | undefined
  #link: ShellLink | undefined
  /** The host ends with this program. */
  #owns = false
  /** Nobody is asked any more. */
  #quitting: Promise<void> | undefined
  #failing = false
  #goesOn = false

  constructor(electron: ElectronApi, options: ElectronShellOptions) {
    this.#electron = electron
    this.#options = options
    this.#t = messagesFor(options.env)
    const { dataDir, command, env, preload } = options
    const host = (): URL | undefined => hostUrl(readHostFile(dataDir)?.url)
    this.#electronWindows = new ElectronWindows(electron, { preload, mayClose: () => this.#mayClose() })
    guardPages(electron, {
      host,
      onOpen: (opening, url) => {
        if (opening.kind === 'view') void this.#windows.open({ view: opening.view }).catch(() => undefined)
        else if (opening.kind === 'page') this.#electronWindows.openPage(url)
        else void electron.shell.openExternal(url).catch(() => undefined)
      },
    })
    serveBridge(electron, { host, isMain: (contents) => this.#electronWindows.isMain(contents), handlers: fileDialogs(electron) })
    this.#parts = openElectronParts(electron)
    this.#windows = new DesktopWindows({
      dataDir,
      system: this.#electronWindows,
      open: (url, look) => this.#electronWindows.open(url, look),
      urlOf: async (path) => {
        const client = this.#client()
        const { url } = await client.send<{ url: string }>('POST', '/tokens/link', {})
        return `${client.url}${path}${path.includes('#') ? '' : url.slice(url.indexOf('#'))}`
      },
      onChange: () => this.#link?.changed(),
      onMainClosed: () => {
        if (this.#goesOn) this.#desktop?.windowClosed()
        else void this.quit()
      },
    })
    this.#host =
      command &&
      new HostProcess({
        command,
        dataDir,
        env,
        onFailure: (failure) => void this.#onHostFailure(failure),
        onEnded: () => void this.quit(),
      })
  }

  /** Shows the window of the host, which is started where none runs. Resolves when the window is open, or the program ends. */
  async start(): Promise<void> {
    const client = await this.#running()
    if (client === undefined) {
      this.#owns = true
      this.#host?.start()
    } else {
      this.#owns = (await client.get<{ endsWithShell: boolean }>('/shell')).endsWithShell
    }
    const { env, target, page } = this.#options
    this.#desktop = new Desktop({
      findHost: () => this.#client(),
      isLocal: true,
      owns: this.#owns,
      parts: this.#parts,
      environment: env,
      openPage: (path) => void this.#show(path).catch(() => undefined),
      onQuit: () => void this.quit(),
      signal: this.#end.signal,
    })
    void this.#desktop.run()
    await (page === undefined ? this.open(target) : this.#show(page))
    if (this.#end.signal.aborted) return
    await this.#windows.resume()
    this.#link = openShellLink({ findHost: () => this.#client(), shell: this.#windows, signal: this.#end.signal })
  }

  /** Shows the window, at what a link or file leads to. What leads nowhere is said in a message. */
  async open(target: string | undefined): Promise<void> {
    try {
      const page = await openTarget(target)
      const client = await this.#reachable()
      if (client === undefined) return
      await this.#show(await page?.(client))
    } catch (error) {
      if (this.#end.signal.aborted) return
      const { message, remedy } = error instanceof AppError ? error : { message: (error as Error).message, remedy: '' }
      await this.#say(target === undefined ? this.#t.actionFailed : this.#t.linkInvalid, `${message}\n\n${remedy}`, [this.#t.ok])
      if (this.#windows.state().windows.length === 0 && target !== undefined) await this.open(undefined)
    }
  }

  /** The program cannot start: says why, and ends it. */
  async fail(error: unknown): Promise<void> {
    if (this.#quitting !== undefined) return
    await this.#say(this.#t.hostFailed, (error as Error).message, [this.#t.quit])
    await this.quit()
  }

  /** Ends the program, and the host that was started with it. */
  quit(): Promise<void> {
    this.#quitting ??= this.#quit()
    return this.#quitting
  }

  /** Ends the program where nothing is live, or a person says so. */
  async askToQuit(): Promise<void> {
    if ((await this.#mayClose()) !== true) return
    if (!this.#goesOn) await this.quit()
    else this.#electronWindows.main?.destroy()
  }

  async #quit(): Promise<void> {
    const asked = this.#owns && (this.#link?.quit() ?? false)
    this.#windows.stop()
    await this.#host?.stop(asked)
    this.#end.abort()
    await this.#parts.close()
    this.#electronWindows.close()
    this.#electron.app.exit(0)
  }

  /** Brings the main window to the front, or opens it, at a path of the page. */
  async #show(path: string | undefined): Promise<void> {
    const shown = await this.#windows.show(path ?? '/')
    // One that was open follows the host's event.
    if (shown === 'raised' && path !== undefined && this.#link !== undefined) await this.#client().send('POST', '/shell/show', { path })
  }

  #client(): ApiClient {
    return findHost({ dataDir: this.#options.dataDir })
  }

  /** The host that runs on the data folder; undefined where none answers. */
  async #running(): Promise<ApiClient | undefined> {
    try {
      const client = this.#client()
      await client.get('/host')
      return client
    } catch {
      return undefined
    }
  }

  /** Waits for the host; undefined where the program ends before. Throws `host.not_running` where none comes. */
  async #reachable(): Promise<ApiClient | undefined> {
    for (const startMs = performance.now(); performance.now() - startMs < hostMs; ) {
      if (this.#end.signal.aborted || this.#quitting !== undefined) return undefined
      const client = await this.#running()
      if (client !== undefined) return client
      await new Promise((resolve) => setTimeout(resolve, lookMs))
    }
    throw new AppError('host.not_running', `No host is running on ${this.#options.dataDir}`)
  }

  /** A person closes the main window. */
  #mayClose(): boolean | Promise<boolean> {
    if (this.#quitting !== undefined) return true
    this.#goesOn = false
    const question = closingQuestion(this.#desktop?.state, this.#owns, this.#t)
    if (question === undefined) return true
    const labels = question.answers.map(({ label }) => label)
    return this.#say(question.title, question.text, labels).then((index) => {
      const answer = question.answers[index]?.answer ?? 'stay'
      this.#goesOn = answer === 'keep'
      return answer !== 'stay'
    })
  }

  async #onHostFailure({ ranBefore, message, remedy }: HostFailure): Promise<void> {
    if (this.#failing || this.#quitting !== undefined) return
    this.#failing = true
    const title = ranBefore ? this.#t.hostLost : this.#t.hostFailed
    const chosen = await this.#say(title, `${message}\n${remedy}`.trim(), [this.#t.tryAgain, this.#t.quit])
    this.#failing = false
    if (chosen === 0) this.#host?.start()
    else await this.quit()
  }

  /** Asks in a window of the system. Answers the index of the button; the last one where the person closes it. */
  async #say(message: string, detail: string, buttons: readonly string[]): Promise<number> {
    const { dialog } = this.#electron
    const main = this.#electronWindows.main
    const options = {
      type: 'warning' as const,
      message,
      detail,
      buttons: [...buttons],
      defaultId: 0,
      cancelId: buttons.length - 1,
      noLink: true,
    }
    const { response } = await (main === undefined ? dialog.showMessageBox(options) : dialog.showMessageBox(main, options))
    return response
  }
}
