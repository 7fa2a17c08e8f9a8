import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach } from 'vitest'
import { complaints, launchBrowser } from './browser.ts'
import { type HostOptions, type RunningHost, startHost } from './host.ts'
import { skipBecause } from './skip.ts'

/** A host with displays, and the browser of who works at them. */
export interface DesktopInBrowser {
  readonly host: RunningHost
  /** Starts it once more with what it kept, after it was ended. */
  again(): Promise<RunningHost>
  readonly browser: Browser
  /** 1280 x 720 unless asked otherwise, signed in. */
  readonly page: Page
  /** What the page complained of. */
  readonly problems: string[]
}

/**
 * Starts a host and a browser for the tests of a file, and ends both with them, and the displays that are left.
 * @param missing why this machine can have no such display, and what to install: each test is skipped then
 */
export function setUpDesktopInBrowser(
  { missing, view, ...options }: HostOptions & { readonly missing: string | undefined; readonly view?: BrowserContextOptions },
  onStarted: (desk: DesktopInBrowser) => Promise<void> | void,
): void {
  let host: RunningHost | undefined
  let browser: Browser | undefined
  beforeAll(async () => {
    if (missing !== undefined) return
    host = await startHost(options)
    browser = await launchBrowser()
    const page = await browser.newPage({ viewport: { width: 1280, height: 720 }, ...view })
    const again = async (): Promise<RunningHost> => {
      host = await startHost({ ...options, dataDir: host!.dataDir })
      return host
    }
    await onStarted({ host, again, browser, page, problems: complaints(page) })
  }, 120_000)
  afterAll(async () => {
    const left: readonly { readonly id: string }[] = (await host?.api('GET', '/desktop/displays').catch(() => undefined))?.body.items ?? []
    for (const { id } of left) await host?.api('DELETE', `/desktop/displays/${id}`).catch(() => undefined)
    await browser?.close()
    await host?.stop()
  }, 60_000)
  beforeEach((context) => {
    if (missing !== undefined) skipBecause(context, missing)
  })
}
