import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { markMain } from '../window-view.ts'

/** How often the page looks whether it may go on, ms. */
const lookMs = 25
/** After so long it closes its window: what started it is gone, ms. */
const maxWaitMs = 120_000

/**
 * A page that a window shows while the host starts: the browser starts beside it, which takes as long. It goes on to the host's page by a
 * script that is written beside it, for this user's eyes alone. It is in the profile of the main window: a confined browser may not read
 * everywhere.
 */
export class WaitingPage {
  readonly #folder: string

  /** @throws where the folder cannot be written */
  constructor(dataDir: string) {
    this.#folder = join(dataDir, 'window')
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
    rmSync(this.#script, { force: true })
    write(this.#page, waitingPage)
  }

  get url(): string {
    return pathToFileURL(this.#page).href
  }

  /** Has the window go to a URL of the host, which may contain a one-time sign-in. */
  goOn(url: string): void {
    const target = JSON.stringify(markMain(url, { kind: 'main' })).replaceAll('<', '\\u003c')
    // Whole or not at all: the page may look at this moment.
    const whole = `${this.#script}.new`
    write(whole, `location.replace(${target})\n`)
    renameSync(whole, this.#script)
  }

  remove(): void {
    for (const file of [this.#page, this.#script]) rmSync(file, { force: true })
  }

  get #page(): string {
    return join(this.#folder, 'start.html')
  }

  get #script(): string {
    return join(this.#folder, 'start.js')
  }
}

/** Writes a file that this user alone may read, whatever was there before. */
function write(file: string, text: string): void {
  rmSync(file, { force: true })
  writeFileSync(file, text, { mode: 0o600, flag: 'wx' })
}

const waitingPage = `<!doctype html><html><meta charset="utf-8"><title>AMI Streams</title>
<style>:root{color-scheme:light dark}body{margin:0;height:100vh;display:grid;place-items:center;background:light-dark(#f5f6f8,#0f1115)}svg{width:64px}</style>
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" role="img" aria-label="AMI Streams"><rect width="32" height="32" rx="8" fill="#2f6fed"/><path d="M12.5 10.2v11.6c0 .8.9 1.3 1.6.9l9-5.8c.6-.4.6-1.3 0-1.7l-9-5.8c-.7-.5-1.6 0-1.6.8Z" fill="#fff"/><path d="M8 11v10" stroke="#fff" stroke-width="2.4" stroke-linecap="round"/></svg>
<script>
const look = () => {
  const script = document.createElement('script')
  script.src = 'start.js?' + performance.now()
  script.onerror = () => {
    script.remove()
    if (performance.now() < ${maxWaitMs}) setTimeout(look, ${lookMs})
    else window.close()
  }
  document.head.append(script)
}
look()
</script></html>
`
