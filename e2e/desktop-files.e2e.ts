import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import {
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { request as httpRequest } from 'node:http'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { promisify } from 'node:util'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { findingsInBothThemes } from './helpers/axe.ts'
import { complaints, launchBrowser } from './helpers/browser.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { skipBecause } from './helpers/skip.ts'
import { until } from './helpers/until.ts'

/** Files that a viewer in a real browser and a display share. */

const missing = existsSync('/usr/bin/Xvnc') ? undefined : 'Xvnc is needed: apt-get install tigervnc-standalone-server'
const run = promisify(execFile)
const mebibyte = 1024 * 1024
let host: RunningHost
let browser: Browser
let page: Page
let problems: string[]
let id = ''
let home: string
let folder: string

const shared = (...names: string[]) => join(folder, ...names)
const url = (path: string) => `${host.http}/api/v1/desktop/displays/${id}/files${path}`
const hash = (data: Buffer) => createHash('sha256').update(data).digest('hex')
async function hashOf(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const sum = createHash('sha256')
  for await (const bytes of stream) sum.update(bytes)
  return sum.digest('hex')
}

beforeAll(async () => {
  if (missing !== undefined) return
  home = mkdtempSync('/tmp/desktop-files-')
  host = await startHost({ name: 'desktop-files', env: { HOME: home } })
  browser = await launchBrowser()
  page = await browser.newPage({ viewport: { width: 1000, height: 700 } })
  problems = complaints(page)
  id = (await host.api('POST', '/desktop/displays', { name: 'Build', command: null })).body.id
  folder = (await host.api('GET', `/desktop/displays/${id}/files`)).body.folder
}, 120_000)

afterAll(async () => {
  if (id !== '') await host?.api('DELETE', `/desktop/displays/${id}`).catch(() => undefined)
  await browser?.close()
  await host?.stop()
  if (home !== undefined) rmSync(home, { recursive: true, force: true })
}, 60_000)

beforeEach((context) => {
  if (missing !== undefined) skipBecause(context, missing)
})

/** Sends a part of a piece, and breaks the connection in the middle of it. */
function breakOff(upload: string, offset: number, piece: Buffer): Promise<void> {
  return new Promise((resolve) => {
    const sent = httpRequest(url(`/uploads/${upload}/bytes?offset=${offset}`), {
      method: 'PUT',
      headers: { 'content-type': 'application/octet-stream', 'content-length': String(piece.length) },
    })
    sent.on('error', () => resolve())
    sent.on('close', () => resolve())
    sent.write(piece.subarray(0, piece.length / 2), () => setTimeout(() => sent.destroy(), 200))
  })
}

describe('files of a display', () => {
  it('are in a folder below Downloads with the name of the display', () => {
    expect(folder).toBe(join(home, 'Downloads', `Build (${id.slice(0, 8)})`))
  })

  it('take 200 MB with a break in between, and give them back with one', async () => {
    const data = randomBytes(200 * mebibyte)
    const { body: upload } = await host.api('POST', `/desktop/displays/${id}/files/uploads`, { path: 'in/large.bin', bytes: data.length })
    const look = async () => (await host.api('GET', `/desktop/displays/${id}/files/uploads/${upload.id}`)).body
    for (let at = 0, breaks = 0; at < data.length; at = (await look()).received) {
      const piece = data.subarray(at, at + 16 * mebibyte)
      if (at > 60 * mebibyte && breaks++ === 0) {
        await breakOff(upload.id, at, piece)
        await until(async () => (await look()).received > at, 'what came before the break is kept')
        expect(existsSync(shared('in', 'large.bin'))).toBe(false)
        // The host may still be reading what had arrived.
        await until(async () => {
          const before = (await look()).received
          await new Promise((resolve) => setTimeout(resolve, 100))
          return before === (await look()).received
        }, 'the broken piece is over')
        continue
      }
      const { status } = await fetch(url(`/uploads/${upload.id}/bytes?offset=${at}`), {
        method: 'PUT',
        headers: { 'content-type': 'application/octet-stream' },
        body: new Uint8Array(piece),
      })
      if (status !== 200) expect(status).toBe(409)
    }
    expect((await look()).file?.path).toBe('in/large.bin')
    const whole = hash(data)
    expect(await hashOf(createReadStream(shared('in', 'large.bin')))).toBe(whole)

    const content = url(`/content?path=${encodeURIComponent('in/large.bin')}`)
    const stop = new AbortController()
    const first = await fetch(content, { signal: stop.signal })
    const got: Buffer[] = []
    let bytes = 0
    await (async () => {
      for await (const part of Readable.fromWeb(first.body as never)) {
        got.push(part as Buffer)
        bytes += (part as Buffer).length
        if (bytes > 50 * mebibyte) stop.abort()
      }
    })().catch(() => undefined)
    const rest = await fetch(content, { headers: { 'range': `bytes=${bytes}-`, 'if-range': first.headers.get('etag') ?? '' } })
    expect(rest.status).toBe(206)
    got.push(Buffer.from(await rest.arrayBuffer()))
    expect(hash(Buffer.concat(got))).toBe(whole)
  })

  it('are chosen on the page with their progress, and downloaded there', async () => {
    await page.goto(`${host.http}/desktops/${id}`)
    await page.locator('[data-testid=desktop][data-state=open]').waitFor()
    await page.getByTestId('desktop-files').click()
    const data = randomBytes(20 * mebibyte)
    // The first connection for bytes breaks.
    let broken = 0
    await page.route('**/bytes?offset=8388608', async (route) => (broken++ === 0 ? route.abort() : route.continue()))
    await page.getByTestId('files-upload').setInputFiles([
      { name: 'ñ 漢.bin', mimeType: 'application/octet-stream', buffer: data },
      { name: 'empty.txt', mimeType: 'text/plain', buffer: Buffer.alloc(0) },
    ])
    await until(() => existsSync(shared('ñ 漢.bin')) && existsSync(shared('empty.txt')), 'the files are there')
    expect(broken).toBe(2)
    expect(readFileSync(shared('ñ 漢.bin')).equals(data)).toBe(true)
    await page.getByTestId('files-dialog').getByText('ñ 漢.bin').waitFor()
    expect(await findingsInBothThemes(page)).toEqual([])
    await page.getByTestId('files-upload').setInputFiles([{ name: 'empty.txt', mimeType: 'text/plain', buffer: Buffer.from('other') }])
    await until(() => existsSync(shared('empty (2).txt')), 'nothing is overwritten')
    expect(readFileSync(shared('empty.txt'))).toHaveLength(0)
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByTestId('files-list').locator('li', { hasText: 'ñ 漢.bin' }).getByTestId('files-download').click(),
    ])
    expect(download.suggestedFilename()).toBe('ñ 漢.bin')
    expect(readFileSync((await download.path())!).equals(data)).toBe(true)
    await page.keyboard.press('Escape')
  })

  it('are dropped on the display, and what is cancelled leaves nothing', async () => {
    const transfer = await page.evaluateHandle(() => {
      const data = new DataTransfer()
      data.items.add(new File(['dropped'], 'dropped.txt'))
      return data
    })
    await page.locator('.desktop-stage').dispatchEvent('drop', { dataTransfer: transfer })
    await until(() => existsSync(shared('dropped.txt')) && readFileSync(shared('dropped.txt'), 'utf8') === 'dropped', 'the file is there')
    // Nothing is answered: the upload stays on its way until it is cancelled.
    await page.route('**/bytes?offset=*', () => undefined)
    const large = await page.evaluateHandle(() => {
      const data = new DataTransfer()
      data.items.add(new File([new Uint8Array(3_000_000)], 'cancelled.bin'))
      return data
    })
    await page.locator('.desktop-stage').dispatchEvent('drop', { dataTransfer: large })
    await page.getByTestId('upload').filter({ hasText: 'cancelled.bin' }).getByTestId('upload-cancel').click()
    await until(() => !readdirSync(folder).some((name) => name.startsWith('.ami-streams-upload-')), 'nothing of it stays')
    expect(existsSync(shared('cancelled.bin'))).toBe(false)
    await page.unroute('**/bytes?offset=*')
    expect(problems.filter((problem) => !/ERR_FAILED/.test(problem))).toEqual([])
  })

  it('come as one archive, without what links lead to', async () => {
    mkdirSync(shared('out', 'below'), { recursive: true })
    writeFileSync(shared('out', 'below', 'ñ.txt'), 'text')
    writeFileSync(shared('out', 'data'), randomBytes(3 * mebibyte))
    symlinkSync('/etc', shared('out', 'etc'))
    symlinkSync('/etc/passwd', shared('passwd'))
    const answer = await page.request.get(url('/content?path=out'))
    const archive = await answer.body()
    expect(archive).toHaveLength(Number(answer.headers()['content-length']))
    expect(answer.headers()['content-disposition']).toContain('out.zip')
    writeFileSync(join(home, 'out.zip'), archive)
    const script = `import sys, zipfile
archive = zipfile.ZipFile(sys.argv[1])
assert archive.testzip() is None
print(sorted(archive.namelist()))`
    const { stdout } = await run('python3', ['-c', script, join(home, 'out.zip')])
    expect(stdout.trim()).toBe("['out/', 'out/below/', 'out/below/ñ.txt', 'out/data']")
    for (const path of ['passwd', 'out/etc/passwd', '../../../etc/passwd', '/etc/passwd']) {
      const answer = await page.request.get(url(`/content?path=${encodeURIComponent(path)}`))
      expect([400, 404]).toContain(answer.status())
    }
  })

  it('are shared with a guest who may, on the page, within limits, and only while they may and are there', async () => {
    const invite = { rights: ['see', 'files', 'clipboard'], once: false }
    const { body: made } = await host.api('POST', `/desktop/displays/${id}/invitations`, invite)
    const guest = await (await browser.newContext({ viewport: { width: 1000, height: 700 } })).newPage()
    let visit = ''
    guest.on('websocket', (socket) =>
      socket.on('framereceived', ({ payload }) => {
        if (typeof payload === 'string' && payload.includes('"rights"')) visit = JSON.parse(payload).visit ?? visit
      }),
    )
    await guest.goto(made.url)
    await guest.getByTestId('invitation-rights').getByText('Exchange files').waitFor()
    await guest.getByTestId('invitation-name').fill('Gus')
    await guest.getByTestId('invitation-join').click()
    await guest.locator('[data-testid=desktop][data-state=open]').waitFor()
    await guest.getByTestId('desktop-files').click()
    // The folder's place on the machine is not theirs to know.
    await guest.getByTestId('files-dialog').getByText('8 GB in all').waitFor()
    const data = randomBytes(9 * mebibyte)
    // The visit is another one after a break of the connection in the middle of the file: the rest is sent by that.
    const before = visit
    let breaks = 0
    await guest.route('**/bytes?offset=8388608', async (route) => {
      if (breaks++ > 0) return route.continue()
      const { items } = (await host.api('GET', `/desktop/displays/${id}/attendees`)).body
      for (const each of items) if (each.user.startsWith('guest:')) await host.api('DELETE', `/desktop/displays/${id}/attendees/${each.id}`)
      return route.continue()
    })
    await guest.getByTestId('files-upload').setInputFiles([{ name: 'of Gus.bin', mimeType: 'application/octet-stream', buffer: data }])
    await guest.getByTestId('desktop-again').waitFor()
    await guest.keyboard.press('Escape')
    await guest.getByTestId('desktop-again').click()
    await until(() => existsSync(shared('of Gus.bin')), 'the file is there')
    expect(readFileSync(shared('of Gus.bin')).equals(data)).toBe(true)
    await until(() => visit !== before, 'the visit after the break')
    await guest.getByTestId('desktop-files').click()
    const [download] = await Promise.all([
      guest.waitForEvent('download'),
      guest.getByTestId('files-list').locator('li', { hasText: 'of Gus.bin' }).getByTestId('files-download').click(),
    ])
    expect(readFileSync((await download.path())!).equals(data)).toBe(true)

    const asGuest = async (method: string, path: string, body?: object) => {
      const answer = await fetch(`${host.http}/api/v1/desktop/visits/${visit}/files${path}`, {
        method,
        headers: { 'content-type': 'application/json' },
        ...(body && { body: JSON.stringify(body) }),
      })
      return { status: answer.status, body: await answer.json().catch(() => undefined) }
    }
    const listed = await asGuest('GET', '')
    expect([listed.status, listed.body.folder]).toEqual([200, ''])
    expect((await asGuest('GET', '/content?path=../../../../etc/passwd')).status).toBe(400)
    expect((await asGuest('POST', '/uploads', { path: 'a', bytes: 2 * 1024 ** 3 + 1 })).body.code).toBe('desktop.upload_limit')
    expect((await asGuest('POST', '/uploads', { path: 'empty of Gus', bytes: 0 })).body.file).toEqual({
      path: 'empty of Gus',
      realPath: '',
    })
    expect((await asGuest('POST', '/offered', { paths: ['of Gus.bin'] })).status).toBe(204)
    const { items: log } = (await host.api('GET', '/audit?limit=50')).body
    const lines = log.filter(({ actor }) => actor?.startsWith('guest:')).map(({ message }) => message)
    expect(lines).toEqual(expect.arrayContaining(['of Gus.bin was uploaded', 'of Gus.bin was downloaded']))

    // What an admin takes from the connection is gone at once, and all of it when the guest leaves.
    const [attendee] = (await host.api('GET', `/desktop/displays/${id}/attendees`)).body.items.filter(({ user }) =>
      user.startsWith('guest:'),
    )
    await host.api('PATCH', `/desktop/displays/${id}/attendees/${attendee!.id}`, { rights: ['see', 'clipboard'] })
    await guest.getByTestId('desktop-files').waitFor({ state: 'detached' })
    for (const path of ['', '/content?path=of%20Gus.bin', '/copied'])
      expect((await asGuest('GET', path)).body.code).toBe('desktop.forbidden')
    await guest.context().close()
    await until(async () => (await asGuest('GET', '')).body.code === 'desktop.visit_unknown', 'the visit has ended')
    await host.api('DELETE', `/desktop/displays/${id}/invitations/${made.invitation.id}`)
  })

  it('that lie about their size end alone', async () => {
    const begin = (bytes: number) => host.api('POST', `/desktop/displays/${id}/files/uploads`, { path: 'lie.bin', bytes })
    const { body: upload } = await begin(10)
    const put = (bytes: number) =>
      fetch(url(`/uploads/${upload.id}/bytes?offset=0`), {
        method: 'PUT',
        headers: { 'content-type': 'application/octet-stream' },
        body: new Uint8Array(bytes),
      })
    expect((await put(11)).status).toBe(413)
    expect((await put(10)).status).toBe(404)
    expect((await begin(2 ** 49)).body.code).toBe('desktop.disk_full')
    expect(existsSync(shared('lie.bin'))).toBe(false)
  })
})

describe('what programs of a display print', () => {
  const programs = async (...command: string[]) => host.api('POST', `/desktop/displays/${id}/programs`, { command })
  const needsLp = existsSync('/usr/bin/lp') ? undefined : 'lp is needed: apt-get install cups-client'
  const open = async () => {
    await page.goto(`${host.http}/desktops/${id}`)
    await page.locator('[data-testid=desktop][data-state=open]').waitFor()
  }

  it('is a PDF in the folder, which opens at who controls the display; what is no PDF is rejected', async (context) => {
    if (needsLp !== undefined) skipBecause(context, needsLp)
    problems.splice(0)
    // An upload of the tests before that was cut off is kept for a while: it may go on.
    const kept = readdirSync(folder)
    await open()
    const letter = join(home, 'letter.txt')
    const pdf = join(home, 'Offer ñ.pdf')
    writeFileSync(letter, 'no PDF')
    writeFileSync(pdf, await browser.newPage().then(printed))
    const said = join(home, 'said.txt')
    await programs('sh', '-c', `{ lpstat -d; lp '${letter}'; echo $?; lp '${pdf}'; echo $?; } > '${said}' 2>&1; echo done >> '${said}'`)
    await until(() => existsSync(said) && readFileSync(said, 'utf8').endsWith('done\n'), 'it is printed')
    expect(readFileSync(said, 'utf8')).toMatch(
      /^system default destination: PDF\n.*\n1\nrequest id is PDF-\d+ \(1 file\(s\)\)\n0\ndone\n$/s,
    )
    expect(readFileSync(shared('Offer ñ.pdf')).equals(readFileSync(pdf))).toBe(true)
    expect(readdirSync(folder).filter((name) => name.startsWith('.ami') && !kept.includes(name))).toEqual([])
    await page.getByTestId('printed').getByText('Offer ñ.pdf').waitFor()
    expect(await findingsInBothThemes(page)).toEqual([])
    const [tab] = await Promise.all([page.context().waitForEvent('page'), page.getByTestId('printed-open').click()])
    await until(() => tab.url().startsWith('blob:'), 'it opens in a tab of its own')
    await tab.close()
    await page.getByTestId('printed').waitFor({ state: 'detached' })
    expect(problems).toEqual([])
  })

  it('comes from a browser there, too', async (context) => {
    if (needsLp !== undefined) skipBecause(context, needsLp)
    const site = join(home, 'page.html')
    writeFileSync(site, '<title>Report</title><h1>Report</h1><script>onload = () => print()</script>')
    const flags = ['--no-sandbox', '--kiosk-printing', '--no-first-run', `--user-data-dir=${join(home, 'browser')}`]
    await programs('chromium', ...flags, `file://${site}`)
    await until(() => readdirSync(folder).some((name) => /report|page/i.test(name)), 'the page is printed', 60_000)
    const name = readdirSync(folder).find((each) => /report|page/i.test(each)) as string
    await until(() => readFileSync(shared(name)).subarray(0, 5).toString() === '%PDF-', 'it is a PDF')
  })
})

async function printed(blank: Page): Promise<Buffer> {
  await blank.setContent('<h1>Offer</h1>')
  const bytes = await blank.pdf()
  await blank.close()
  return bytes
}
