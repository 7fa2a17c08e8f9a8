import type { SourceReport } from '../../../../media/source-report.ts'
import type { AudioStore, FrameStore, MediaStores } from '../../../../media/worker/stores/media-stores.ts'
import { judgeBy } from '../../../../platform/outbound/judged-connection.ts'
import { type JudgedProxy, openJudgedProxy } from '../../../../platform/outbound/judged-proxy.ts'
import { isOverlayPath } from '../../../../platform/outbound/own-pages.ts'
import { judgeFile } from '../../../../platform/user-files/file-policy.ts'
import type { BrowserSettings } from '../../../document/kinds/browser.ts'
import { isLimited, type SourceReach } from '../source-reach.ts'
import type { ChromiumProcess, findChromium, startChromium } from './chromium-process.ts'
import { findPage } from './find-page.ts'
import type { PageInput } from './messages.ts'
import { Page } from './page.ts'
import { makePageFolder, type PageFolder } from './page-folder.ts'
import { openPulseServer, type PulseServer } from './pulse/pulse-server.ts'

export interface PageKeeperDependencies {
  readonly stores: MediaStores
  readonly frameStore: FrameStore
  readonly audioStore: AudioStore
  report(report: SourceReport): void
  /** Finds and starts browsers. */
  readonly chromium: { readonly find: typeof findChromium; readonly start: typeof startChromium }
}

/** The page is asked so often whether it lives, and may take so long to say so, ms. */
const askEveryMs = 1000
const answerWithinMs = 5000
/** A page without delays answers within this, ms: only for others is the cause of the delay looked up. */
const promptMs = 1000
/** It is asked so often at most while a busy machine gives it no processor: to start it again would only give that more to do. */
const maxAsked = 6
/** A page that is not loaded by then is reported, ms. */
const loadedWithinMs = 5000
const endlessScripts = `Its scripts have not come to an end for ${loadedWithinMs / 1000} s: repair the page, or choose another one`
const silentServer = `Its server has not answered for ${loadedWithinMs / 1000} s: check the URL and the server`
/** A server may be silent for this long before the browser is started again: a hung page that is sent elsewhere looks the same, ms. */
const maxSilentMs = 60_000
/** A browser that starts is left alone so long, ms. */
const settleMs = 4000
/** How often its memory is looked at, ms. */
const weighEveryMs = 5000
/** Wait before a URL is tried again, and before a file is looked for again, ms. */
const retryMs = 3000
/** Waits before a browser that ended is started again, ms: doubled while it keeps ending. */
const firstRestartMs = 200
const maxRestartMs = 10_000
/** A browser that ran for this long is a good one, ms. */
const goodAfterMs = 30_000

/** One run of the browser. */
interface Run {
  readonly browser: ChromiumProcess
  readonly page: Page
  readonly proxy: JudgedProxy
  readonly beganMs: number
  ended: boolean
  /** It was asked whether it lives, and has not answered yet. */
  asked: boolean
  /** Runs until the page is loaded. */
  loading: NodeJS.Timeout | undefined
  /** When it was sent to its URL. */
  navigatedMs: number
}

/** Keeps a page on air: starts the browser, starts it again when it crashes, hangs or grows too large, and ends it. */
export class PageKeeper {
  readonly #dependencies: PageKeeperDependencies
  #settings: BrowserSettings
  #reach: SourceReach
  #shown: boolean
  #folder: PageFolder | undefined
  #pulse: PulseServer | undefined
  #run: Run | undefined
  #retry: NodeJS.Timeout | undefined
  #watch: NodeJS.Timeout | undefined
  /** What is wrong with the page that is not loaded yet; kept while its browser is started again and again. */
  #problem: string | undefined
  #failures = 0
  #restarts = 0
  #weighedMs = 0
  #stopped = false
  /** Work is done one after the other: settings may come faster than a browser follows. */
  #work: Promise<void> = Promise.resolve()

  constructor(settings: BrowserSettings, reach: SourceReach, shown: boolean, dependencies: PageKeeperDependencies) {
    this.#settings = settings
    this.#reach = reach
    this.#shown = shown
    this.#dependencies = dependencies
    this.#then(() => this.#begin())
  }

  update(settings: BrowserSettings, reach: SourceReach): void {
    this.#then(async () => {
      const before = this.#settings
      const networkBefore = this.#networkKey()
      this.#settings = settings
      this.#reach = reach
      const run = this.#run
      // What it reaches is said when it is started.
      if (run === undefined || before.sound !== settings.sound || this.#networkKey() !== networkBefore) {
        this.#end()
        await this.#begin()
        return
      }
      const anew = await run.page.update(settings)
      if (before.url !== settings.url || before.file !== settings.file) await this.#go(run)
      else if (anew) await this.#reload(run)
    })
  }

  /** An editor named the page. */
  get #limited(): boolean {
    const { url, file } = this.#settings
    return isLimited(this.#reach, file === '' ? url : file)
  }

  /** Another one means another way to the network. */
  #networkKey(): string {
    return JSON.stringify([this.#limited, this.#reach.policy.network])
  }

  show(shown: boolean): void {
    this.#then(async () => {
      this.#shown = shown
      const { whenHidden, reloadWhenShown } = this.#settings
      const run = this.#run
      if (!shown && whenHidden === 'close') {
        this.#end()
        this.#dependencies.frameStore.clear()
        this.#dependencies.report({ state: 'paused' })
      } else if (run === undefined) {
        if (shown) await this.#begin()
      } else {
        if (shown && reloadWhenShown) await this.#reload(run)
        await run.page.show(shown)
      }
    })
  }

  input(input: PageInput): void {
    this.#then(async () => {
      const run = this.#run
      if (run !== undefined) await (input.do === 'reload' ? this.#reload(run) : run.page.input(input))
      // Ends the wait for the next try of a URL.
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
        // A browser that does not take a command is ending.
        this.#dependencies.report({ state: 'starting', problem: (error as Error).message })
      }
    })
  }

  #tryLater(ms: number): void {
    clearTimeout(this.#retry)
    this.#retry = setTimeout(() => this.#then(() => (this.#run === undefined ? this.#begin() : this.#go(this.#run))), ms)
  }

  /** The real path of a file that the page is made of. Rejects with FileFault where it must not be read. */
  #judge(path: string): Promise<string> {
    const { policy } = this.#reach
    return judgeFile(path, policy.files, isLimited(this.#reach, this.#settings.file))
  }

  /** Starts a browser where the page can be found and is wanted. */
  async #begin(): Promise<void> {
    clearTimeout(this.#retry)
    const { frameStore, stores, report } = this.#dependencies
    if (!this.#shown && this.#settings.whenHidden === 'close') {
      report({ state: 'paused' })
      return
    }
    const address = await findPage(this.#settings, (path) => this.#judge(path), this.#reach.policy.network.ownPages)
    if ('problem' in address) {
      frameStore.clear()
      report({ state: address.state, problem: address.problem })
      if (address.state === 'waiting' && this.#settings.file !== '') this.#tryLater(1000)
      return
    }
    const file = this.#dependencies.chromium.find()
    if (file === undefined) {
      report({
        state: 'failed',
        problem: 'Neither Chromium nor Chrome is installed: pages cannot be shown. On Debian: apt-get install chromium',
      })
      return
    }
    this.#reportStarting()
    this.#folder ??= makePageFolder()
    const folder = this.#folder
    const { width, height } = this.#settings
    const audioFolder = await this.#openAudio(folder)
    const limited = this.#limited
    const policy = this.#reach.policy.network
    const proxy = await openJudgedProxy({
      judge: judgeBy(() => policy, limited),
      ...(policy.ownPages !== undefined && {
        own: { host: new URL(policy.ownPages.origin).host, judge: judgeBy(() => policy, false), mayAsk: isOverlayPath },
      }),
    })
    const network = { proxyPort: proxy.port, limited, policy }
    const { profile, temporary } = folder
    const browser = this.#dependencies.chromium.start(file, { width, height, profile, temporary, audioFolder, network })
    const page = new Page(browser, this.#settings, frameStore, stores, {
      onNavigating: () => {
        proxy.takeRejection()
        this.#watchLoading(run)
      },
      onLoaded: (title) => this.#notify(run, title),
      onUnreachable: (problem) => {
        clearTimeout(run.loading)
        run.loading = undefined
        this.#problem = undefined
        // Of a connection that we rejected the browser knows only that it failed.
        report({ state: 'waiting', problem: proxy.takeRejection() ?? problem })
        this.#tryLater(retryMs)
      },
      onCrashed: () => this.#fell(run, 'The page crashed: it is restarted'),
      mayRead: (path) =>
        this.#judge(path).then(
          () => true,
          () => false,
        ),
    })
    const run: Run = {
      browser,
      proxy,
      page,
      beganMs: performance.now(),
      ended: false,
      asked: false,
      loading: undefined,
      navigatedMs: performance.now(),
    }
    this.#run = run
    void browser.gone.then((words) => this.#fell(run, `${lastWords(words)}: it is restarted`))
    clearInterval(this.#watch)
    this.#watch = setInterval(() => void this.#check(run), askEveryMs)
    try {
      await page.open(address.url, address.folder)
      await page.show(this.#shown)
    } catch (error) {
      // Half of it is done, and nobody would do the rest.
      this.#fell(run, `The browser did not start (${(error as Error).message}): it is restarted`)
    }
  }

  /** Sends the page to the URL in the settings. */
  async #go(run: Run): Promise<void> {
    clearTimeout(this.#retry)
    const address = await findPage(this.#settings, (path) => this.#judge(path), this.#reach.policy.network.ownPages)
    if (!('problem' in address)) {
      run.page.navigate(address.url, address.folder)
      return
    }
    this.#end()
    this.#dependencies.frameStore.clear()
    this.#dependencies.report({ state: address.state, problem: address.problem })
    if (address.state === 'waiting' && this.#settings.file !== '') this.#tryLater(1000)
  }

  async #reload(run: Run): Promise<void> {
    // Before: the page may be there sooner than the answer.
    this.#watchLoading(run)
    await run.page.input({ do: 'reload' })
  }

  #reportStarting(): void {
    const problem = this.#problem
    this.#dependencies.report({ state: 'starting', ...(problem !== undefined && { problem }), details: { restarts: this.#restarts } })
  }

  /** Reports a page that is not loaded in time, and why it is not. */
  #watchLoading(run: Run): void {
    clearTimeout(run.loading)
    if (run.ended) return
    run.navigatedMs = performance.now()
    const heldUpMs = run.browser.waitedForProcessorMs()
    run.loading = setTimeout(async () => {
      const mine = run.loading
      const answers = await run.page.answers(promptMs)
      if (run.ended || run.loading !== mine) return
      // A browser that waits for CPU time is not at fault, and its page is not either.
      if (!answers && run.page.arrived && run.browser.waitedForProcessorMs() - heldUpMs > loadedWithinMs / 2) {
        this.#watchLoading(run)
        return
      }
      // Chromium hands no command to a page whose navigation waits for its server: there it says nothing that it does not answer.
      if (!run.page.arrived) this.#problem = silentServer
      else if (!answers) this.#problem = endlessScripts
      else this.#problem = `It is not loaded after ${loadedWithinMs / 1000} s: a part of it, e.g. a script, does not arrive from its server`
      this.#reportStarting()
    }, loadedWithinMs)
  }

  /** The folder with the page's audio server; undefined if the page is to be silent, or cannot be heard here. */
  async #openAudio(folder: PageFolder): Promise<string | undefined> {
    if (!this.#settings.sound || process.platform !== 'linux') return undefined
    const { audioStore, stores } = this.#dependencies
    this.#pulse ??= await openPulseServer({
      path: `${folder.audio}/pulse/native`,
      nowUs: () => stores.nowUs(),
      onAudio: (samples, timeUs) => audioStore.write(samples, Math.round(timeUs)),
    })
    return folder.audio
  }

  #notify(run: Run, title: string): void {
    if (run.ended) return
    clearTimeout(run.loading)
    run.loading = undefined
    this.#problem = undefined
    const { width, height } = this.#settings
    const open = run.browser.sandbox ? undefined : 'The page runs outside of a sandbox, because the host runs as root'
    this.#dependencies.report({
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
        this.#fell(run, `The page took ${megabytes} MiB of memory, more than ${memoryLimitMb}: it is restarted`)
        return
      }
    }
    if (run.ended) return
    const waitsForServer = run.loading !== undefined && !run.page.arrived
    if (waitsForServer && now - run.navigatedMs < maxSilentMs) return
    run.asked = true
    if (await this.#hangs(run)) {
      // A busy machine may find out that it hangs before the page counts as one that is not loaded in time.
      const isLoaded = run.loading === undefined
      const cause = waitsForServer ? silentServer : endlessScripts
      this.#fell(run, isLoaded ? `The page did not answer for ${answerWithinMs / 1000} s: it is restarted` : cause)
    }
    run.asked = false
  }

  /** It does not answer, and that not because it waits for a processor. */
  async #hangs(run: Run): Promise<boolean> {
    if (await run.page.answers(promptMs)) return false
    const fromMs = performance.now()
    const waitedMs = run.browser.waitedForProcessorMs()
    for (let asked = 1; asked <= maxAsked; asked++) {
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
    this.#problem = problem
    this.#reportStarting()
    this.#tryLater(Math.min(maxRestartMs, firstRestartMs * 2 ** Math.min(10, this.#failures - 1)))
  }

  #end(): void {
    clearTimeout(this.#retry)
    clearInterval(this.#watch)
    const run = this.#run
    this.#run = undefined
    if (run === undefined) return
    run.ended = true
    clearTimeout(run.loading)
    run.page.close()
    run.browser.kill()
    run.proxy.stop()
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
