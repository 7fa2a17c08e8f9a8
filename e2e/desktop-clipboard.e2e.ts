import { execFile, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
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
import { XClient } from './helpers/x-client.ts'

/** The clipboard of a display and of a real browser: what real programs of X copy and paste. */

const needed = ['Xvnc', 'xterm', 'xclip']
const missing = needed.every((program) => existsSync(`/usr/bin/${program}`))
  ? undefined
  : `${needed.join(', ')} are needed: apt-get install tigervnc-standalone-server xterm xclip`
const run = promisify(execFile)
const mebibyte = 1024 * 1024

let host: RunningHost
let browser: Browser
let context: BrowserContext
let page: Page
/** Of the page. */
let clipboard: PageClipboard
let id = ''
let server = ''
let home: string

const file = (name: string): string => join(host.dataDir, name)
const authority = (): string => join(host.dataDir, 'displays', id, 'xauthority')
const environment = () => ({ ...process.env, DISPLAY: server, XAUTHORITY: authority() })

/** A program of the display copies; it goes on until another one does. */
async function copyThere(data: string | Buffer, target = 'UTF8_STRING'): Promise<void> {
  writeFileSync(file('copied'), data)
  const program = spawn('xclip', ['-selection', 'clipboard', '-t', target, '-i', file('copied')], { env: environment(), stdio: 'ignore' })
  expect(await new Promise((resolve) => program.once('exit', resolve))).toBe(0)
}

/** What a program of the display pastes. */
async function pasteThere(target = 'UTF8_STRING'): Promise<Buffer> {
  const { stdout } = await run('xclip', ['-selection', 'clipboard', '-t', target, '-o'], {
    env: environment(),
    encoding: 'buffer',
    maxBuffer: 64 * mebibyte,
    timeout: 20_000,
  }).catch(() => ({ stdout: Buffer.alloc(0) }))
  return stdout
}

const programs: CopyingPrograms = { copy: copyThere, paste: pasteThere }
const paste = () => page.getByTestId('desktop-keys').press('Control+v')
/** Signs of every script, what ends lines, what is written from the right, what is more than one code point. */
const everyScript = [
  'Grüße ß ẞ “quotes”',
  'Ελληνικά Кириллица',
  'עברית العربية',
  'हिन्दी ไทย ខ្មែរ',
  '漢字 かな 한국어',
  '😀👩‍👩‍👧 🇪🇸 e\u0301',
  '\t𝄞 ∑ ∞ \u200d\u00a0',
  '𠮷 🂡',
].join('\n')

beforeAll(async () => {
  if (missing !== undefined) return
  home = mkdtempSync('/tmp/desktop-clipboard-')
  host = await startHost({ name: 'desktop-clipboard', env: { HOME: home } })
  browser = await launchBrowser()
  context = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'], viewport: { width: 1000, height: 700 } })
  page = await context.newPage()
  clipboard = pageClipboard(page)
  const paste = 'XTerm*VT100.translations: #override Ctrl <Key>v: insert-selection(CLIPBOARD)'
  const { body } = await host.api('POST', '/desktop/displays', { command: ['xterm', '-u8', '-xrm', paste] })
  id = body.id
  server = body.server!
  await page.goto(`${host.http}/desktops/${id}`)
  await page.locator('[data-testid=desktop][data-state=open]').waitFor()
  // Without a window manager the window below the pointer has the keyboard.
  await page.getByTestId('desktop-canvas').click({ position: { x: 100, y: 100 } })
}, 120_000)

afterAll(async () => {
  if (id !== '') await host?.api('DELETE', `/desktop/displays/${id}`).catch(() => undefined)
  await browser?.close()
  await host?.stop()
  if (home !== undefined) rmSync(home, { recursive: true, force: true })
}, 60_000)

beforeEach((test) => {
  if (missing !== undefined) skipBecause(test, missing)
})

describe('the clipboard of a display', () => {
  it('brings text that a program there copied to the browser', async () => {
    await clipboard.use()
    await copyThere(everyScript)
    await until(async () => (await clipboard.text()) === everyScript, 'the browser has the text')
  })

  it('brings text from the browser to a program that pastes with the keyboard', async () => {
    const text = `${everyScript} from here`
    await clipboard.copy(text)
    await clipboard.leaveAndReturn()
    await until(async () => (await pasteThere()).toString() === text, 'a program there has the text')
    expect((await pasteThere('STRING')).toString('latin1')).toContain('Grüße ß ?')
    const line = 'pasted: ñ 漢字 😀'
    await page.getByTestId('desktop-keys').focus()
    // Without waiting for the end of a line: a key that is pressed now may come before what is pasted.
    await page.keyboard.type(`stty -icanon; cat > ${file('typed')}`)
    await page.keyboard.press('Enter')
    await until(() => existsSync(file('typed')), 'a program reads the terminal')
    await clipboard.copy(line)
    await paste()
    await until(() => readFileSync(file('typed'), 'utf8') === line, 'the terminal was pasted it')
    await page.keyboard.press('Control+c')
  })

  it('leaves the program that copied on a display in charge of what is pasted there', async () => {
    await clipboard.use()
    await copyThere('copied there')
    await until(async () => (await clipboard.text()) === 'copied there', 'the browser has it')
    await paste()
    await clipboard.leaveAndReturn()
    // The host would offer more names for it.
    expect((await pasteThere('TARGETS')).toString()).not.toContain('text/plain;charset=utf-8')
  })

  it('brings formatted text both ways', async () => {
    await bringFormattedTextBothWays(page, programs)
    expect((await pasteThere()).toString()).toBe('From here')
  })

  it('brings an image of 5 MB both ways, in portions', () => bringLargeImageBothWays(page, programs))

  it('offers files that a program copied as a download: one as it is, several and folders as an archive', async () => {
    mkdirSync(join(home, 'out'))
    writeFileSync(join(home, 'out', 'below.txt'), 'below')
    writeFileSync(join(home, 'ñ 漢\n.txt'), 'one file')
    symlinkSync('/etc/passwd', join(home, 'passwd'))
    const uri = (name: string) => pathToFileURL(join(home, name)).href
    const card = page.getByTestId('copied-files')
    const download = async () => {
      const [found] = await Promise.all([page.waitForEvent('download'), page.getByTestId('copied-files-download').click()])
      return { name: found.suggestedFilename(), data: readFileSync(await found.path()) }
    }
    await clipboard.use()
    await copyThere(`copy\n${uri('ñ 漢\n.txt')}`, 'x-special/gnome-copied-files')
    await card.getByText('1 file was copied').waitFor()
    const one = await download()
    expect([one.name, one.data.toString()]).toEqual(['ñ 漢_.txt', 'one file'])
    await card.waitFor({ state: 'detached' })

    // What a link leads to is not what was copied, and what is no file is left out.
    const uris = [uri('out'), uri('passwd'), uri('ñ 漢\n.txt'), 'file:///dev/zero', 'file://elsewhere/etc/passwd', uri('missing')]
    await copyThere(`${uris.join('\r\n')}\r\n`, 'text/uri-list')
    await card.getByText('2 files were copied').waitFor()
    await card.getByText('cannot be downloaded').waitFor()
    const several = await download()
    expect(several.name).toBe('copied.zip')
    writeFileSync(file('copied.zip'), several.data)
    const { stdout } = await run('python3', [
      '-c',
      'import sys, zipfile; print(zipfile.ZipFile(sys.argv[1]).namelist())',
      file('copied.zip'),
    ])
    expect(stdout.trim()).toBe("['out/', 'out/below.txt', 'ñ 漢_.txt']")

    // They are gone as soon as text is copied.
    const { body } = await host.api('GET', `/desktop/displays/${id}/files/copied`)
    await copyThere('text again')
    const content = `/api/v1/desktop/displays/${id}/files/copied/content?copied=${body.number}`
    await until(async () => (await page.request.get(host.http + content)).status() === 404, 'nothing of it is handed out any more')
    // The text is newer than files that are pasted before the browser has it: the next test pastes some.
    await until(async () => (await clipboard.text()) === 'text again', 'the browser has the text')
  })

  it('brings files that are pasted to the shared folder, and gives programs that paste their list', async () => {
    const paste = () =>
      page.getByTestId('desktop-keys').evaluate((field) => {
        const data = new DataTransfer()
        data.items.add(new File(['first'], 'ñ first.txt', { lastModified: 1 }))
        data.items.add(new File(['second'], 'second.txt', { lastModified: 1 }))
        field.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }))
      })
    await clipboard.leaveAndReturn()
    await paste()
    await page.getByTestId('toast').filter({ hasText: '2 files are in the clipboard' }).waitFor()
    const list = (await pasteThere('text/uri-list')).toString().trim().split('\r\n')
    const files = list.map((each) => fileURLToPath(each))
    const { folder } = (await host.api('GET', `/desktop/displays/${id}/files`)).body
    expect(files).toEqual([join(folder, 'ñ first.txt'), join(folder, 'second.txt')])
    expect(files.map((each) => readFileSync(each, 'utf8'))).toEqual(['first', 'second'])
    expect((await pasteThere('x-special/gnome-copied-files')).toString()).toBe(['copy', ...list].join('\n'))
    // The next time it is the key that pastes: they are there.
    await paste()
    expect((await pasteThere('text/uri-list')).toString().trim().split('\r\n')).toEqual(list)
    expect((await host.api('GET', `/desktop/displays/${id}/files`)).body.entries).toHaveLength(2)
  })

  it('hands out and takes no files without the right to both, and no path that is not in the shared folder', async () => {
    const { token, secret } = (await host.api('POST', '/tokens', { label: 'Bea', role: 'editor' })).body
    const asBea = async (method: string, path: string, body?: object) => {
      const answer = await fetch(`${host.http}/api/v1/desktop/displays/${id}/files/${path}`, {
        method,
        headers: { 'authorization': `Bearer ${secret}`, 'content-type': 'application/json' },
        ...(body && { body: JSON.stringify(body) }),
      })
      return answer.status
    }
    await clipboard.use()
    await copyThere(`${pathToFileURL(join(home, 'out')).href}\n`, 'text/uri-list')
    await page.getByTestId('copied-files').waitFor()
    const statuses = []
    for (const rights of [['clipboard'], ['files'], ['clipboard', 'files']]) {
      await host.api('PUT', `/desktop/displays/${id}/grants/token:${token.id}`, { rights })
      statuses.push([await asBea('GET', 'copied'), await asBea('POST', 'offered', { paths: ['second.txt'] })])
    }
    expect(statuses).toEqual([
      [403, 403],
      [403, 403],
      [200, 204],
    ])
    for (const path of ['../../out', '/etc/passwd', 'missing', '..', 'second.txt\nfile:///etc/passwd']) {
      expect([400, 404]).toContain(await asBea('POST', 'offered', { paths: [path] }))
    }
    expect((await pasteThere('text/uri-list')).toString()).toMatch(/^file:.*\/second\.txt\r\n$/)
  })

  it('says when a program does not hand out what it copied, and goes on', async () => {
    const program = await XClient.connect({ display: server, cookie: readFileSync(authority()).subarray(-16) })
    await clipboard.use()
    await program.ownSelection('CLIPBOARD')
    await copyThere('after the one that hangs')
    await until(async () => (await clipboard.text()) === 'after the one that hangs', 'what comes next is here')
    program.close()
  })

  it('rejects a clipboard of 100 MB with a message, and keeps nothing of it', async () => {
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
    await clipboard.copy('b'.repeat(5 * mebibyte))
    await page.evaluate(() => {
      for (const button of document.querySelectorAll<HTMLButtonElement>('.toast button')) button.click()
    })
    await clipboard.leaveAndReturn()
    await page.getByTestId('toast').filter({ hasText: 'too large' }).first().waitFor()
  })

  it('does not send one viewer what another one pastes, and disconnects one who sends without end', async () => {
    const received: Buffer[] = []
    const other = new WebSocket(`${host.http.replace('http', 'ws')}/api/v1/desktop/session?display=${id}`)
    other.on('message', (data: Buffer, binary) => binary && data[0] === 8 && received.push(data))
    const closed = new Promise<number>((resolve) => other.once('close', resolve))
    await until(() => received.length > 0, 'the other viewer knows what is copied')
    received.length = 0
    await clipboard.copy('for one viewer')
    await clipboard.leaveAndReturn()
    await until(async () => (await pasteThere()).toString() === 'for one viewer', 'a program there has it')
    // Nothing is copied by a program any more, and there is nothing to read.
    expect(received.every((message) => message[1] === 1 && message[2] === 0)).toBe(true)
    const number = received.at(-1)?.readUInt32LE(4) ?? 0
    other.send(JSON.stringify({ kind: 'clipboard-read', copied: number, format: 'text' }))

    // More than it said: that transfer ends; the connection stays.
    const chunk = (offer: number, bytes: number) => Buffer.concat([Buffer.from([1, 0, 0, 0, offer, 0, 0, 0]), Buffer.alloc(bytes, 'x')])
    received.length = 0
    other.send(JSON.stringify({ kind: 'clipboard', offer: 9, formats: [{ format: 'text', bytes: 10 }] }))
    other.send(chunk(9, 11))
    await until(() => received.some((message) => message[1] === 5), 'the transfer was rejected')
    expect(received.some((message) => message[1] === 2)).toBe(false)
    expect(other.readyState).toBe(WebSocket.OPEN)
    for (let index = 0; index < 50; index++) other.send(chunk(9, 60_000))
    expect(await closed).toBe(1008)
    await page.locator('[data-testid=desktop][data-state=open]').waitFor()
  })
})
