import { fileURLToPath } from 'node:url'
import type { FrameStore, MediaStores } from '../../../../media/worker/stores/media-stores.ts'
import type { BrowserSettings } from '../../../document/kinds/browser.ts'
import { CdpConnection, type CdpEvent, CdpFault } from './cdp-connection.ts'
import type { ChromiumProcess } from './chromium-process.ts'
import { mayLoad } from './find-page.ts'
import type { PageInput } from './messages.ts'
import { giveInput } from './page-input.ts'
import { pageScript } from './page-script.ts'
import { ScreencastImage } from './screencast-png.ts'

/** So long a server may think before it answers, ms. */
const maxNavigationMs = 60_000

/** Wait before a screencast that could not start is started again, ms. */
const castAgainMs = 100
/**
 * After this time without a frame it is checked once more, ms. While frames wait to be acknowledged the browser skips others, and does not
 * come back to them: the last one of a page that moved and does not move now may be among those.
 */
const lookAgainMs = 500

/** What becomes of a page. */
export interface PageEvents {
  /** A URL is requested. */
  onNavigating(): void
  /** Its document is loaded. */
  onLoaded(title: string): void
  /** It could not be loaded, in words for people. */
  onUnreachable(problem: string): void
  /** Its process ended. */
  onCrashed(): void
  /** Whether a file of the machine may be part of it. Never rejects. */
  mayRead(path: string): Promise<boolean>
}

/** A page in a running browser, whose frames go into a store. */
export class Page {
  readonly #cdp: CdpConnection
  readonly #events: PageEvents
  readonly #frameStore: FrameStore
  readonly #stores: MediaStores
  readonly #image = new ScreencastImage()
  #settings: BrowserSettings
  #session = ''
  #target = ''
  #folder: string | undefined
  #script: string | undefined
  /** The main document's answer, where it was none of success. */
  #refused: string | undefined
  #unreachable = false
  #casting = false
  #castings: Promise<void> = Promise.resolve()
  #frames: Promise<void> = Promise.resolve()
  #wanted = false
  #nextFrameMs = 0
  /** Frames since it started to look. */
  #taken = 0
  #lookAgain: NodeJS.Timeout | undefined
  /** The store has what was decoded last. */
  #stored = false
  #navigations = 0
  #arrivedNavigation = 0
  #closed = false

  constructor(browser: ChromiumProcess, settings: BrowserSettings, frameStore: FrameStore, stores: MediaStores, events: PageEvents) {
    this.#settings = settings
    this.#frameStore = frameStore
    this.#stores = stores
    this.#events = events
    this.#cdp = new CdpConnection(browser.to, browser.from, (event) => this.#take(event))
  }

  /** Opens the page. @throws CdpFault */
  async open(url: string, folder: string | undefined): Promise<void> {
    this.#folder = folder
    const cdp = this.#cdp
    await cdp.send('Target.setDiscoverTargets', { discover: true })
    await cdp.send('Browser.setDownloadBehavior', { behavior: 'deny' })
    // The page that the browser started with: another one would be another process.
    const { targetInfos } = await cdp.send('Target.getTargets')
    const first = targetInfos.find((target: { type: string }) => target.type === 'page')
    this.#target = first?.targetId ?? (await cdp.send('Target.createTarget', { url: 'about:blank' })).targetId
    this.#session = (await cdp.send('Target.attachToTarget', { targetId: this.#target, flatten: true })).sessionId
    await this.#send('Page.enable')
    await this.#send('Inspector.enable')
    await this.#send('Emulation.setDefaultBackgroundColorOverride', { color: { r: 0, g: 0, b: 0, a: 0 } })
    await this.#resize()
    await this.#prepareDocuments()
    // Documents and whatever is a file go past us; the rest of the traffic does not.
    const patterns = [
      { urlPattern: '*', resourceType: 'Document', requestStage: 'Request' },
      { urlPattern: '*', resourceType: 'Document', requestStage: 'Response' },
      { urlPattern: 'file://*', requestStage: 'Request' },
    ]
    await this.#send('Fetch.enable', { patterns })
    this.navigate(url, folder)
  }

  /** A document came from the URL that was requested last. */
  get arrived(): boolean {
    return this.#arrivedNavigation === this.#navigations
  }

  /** Goes to another URL. The result is reported by events: a server may take its time. */
  navigate(url: string, folder: string | undefined): void {
    const mine = ++this.#navigations
    this.#events.onNavigating()
    this.#folder = folder
    this.#send('Page.navigate', { url }, maxNavigationMs).then(
      ({ errorText }) => {
        if (errorText === undefined || mine !== this.#navigations || this.#closed) return
        this.#fail(errorText === 'net::ERR_ABORTED' ? `${url} is nothing that a browser shows` : `${url} cannot be reached: ${errorText}`)
      },
      (error: Error) => {
        if (mine === this.#navigations && !this.#closed) this.#fail(`${url} cannot be reached: ${error.message}`)
      },
    )
  }

  /** New size, rules or pace. Answers whether the page has to be loaded again for them. @throws CdpFault */
  async update(settings: BrowserSettings): Promise<boolean> {
    const before = this.#settings
    this.#settings = settings
    if (before.width !== settings.width || before.height !== settings.height) await this.#resize()
    if (before.css === settings.css && before.frameRate === settings.frameRate) return false
    await this.#prepareDocuments()
    return true
  }

  /** Whether frames are taken. @throws CdpFault */
  async show(shown: boolean): Promise<void> {
    this.#wanted = shown
    await this.#cast()
  }

  /** @throws CdpFault */
  async input(input: PageInput): Promise<void> {
    await giveInput(this.#cdp, this.#session, input)
  }

  /** Whether its scripts come to an end within a time. */
  async answers(withinMs: number): Promise<boolean> {
    try {
      await this.#send('Runtime.evaluate', { expression: '0', returnByValue: true }, withinMs)
      return true
    } catch {
      return false
    }
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#lookAgain)
  }

  #send(method: string, params: object = {}, timeoutMs?: number) {
    return this.#cdp.send(method, params, this.#session, timeoutMs)
  }

  /** For what is of no consequence where it fails: the page is ending then, and its end is reported. */
  #try(method: string, params: object = {}): void {
    this.#send(method, params).catch((error: unknown) => {
      if (!(error instanceof CdpFault)) throw error
    })
  }

  async #resize(): Promise<void> {
    const { width, height } = this.#settings
    await this.#send('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: false })
  }

  async #prepareDocuments(): Promise<void> {
    if (this.#script !== undefined) await this.#send('Page.removeScriptToEvaluateOnNewDocument', { identifier: this.#script })
    const source = pageScript(this.#settings.css, this.#settings.frameRate)
    this.#script = (await this.#send('Page.addScriptToEvaluateOnNewDocument', { source })).identifier
  }

  /** Starts or ends the screencast, according to the state when it is its turn. */
  #cast(): Promise<void> {
    this.#castings = this.#castings.then(async () => {
      const wanted = this.#wanted && !this.#unreachable && !this.#closed
      if (wanted === this.#casting) return
      try {
        await this.#send(wanted ? 'Page.startScreencast' : 'Page.stopScreencast', wanted ? { format: 'png', everyNthFrame: 1 } : {})
        this.#casting = wanted
        this.#taken = 0
      } catch (error) {
        if (!(error instanceof CdpFault)) throw error
        // Between two documents no frames can be taken.
        if (!this.#closed) setTimeout(() => void this.#cast(), castAgainMs)
      }
    })
    return this.#castings
  }

  /** A screencast starts with a frame of the present page. */
  #castAnew(): Promise<void> {
    if (this.#casting) this.#try('Page.stopScreencast')
    this.#castings = this.#castings.then(() => {
      this.#casting = false
    })
    return this.#cast()
  }

  #fail(problem: string): void {
    this.#unreachable = true
    void this.#cast()
    this.#frameStore.clear()
    this.#events.onUnreachable(problem)
  }

  #take({ method, params, sessionId }: CdpEvent): void {
    if (this.#closed) return
    if (method === 'Target.targetCreated') {
      const { type, targetId, url } = params.targetInfo
      // Windows that a page opens are seen by nobody.
      const isOther = type === 'page' && this.#target !== '' && targetId !== this.#target && url !== 'about:blank'
      if (isOther) this.#cdp.send('Target.closeTarget', { targetId }).catch(() => undefined)
      return
    }
    if (sessionId !== this.#session) return
    switch (method) {
      case 'Page.screencastFrame':
        this.#frame(params)
        break
      case 'Fetch.requestPaused':
        this.#judge(params)
        break
      case 'Page.javascriptDialogOpening':
        this.#try('Page.handleJavaScriptDialog', { accept: params.type === 'beforeunload' })
        break
      case 'Page.frameNavigated':
        if (params.frame.parentId === undefined) this.#arrived(params.frame.unreachableUrl)
        break
      case 'Page.domContentEventFired':
        void this.#loaded()
        break
      case 'Inspector.targetCrashed':
        this.#events.onCrashed()
        break
    }
  }

  /** Another document is in the page; the browser's own error page if its URL cannot be loaded. */
  #arrived(unreachable: string | undefined): void {
    const problem = unreachable === undefined ? this.#refused : `${unreachable} cannot be reached`
    if (problem === undefined) {
      this.#unreachable = false
      this.#arrivedNavigation = this.#navigations
      void this.#cast()
    } else if (!this.#unreachable) this.#fail(problem)
  }

  async #loaded(): Promise<void> {
    if (this.#unreachable) return
    void this.#cast()
    try {
      const { result } = await this.#send('Runtime.evaluate', { expression: 'document.title', returnByValue: true })
      this.#events.onLoaded(String(result?.value ?? '').slice(0, 200))
    } catch (error) {
      if (!(error instanceof CdpFault)) throw error
    }
  }

  /** Lets a request through, or not. */
  #judge(params: {
    readonly requestId: string
    readonly request: { readonly url: string }
    readonly resourceType: string
    readonly frameId: string
    readonly responseStatusCode?: number
  }): void {
    const { requestId, request, responseStatusCode, frameId } = params
    if (responseStatusCode !== undefined) {
      const isMain = frameId === this.#target && params.resourceType === 'Document'
      if (isMain) this.#refused = responseStatusCode >= 400 ? `${request.url} answers ${responseStatusCode}` : undefined
      this.#try('Fetch.continueRequest', { requestId })
      return
    }
    void this.#mayLoad(request.url).then((allowed) => {
      if (allowed) this.#try('Fetch.continueRequest', { requestId })
      // Aborted, so that the page stays as it is: any other reason brings the browser's own page of errors.
      else this.#try('Fetch.failRequest', { requestId, errorReason: 'Aborted' })
    })
  }

  async #mayLoad(address: string): Promise<boolean> {
    if (!mayLoad(address, this.#folder)) return false
    return new URL(address).protocol !== 'file:' || this.#events.mayRead(fileURLToPath(address))
  }

  #frame({ data, sessionId, metadata }: { data: string; sessionId: number; metadata: { monotonicTimestamp?: number } }): void {
    const before = this.#frames
    // One after the other: inflating is done beside, and the last one has to stay.
    this.#frames = before.then(async () => {
      try {
        const changedRows = await this.#image.decode(Buffer.from(data, 'base64'))
        if (this.#casting && !this.#closed) this.#write(changedRows, metadata.monotonicTimestamp)
        else this.#stored = false
      } catch {
        // A frame that cannot be read is skipped: the next one is whole again.
        this.#stored = false
      }
    })
    // The browser takes another frame when this one is acknowledged. It does so while we decode, but for one at most.
    void before.then(() => this.#acknowledge(sessionId))
    clearTimeout(this.#lookAgain)
    // The first frame is the present page.
    if (++this.#taken > 1) this.#lookAgain = setTimeout(() => void this.#castAnew(), lookAgainMs)
  }

  /** Limits the browser to the wanted frame rate. */
  #acknowledge(sessionId: number): void {
    const now = performance.now()
    this.#nextFrameMs = Math.max(this.#nextFrameMs + 1000 / this.#settings.frameRate, now)
    const waitMs = Math.floor(this.#nextFrameMs - now)
    if (waitMs > 0) setTimeout(() => this.#try('Page.screencastFrameAck', { sessionId }), waitMs)
    else this.#try('Page.screencastFrameAck', { sessionId })
  }

  #write(changedRows: readonly (readonly [number, number])[], takenSeconds: number | undefined): void {
    const { width, height, pixels } = this.#image
    // A new document has the window's size for a moment.
    if (width !== this.#settings.width || height !== this.#settings.height) return
    const whole = !this.#stored || this.#frameStore.sequence === 0
    if (!whole && changedRows.length === 0) return
    this.#stored = true
    this.#frameStore.write({
      layout: 'rgba',
      width,
      height,
      planes: [pixels],
      strides: [width * 4],
      premultiplied: true,
      ...(!whole && { changedRows }),
      timeUs: takenSeconds === undefined ? this.#stores.nowUs() : Math.round(takenSeconds * 1e6),
    })
  }
}
