import { execFile, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { findProgram } from '../src-main/platform/programs/find-program.ts'
import { launchBrowser } from './helpers/browser.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import {
  bringFormattedTextBothWays,
  bringLargeImageBothWays,
  type CopyingPrograms,
  type PageClipboard,
  pageClipboard,
} from './helpers/page-clipboard.ts'
import { skipBecause } from './helpers/skip.ts'
import { until } from './helpers/until.ts'
import { workersOf } from './helpers/workers.ts'

/** The clipboard of a Wayland display and of a real browser: what real programs of Wayland copy and paste. */

const missing = ['sway', 'foot', 'wl-copy'].every((program) => findProgram(program) !== undefined)
  ? undefined
  : 'sway, foot and wl-copy are needed: apt-get install sway foot wl-clipboard'
const run = promisify(execFile)
const mebibyte = 1024 * 1024

let host: RunningHost
let browser: Browser
let page: Page
/** Of the page. */
let clipboard: PageClipboard
let id = ''
let environment: NodeJS.ProcessEnv

const file = (name: string): string => join(host.dataDir, name)

/** A program of the display copies; it goes on until another one does. Its process. */
async function copyThere(data: string | Buffer, type = 'text/plain;charset=utf-8'): Promise<number> {
  writeFileSync(file('copied'), data)
  const command = `exec wl-copy --foreground --type '${type}' < '${file('copied')}'`
  const program = spawn('sh', ['-c', command], { env: environment, stdio: 'ignore' })
  const formats = async () => (await run('wl-paste', ['--list-types'], { env: environment }).catch(() => ({ stdout: '' }))).stdout
  await until(async () => (await formats()).includes(type), `${type} is copied there`)
  return program.pid as number
}

/** What a program of the display pastes. */
async function pasteThere(type = 'text/plain;charset=utf-8'): Promise<Buffer> {
  const { stdout } = await run('wl-paste', ['--no-newline', '--type', type], {
    env: environment,
    encoding: 'buffer',
    maxBuffer: 64 * mebibyte,
    timeout: 20_000,
  }).catch(() => ({ stdout: Buffer.alloc(0) }))
  return stdout
}

const programs: CopyingPrograms = { copy: copyThere, paste: pasteThere }
beforeAll(async () => {
  if (missing !== undefined) return
  host = await startHost({ name: 'desktop-wayland-clipboard' })
  browser = await launchBrowser()
  const context = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'], viewport: { width: 1000, height: 700 } })
  page = await context.newPage()
  clipboard = pageClipboard(page)
  const { body } = await host.api('POST', '/desktop/displays', { protocol: 'wayland', command: ['foot'] })
  id = body.id
  environment = { ...process.env, WAYLAND_DISPLAY: body.server!, XDG_RUNTIME_DIR: join(host.dataDir, 'displays', id) }
  await page.goto(`${host.http}/desktops/${id}`)
  await page.locator('[data-testid=desktop][data-state=open]').waitFor()
  await page.getByTestId('desktop-canvas').click({ position: { x: 100, y: 100 } })
}, 120_000)

afterAll(async () => {
  if (id !== '') await host?.api('DELETE', `/desktop/displays/${id}`).catch(() => undefined)
  await browser?.close()
  await host?.stop()
}, 60_000)

describe('the clipboard of a Wayland display', () => {
  beforeEach((test) => {
    if (missing !== undefined) skipBecause(test, missing)
  })

  it('brings text that a program there copied to the browser', async () => {
    const text = 'Grüße “quotes” עברית 漢字 😀 e\u0301\n\tsecond line'
    await clipboard.use()
    await copyThere(text)
    await until(async () => (await clipboard.text()) === text, 'the browser has the text')
  })

  it('brings text from the browser to a program that pastes with the keyboard', async () => {
    await page.getByTestId('desktop-keys').focus()
    await page.keyboard.type(`stty -icanon; cat > ${file('typed')}`)
    await page.keyboard.press('Enter')
    await until(() => existsSync(file('typed')), 'a program reads the terminal')
    for (const line of ['pasted: ñ 漢字 😀', 'and once more']) {
      await clipboard.copy(line)
      await clipboard.leaveAndReturn()
      await page.getByTestId('desktop-keys').press('Control+Shift+V')
      await until(() => readFileSync(file('typed'), 'utf8').endsWith(line), 'the terminal was pasted it')
      expect((await pasteThere()).toString()).toBe(line)
    }
    await page.keyboard.press('Control+c')
  })

  it('brings formatted text and an image of 5 MB both ways', async () => {
    await bringFormattedTextBothWays(page, programs)
    expect((await pasteThere()).toString()).toBe('From here')
    await bringLargeImageBothWays(page, programs)
  })

  it('offers files that a program copied as a download', async () => {
    mkdirSync(file('home'))
    writeFileSync(join(file('home'), 'one.txt'), 'one file')
    await clipboard.use()
    await copyThere(`${pathToFileURL(join(file('home'), 'one.txt')).href}\r\n`, 'text/uri-list')
    await page.getByTestId('copied-files').getByText('1 file was copied').waitFor()
  })

  it('says when a program does not hand out what it copied, and what is too large, and goes on', async () => {
    await clipboard.use()
    // It announces what it has, and writes nothing into the pipe.
    const stopped = await copyThere('of one that hangs', 'text/html')
    process.kill(stopped, 'SIGSTOP')
    await clipboard.leaveAndReturn()
    await clipboard.use()
    await copyThere('after the one that hangs')
    process.kill(stopped, 'SIGKILL')
    await until(async () => (await clipboard.text()) === 'after the one that hangs', 'what comes next is here')

    const memory = () =>
      [host.process.pid as number, ...workersOf(host, 'desktop-worker')]
        .map((pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024)
        .reduce((sum, bytes) => sum + bytes, 0)
    const before = memory()
    await clipboard.use()
    await copyThere(Buffer.alloc(100 * mebibyte, 'a'))
    await page.getByTestId('toast').filter({ hasText: 'too large' }).first().waitFor()
    expect(memory() - before).toBeLessThan(60 * mebibyte)
    await copyThere('small again')
    await until(async () => (await clipboard.text()) === 'small again', 'what comes next is here')
  })
})
