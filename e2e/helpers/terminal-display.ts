import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, beforeEach } from 'vitest'
import { launchBrowser } from './browser.ts'
import { type DesktopViewer, type ViewerOptions, watchDesktop } from './desktop-viewer.ts'
import { type HostOptions, type RunningHost, startHost } from './host.ts'
import { skipBecause } from './skip.ts'

/** Why there can be no display with a terminal; undefined where there can. */
export const terminalDisplayMissing = ['Xvnc', 'xterm'].every((program) => existsSync(`/usr/bin/${program}`))
  ? undefined
  : 'Xvnc and xterm are needed: apt-get install tigervnc-standalone-server xterm'

/** What `startTerminalDisplay` answers. */
export interface TerminalDisplay {
  readonly host: RunningHost
  readonly id: string
  /** What it was typed, by lines. */
  lines(): string[]
  /** The last line. */
  typed(): string | undefined
  stop(): Promise<void>
}

/** A host with a display that is one large terminal, which keeps the lines that it is typed. */
export async function startTerminalDisplay(options: HostOptions, look: readonly string[] = []): Promise<TerminalDisplay> {
  const host: RunningHost = await startHost(options)
  const file = join(host.dataDir, 'typed.txt')
  const command = ['xterm', '-maximized', ...look, '-e', 'sh', '-c', `cat > ${file}`]
  const id: string = (await host.api('POST', '/desktop/displays', { command })).body.id
  const lines = () => (existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : [])
  return {
    host,
    id,
    lines,
    typed: () => lines().at(-1),
    async stop() {
      await host.api('DELETE', `/desktop/displays/${id}`).catch(() => undefined)
      await host.stop()
    },
  }
}

/**
 * Starts one for the tests of a file, with a browser, and ends both with them; without Xvnc and xterm each test is skipped.
 * Answers what opens viewers there, on the wire, which are closed at the end.
 */
export function setUpTerminalDisplay(
  name: string,
  onStarted: (desk: TerminalDisplay, browser: Browser) => Promise<void> | void,
): (options: ViewerOptions) => DesktopViewer {
  const open: DesktopViewer[] = []
  let desk: TerminalDisplay | undefined
  let browser: Browser | undefined
  beforeAll(async () => {
    if (terminalDisplayMissing !== undefined) return
    desk = await startTerminalDisplay({ name })
    browser = await launchBrowser()
    await onStarted(desk, browser)
  }, 120_000)
  afterAll(async () => {
    for (const { socket } of open) socket.terminate()
    await browser?.close()
    await desk?.stop()
  }, 60_000)
  beforeEach((context) => {
    if (terminalDisplayMissing !== undefined) skipBecause(context, terminalDisplayMissing)
  })
  return (options) => {
    const viewer = watchDesktop(desk!.host, options)
    open.push(viewer)
    return viewer
  }
}
