import type { FrameStore, MediaStores, SoundStore } from '../../native/media-stores.ts'
import type { SourceReport } from '../running-source.ts'
import { type ChromiumProcess, findChromium, startChromium } from './chromium-process.ts'
import type { BrowserSettings } from './kinds.ts'
import type { PageInput } from './messages.ts'
import { Page } from './page.ts'
import { findPage } from './page-address.ts'
import { makePageFolder, type PageFolder } from './page-folder.ts'
import { openPulseServer, type PulseServer } from './pulse/pulse-server.ts'

export interface PageKeeperNeeds {
  readonly stores: MediaStores
  readonly pictures: FrameStore
  readonly sound: SoundStore
  report(report: SourceReport): void
}

/** The page is asked so often whether it lives, and may take so long to say so, ms. */
const askEveryMs = 1000
const answerWithinMs = 5000
/** A page that nothing holds up answers within this, ms: only of others is it looked at what holds them up. */
const promptMs = 1000
/** It is asked so often at most while a busy machine gives it no processor: to begin it anew would only give that more to do. */
const mostAsked = 6
/** A browser that begins is left alone so long, ms. */
const settleMs = 4000
/** How often its memory is looked at, ms. */
const weighEveryMs = 5000
/** Wait before an address is tried again, and before a file is looked for again, ms. */
const retryMs = 3000
/** Waits before a browser that ended is begun anew, ms: doubled while it keeps ending. */
const firstRestartMs = 200
const longestRestartMs = 10_000
/** A browser that lived so long is a good one, ms. */
const goodAfterMs = 30_000

/** One run of the browser. */
interface Run {
  readonly browser: ChromiumProcess
  readonly page: Page
  readonly beganMs: number
  ended: boolean
  /** It was asked whether it lives, and has not answered yet. */
  asked: boolean
}

/** Keeps a page on air: begins the browser, begins it anew when it crashes, hangs or grows too large, and ends it. */
export class PageKeeper {
  readonly #needs: PageKeeperNeeds
  #settings: BrowserSettings
  #shown: boolean
  #folder: PageFolder | undefined
  #pulse: PulseServer | undefined
  #run: Run | undefined
  #retry: NodeJS.Timeout | undefined
  #watch: NodeJS.Timeout | undefined
  #failures = 0
  #restarts = 0
  #weighedMs = 0
  #stopped = false
  /** Work is done one after the other: settings may come faster than a browser follows. */
  #work: Promise<void> = Promise.resolve()

  constructor(settings: BrowserSettings, shown: boolean, needs: PageKeeperNeeds) {
    this.#settings = settings
    this.#shown = shown
    this.#needs = needs
    this.#then(() => this.#begin())
  }

  update(settings: BrowserSettings): void {
    this.#then(async () => {
      const before = this.#settings
      this.#settings = settings
      const run = this.#run
      if (run === undefined || before.sound !== settings.sound) {
        this.#end()
        await this.#begin()
        return
      }
      const anew = await run.page.update(settings)
      if (before.url !== settings.url || before.file !== settings.file) await this.#go(run)
      else if (anew) await run.page.input({ do: 'reload' })
    })
  }

  show(shown: boolean): void {
    this.#then(async () => {
      this.#shown = shown
      const { whenHidden, reloadWhenShown } = this.#settings
      const run = this.#run
      if (!shown && whenHidden === 'close') {
        this.#end()
        this.#needs.pictures.clear()
        this.#needs.report({ state: 'paused' })
      } else if (run === undefined) {
        if (shown) await this.#begin()
      } else {
        if (shown && reloadWhenShown) await run.page.input({ do: 'reload' })
        await run.page.show(shown)
      }
    })
  }

  input(input: PageInput): void {
    this.#then(async () => {
      const run = this.#run
      if (run !== undefined) await run.page.input(input)
      // Whoever waits for an address to be tried again need not.
      else if (input.do === 'reload') await this.#begin()
    })
  }

  stop(): void {
    this.#stopped = true
    this.#end()
    this.#pulse?.stop()
    this.#folder?.remove()
  }

  #then(work: () => Promise<void>): void {
    this.#work = this.#work.then(async () => {
      if (this.#stopped) return
      try {
        await work()
      } catch (error) {
        // A browser that does not take a command is on its way out.
        this.#needs.report({ state: 'starting', problem: (error as Error).message })
      }
    })
  }

  #tryLater(ms: number): void {
    clearTimeout(this.#retry)
    this.#retry = setTimeout(() => this.#then(() => (this.#run === undefined ? this.#begin() : this.#go(this.#run))), ms)
  }

  /** Begins a browser where the page can be found and is wanted. */
  async #begin(): Promise<void> {
    clearTimeout(this.#retry)
    const { pictures, stores, report } = this.#needs
    if (!this.#shown && this.#settings.whenHidden === 'close') {
      report({ state: 'paused' })
      return
    }
    const address = await findPage(this.#settings)
    if ('problem' in address) {
      pictures.clear()
      report({ state: address.state, problem: address.problem })
      if (address.state === 'waiting' && this.#settings.file !== '') this.#tryLater(1000)
      return
    }
    const file = findChromium()
    if (file === undefined) {
      report({
        state: 'failed',
        problem: 'Neither Chromium nor Chrome is installed: pages cannot be shown. On Debian: apt-get install chromium',
      })
      return
    }
    report({ state: 'starting' })
    this.#folder ??= makePageFolder()
    const folder = this.#folder
    const { width, height } = this.#settings
    const soundFolder = await this.#openSound(folder)
    const browser = startChromium(file, { width, height, profile: folder.profile, soundFolder })
    const page = new Page(browser, this.#settings, pictures, stores, {
      onLoaded: (title) => this.#tell(run, title),
      onUnreachable: (problem) => {
        report({ state: 'waiting', problem })
        this.#tryLater(retryMs)
      },
      onCrashed: () => this.#fell(run, 'The page crashed'),
    })
    const run: Run = { browser, page, beganMs: performance.now(), ended: false, asked: false }
    this.#run = run
    void browser.gone.then((words) => this.#fell(run, lastWords(words)))
    clearInterval(this.#watch)
    this.#watch = setInterval(() => void this.#check(run), askEveryMs)
    try {
      await page.open(address.url, address.folder)
      await page.show(this.#shown)
    } catch (error) {
      // Half of it is done, and nobody would do the rest.
      this.#fell(run, `The browser did not begin (${(error as Error).message})`)
    }
  }

  /** Sends the page to the address that the settings name. */
  async #go(run: Run): Promise<void> {
    clearTimeout(this.#retry)
    const address = await findPage(this.#settings)
    if (!('problem' in address)) {
      run.page.navigate(address.url, address.folder)
      return
    }
    this.#end()
    this.#needs.pictures.clear()
    this.#needs.report({ state: address.state, problem: address.problem })
    if (address.state === 'waiting' && this.#settings.file !== '') this.#tryLater(1000)
  }

  /** The folder with the page's sound server; undefined where the page is to be silent, or cannot be heard here. */
  async #openSound(folder: PageFolder): Promise<string | undefined> {
    if (!this.#settings.sound || process.platform !== 'linux') return undefined
    const { sound, stores } = this.#needs
    this.#pulse ??= await openPulseServer({
      path: `${folder.sound}/pulse/native`,
      nowUs: () => stores.nowUs(),
      onSound: (samples, timeUs) => sound.write(samples, Math.round(timeUs)),
    })
    return folder.sound
  }

  #tell(run: Run, title: string): void {
    if (run.ended) return
    const { width, height } = this.#settings
    const open = run.browser.sandbox ? undefined : 'The page is not shut in, because the host runs as root'
    this.#needs.report({
      state: 'running',
      ...(open !== undefined && { problem: open }),
      details: { title, width, height, sandbox: run.browser.sandbox, restarts: this.#restarts },
    })
  }

  async #check(run: Run): Promise<void> {
    const now = performance.now()
    if (run.asked || now - run.beganMs < settleMs) return
    if (now - this.#weighedMs > weighEveryMs) {
      this.#weighedMs = now
      const megabytes = Math.round(run.browser.memoryBytes() / (1 << 20))
      const { memoryLimitMb } = this.#settings
      if (megabytes > memoryLimitMb) {
        this.#fell(run, `The page took ${megabytes} MiB of memory, more than ${memoryLimitMb}`)
        return
      }
    }
    if (run.ended) return
    run.asked = true
    if (await this.#hangs(run)) this.#fell(run, `The page did not answer for ${answerWithinMs / 1000} s`)
    run.asked = false
  }

  /** It does not answer, and that not because it waits for a processor. */
  async #hangs(run: Run): Promise<boolean> {
    if (await run.page.answers(promptMs)) return false
    const fromMs = performance.now()
    const waitedMs = run.browser.waitedForProcessorMs()
    for (let asked = 1; asked <= mostAsked; asked++) {
      if ((await run.page.answers(answerWithinMs)) || run.ended) return false
      const heldUpMs = run.browser.waitedForProcessorMs() - waitedMs
      if (performance.now() - fromMs - heldUpMs > answerWithinMs / 2) return true
    }
    return true
  }

  /** The browser ended, or has to. */
  #fell(run: Run, problem: string): void {
    if (run.ended || this.#run !== run) return
    this.#end()
    if (this.#stopped) return
    this.#failures = performance.now() - run.beganMs > goodAfterMs ? 1 : this.#failures + 1
    this.#restarts++
    this.#needs.report({ state: 'starting', problem: `${problem}: it is begun anew`, details: { restarts: this.#restarts } })
    this.#tryLater(Math.min(longestRestartMs, firstRestartMs * 2 ** Math.min(10, this.#failures - 1)))
  }

  #end(): void {
    clearTimeout(this.#retry)
    clearInterval(this.#watch)
    const run = this.#run
    this.#run = undefined
    if (run === undefined) return
    run.ended = true
    run.page.close()
    run.browser.kill()
  }
}

/** What is said of a browser that ended by itself. */
function lastWords(words: string): string {
  if (/sandbox/i.test(words)) {
    return 'Chromium cannot shut its pages in on this machine: allow unprivileged user namespaces, or install chromium-sandbox'
  }
  const line = words.split('\n').findLast((each) => each.includes('FATAL') || each.includes('error while loading'))
  return line === undefined ? 'The browser ended' : `The browser ended: ${line.slice(0, 200)}`
}
