import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser, screenshot, sidewaysPx } from './helpers/browser.ts'
import { ffmpeg } from './helpers/clips.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { look, openCollection, showRequests, studioWindow } from './helpers/studio-page.ts'
import { until } from './helpers/until.ts'

const collection = {
  format: 'ami-streams/collection',
  version: 1,
  name: 'evening',
  frameRate: 30,
  canvases: [{ id: 'main', name: 'Main', width: 640, height: 360, scene: 'talk' }],
  scenes: [{ id: 'talk', name: 'Talk', items: [] }],
}

describe('files that are sent to the studio', () => {
  let host: RunningHost
  let browser: Browser
  let page: Page
  let problems: string[]
  let editorToken: string
  let viewerToken: string
  const files = mkdtempSync(join(tmpdir(), 'ami-uploads-'))
  const at = (name: string): string => join(files, name)

  const { ask, show } = showRequests(() => host)
  const folder = (name: 'uploads' | 'incoming'): string[] => readdirSync(join(host.dataDir, 'studio', name))

  /** A request of its own, with any headers; `leaveAfter`: the connection is cut when this much was sent. */
  const raw = (
    method: string,
    path: string,
    headers: Record<string, string | number>,
    body: Buffer,
    leaveAfter?: number,
  ): Promise<{ status: number; code: string }> =>
    new Promise((resolve) => {
      const sent = httpRequest(`${host.http}/api/v1${path}`, { method, headers }, (reply) => {
        let text = ''
        reply.on('data', (chunk: Buffer) => {
          text += chunk
        })
        reply.on('close', () => resolve({ status: reply.statusCode ?? 0, code: text === '' ? '' : (JSON.parse(text).code ?? '') }))
      })
      sent.on('error', () => resolve({ status: 0, code: '' }))
      if (leaveAfter === undefined) {
        // A body that is shorter than it says keeps the request open: the answer comes before.
        if (Number(headers['content-length'] ?? body.length) > body.length) sent.write(body)
        else sent.end(body)
      } else sent.write(body.subarray(0, leaveAfter), () => setTimeout(() => sent.destroy(), 300))
    })
  const bytesType = { 'content-type': 'application/octet-stream' }
  const begin = async (name: string, bytes: number): Promise<string> => (await ask('POST', '/studio/uploads', { name, bytes })).id
  const put = (id: string, offset: number, body: Buffer, more: Record<string, string | number> = {}) =>
    raw('PUT', `/studio/uploads/${id}/bytes?offset=${offset}`, { ...bytesType, ...more }, body)

  /** Drops files on the canvas, at a share of its width and height, as a file manager does. */
  const drop = (names: readonly string[], x: number, y: number): Promise<void> =>
    page.evaluate(
      ({ sent, x, y }) => {
        const target = document.querySelector('[data-testid="canvas-program"]')!
        const data = new DataTransfer()
        for (const { name, base64 } of sent) data.items.add(new File([Uint8Array.from(atob(base64), (each) => each.charCodeAt(0))], name))
        const { left, top, width, height } = target.getBoundingClientRect()
        const place = { clientX: left + width * x, clientY: top + height * y, dataTransfer: data, bubbles: true, cancelable: true }
        target.dispatchEvent(new DragEvent('dragover', place))
        target.dispatchEvent(new DragEvent('drop', place))
      },
      { sent: names.map((name) => ({ name, base64: readFileSync(at(name)).toString('base64') })), x, y },
    )

  beforeAll(async () => {
    await ffmpeg(['-f', 'lavfi', '-i', 'color=red:s=160x90', '-frames:v', '1', at('logo.png')])
    await ffmpeg([
      '-f',
      'lavfi',
      '-i',
      'testsrc2=s=320x180:r=30:d=2',
      '-f',
      'lavfi',
      '-i',
      'sine=d=2',
      '-pix_fmt',
      'yuv420p',
      '-c:a',
      'aac',
      at('intro.mp4'),
    ])
    await ffmpeg(['-f', 'lavfi', '-i', 'sine=d=3', at('jingle.mp3')])
    await ffmpeg([
      '-f',
      'lavfi',
      '-i',
      'testsrc2=s=1280x720:r=30:d=6',
      '-pix_fmt',
      'yuv420p',
      '-b:v',
      '14M',
      '-minrate',
      '14M',
      '-preset',
      'ultrafast',
      at('long.mp4'),
    ])
    host = await startHost({ name: 'studio-uploads', args: ['--uploads-max-megabytes', '60', '--uploads-quota-megabytes', '100'] })
    mkdirSync(join(host.dataDir, 'media', 'show'), { recursive: true })
    editorToken = (await ask('POST', '/tokens', { label: 'editor', role: 'editor' })).secret
    viewerToken = (await ask('POST', '/tokens', { label: 'viewer', role: 'viewer' })).secret
    await openCollection(host, collection)
    browser = await launchBrowser()
    ;({ page, problems } = await studioWindow(browser))
    await page.goto(`${host.http}/studio`)
    await page.getByTestId('canvas-program').waitFor()
  })
  afterAll(async () => {
    await browser?.close()
    await host?.stop()
    rmSync(files, { recursive: true, force: true })
  })

  it('makes the right source of each dropped file, where it was dropped, as one step', async () => {
    await drop(['logo.png'], 0.25, 0.25)
    await until(async () => (await show()).sources.length === 1, 'the image is a source')
    const { sources, scenes } = await show()
    expect(sources[0]).toMatchObject({ kind: 'image', name: 'logo' })
    expect(sources[0].settings.file).toBe(join(host.dataDir, 'studio', 'uploads', 'logo.png'))
    const [{ position, bounds }] = scenes[0].items
    expect(position.x + bounds.width / 2).toBeCloseTo(160, -1)
    expect(position.y + bounds.height / 2).toBeCloseTo(90, -1)
    // Its pixels are on air, in its own size within the box.
    await until(async () => {
      const reply = await fetch(`${host.http}/api/v1/studio/screenshot?canvas=main`)
      if (!reply.ok) return false
      const { data, info } = await sharp(Buffer.from(await reply.arrayBuffer()))
        .removeAlpha()
        .raw()
        .toBuffer({ resolveWithObject: true })
      const [red = 0, green = 255] = data.subarray((Math.round(info.height / 4) * info.width + Math.round(info.width / 4)) * 3)
      return red > 200 && green < 60
    }, 'the image is on air')

    await drop(['intro.mp4', 'jingle.mp3'], 0.75, 0.75)
    await until(async () => (await show()).sources.length === 3, 'film and audio are sources')
    const after = await show()
    expect(after.sources.find(({ name }: any) => name === 'intro')).toMatchObject({ kind: 'media' })
    expect(after.sources.find(({ name }: any) => name === 'jingle')).toMatchObject({ kind: 'media' })
    // Audio as well is heard while its scene is on air.
    expect(after.scenes[0].items).toHaveLength(3)
    await until(async () => {
      const { items } = await ask('GET', '/studio/sources')
      return items.every(({ report }: any) => report?.state === 'running' || report?.state === 'ended')
    }, 'all of them play')
    await page.getByTestId('undo').click()
    await until(async () => (await show()).sources.length === 2, 'one step takes source and item away')
    await page.getByTestId('redo').click()
    await until(async () => (await show()).sources.length === 3, 'and brings them back')
  })

  it('shows how far a large file is, and leaves nothing of one that is cancelled', async () => {
    const session = await page.context().newCDPSession(page)
    await session.send('Network.enable')
    await session.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: 0,
      downloadThroughput: -1,
      uploadThroughput: 400_000,
    })
    await drop(['long.mp4'], 0.5, 0.5)
    const upload = page.getByTestId('upload')
    await upload.waitFor()
    await until(async () => Number(await upload.locator('progress').getAttribute('value')) > 100_000, 'it comes forward')
    await screenshot(page, 'studio-uploads-progress')
    expect(await sidewaysPx(page)).toBe(0)
    await until(() => folder('incoming').length === 1, 'part of it is at the host')
    await page.getByTestId('upload-cancel').click()
    await upload.waitFor({ state: 'detached' })
    await until(() => folder('incoming').length === 0, 'nothing of it stays')
    expect(folder('uploads')).not.toContain('long.mp4')
    await session.send('Network.emulateNetworkConditions', { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: -1 })
  })

  it('goes on where it was when the connection comes back', async () => {
    const session = await page.context().newCDPSession(page)
    await session.send('Network.enable')
    const network = (offline: boolean, uploadThroughput: number) =>
      session.send('Network.emulateNetworkConditions', { offline, latency: 0, downloadThroughput: -1, uploadThroughput })
    await network(false, 2_000_000)
    await drop(['long.mp4'], 0.5, 0.5)
    await until(
      () => folder('incoming').some((name) => statSync(join(host.dataDir, 'studio', 'incoming', name)).size > 1_000_000),
      'a part is there',
    )
    await network(true, 0)
    await page.locator('[data-testid="upload"][data-state="waiting"]').waitFor()
    await network(false, -1)
    await until(() => folder('uploads').includes('long.mp4'), 'it is there whole')
    expect(readFileSync(join(host.dataDir, 'studio', 'uploads', 'long.mp4')).equals(readFileSync(at('long.mp4')))).toBe(true)
    await until(async () => (await show()).sources.some(({ name }: any) => name === 'long'), 'it is a source')
    expect(folder('incoming')).toEqual([])
    // What the browser says about the requests that were cut off.
    problems.length = 0
  })

  it('offers the host’s folders in the form of a source, with what was uploaded and a way to send more', async () => {
    await page.getByTestId('add-source').click()
    await page.getByTestId('kind-image').click()
    await page.getByTestId('new-source-dialog').getByTestId('choose-file').click()
    const chooser = page.getByTestId('file-chooser')
    await chooser.locator('[data-testid="chooser-file"][data-name="logo.png"]').waitFor()
    await until(
      () =>
        chooser
          .locator('img')
          .first()
          .evaluate((image: HTMLImageElement) => image.naturalWidth > 0),
      'images are seen small',
    )
    await look(page, 'studio-chooser')
    await ffmpeg(['-f', 'lavfi', '-i', 'color=lime:s=320x180', '-frames:v', '1', at('green.jpg')])
    await chooser.getByTestId('chooser-input').setInputFiles(at('green.jpg'))
    await chooser.waitFor({ state: 'detached' })
    expect(await page.locator('[data-setting="file"]').inputValue()).toMatch(/studio\/uploads\/green\.jpg$/)
    await page.getByTestId('new-source-add').click()
    await until(async () => (await show()).sources.some(({ settings }: any) => /green\.jpg$/.test(settings.file)), 'it is a source')
  })

  it('asks before a file is deleted that a source uses', async () => {
    const { items } = await ask('GET', '/studio/uploaded-files')
    expect(items.find(({ id }: any) => id === 'logo.png')).toMatchObject({ kind: 'image', usedBy: ['logo'] })
    expect(await host.api('DELETE', '/studio/uploaded-files/logo.png')).toMatchObject({
      status: 409,
      body: { code: 'studio.upload_in_use' },
    })
    await page.getByTestId('add-source').click()
    await page.getByTestId('kind-image').click()
    await page.getByTestId('new-source-dialog').getByTestId('choose-file').click()
    const chooser = page.getByTestId('file-chooser')
    const row = chooser.locator('li', { has: page.locator('[data-name="logo.png"]') })
    await row.getByTestId('chooser-delete').click()
    await page.getByTestId('confirm-no').click()
    expect(folder('uploads')).toContain('logo.png')
    await row.getByTestId('chooser-delete').click()
    await page.getByTestId('confirm-yes').click()
    await row.waitFor({ state: 'detached' })
    expect(folder('uploads')).not.toContain('logo.png')
    await page.keyboard.press('Escape')
    await page.keyboard.press('Escape')
    await page.getByTestId('new-source-dialog').waitFor({ state: 'detached' })
    // A conflict is what the page asks about.
    expect(problems.filter((each) => !/ 409 /.test(each))).toEqual([])
  })

  it('keeps names and bytes of strangers inside its folder', async () => {
    const png = readFileSync(at('green.jpg'))
    const id = await begin('../../../x/../../evil.sh', png.length + 1)
    expect((await put(id, 0, Buffer.concat([png, Buffer.from('x')]))).status).toBe(200)
    expect(folder('uploads')).toContain('evil.sh.jpg')
    expect(existsSync(join(host.dataDir, '..', 'evil.sh'))).toBe(false)
    // A page that calls itself a film is rejected, and nothing of it stays.
    const page = await begin('film.mp4', 40_000)
    expect(await put(page, 0, Buffer.from('<script>'.repeat(1000)))).toMatchObject({ status: 415, code: 'studio.upload_type' })
    expect(folder('incoming')).toEqual([])
    expect(folder('uploads').filter((name) => name.startsWith('film'))).toEqual([])
    for (const name of ['..%2f..%2fhost.json', '%2e%2e', '..%5cx']) {
      expect((await host.api('DELETE', `/studio/uploaded-files/${name}`)).status, name).toBe(404)
    }
  })

  it('rejects what is too large before a byte of it is kept', async () => {
    expect(await host.api('POST', '/studio/uploads', { name: 'film.mp4', bytes: 2_000_000_000 })).toMatchObject({
      status: 413,
      body: { code: 'studio.upload_too_large' },
    })
    const start = Buffer.from('x'.repeat(100_000))
    const id = await begin('film.mp4', 1_000_000)
    expect(await put(id, 0, start, { 'content-length': 2_000_000_000 })).toMatchObject({ status: 413, code: 'request.too_large' })
    expect(
      await raw('PUT', `/studio/uploads/${id}/bytes?offset=0`, { 'content-type': 'application/json' }, Buffer.from('{}')),
    ).toMatchObject({
      status: 415,
    })
    expect(await raw('POST', '/studio/uploads', bytesType, start)).toMatchObject({ status: 415 })
    expect((await host.api('GET', `/studio/uploads/${id}`)).body).toMatchObject({ received: 0 })
    await ask('DELETE', `/studio/uploads/${id}`)
    const { usedBytes } = await ask('GET', '/studio/upload-space')
    const ids = [await begin('a.mp4', 50_000_000)]
    const refused = await host.api('POST', '/studio/uploads', { name: 'b.mp4', bytes: 59_000_000 })
    expect(refused).toMatchObject({ status: 413, body: { code: 'studio.upload_quota' } })
    for (const each of ids) await ask('DELETE', `/studio/uploads/${each}`)
    expect((await ask('GET', '/studio/upload-space')).usedBytes).toBe(usedBytes)
  })

  it('goes on after a client that left half way, and counts what it had sent', async () => {
    const film = readFileSync(at('intro.mp4'))
    const id = await begin('again.mp4', film.length + 10)
    const path = `/studio/uploads/${id}/bytes?offset=0`
    const whole = Buffer.concat([film, Buffer.from('0123456789')])
    expect((await raw('PUT', path, { ...bytesType, 'content-length': whole.length }, whole, 20_000)).status).toBe(0)
    let received = 0
    await until(async () => {
      received = (await ask('GET', `/studio/uploads/${id}`)).received
      return received >= 20_000
    }, 'what came is counted')
    expect(folder('uploads')).not.toContain('again.mp4')
    await until(async () => (await put(id, received, whole.subarray(received))).status === 200, 'the rest is taken')
    expect(readFileSync(join(host.dataDir, 'studio', 'uploads', 'again.mp4')).equals(whole)).toBe(true)
  })

  it('lets viewers send and see nothing, and editors see the folders that are open to them alone', async () => {
    const as = async (token: string, method: string, path: string, body?: unknown): Promise<{ status: number; body: any }> => {
      const reply = await fetch(`${host.http}/api/v1${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      return { status: reply.status, body: await reply.json().catch(() => null) }
    }
    for (const path of ['/studio/uploaded-files', '/studio/folders', '/studio/upload-space', '/studio/folder-image?path=/x.png'])
      expect((await as(viewerToken, 'GET', path)).status, path).toBe(403)
    expect((await as(viewerToken, 'POST', '/studio/uploads', { name: 'a.png', bytes: 10 })).status).toBe(403)
    const { folders } = (await as(editorToken, 'GET', '/studio/folders')).body
    expect(folders[0].path).toMatch(/studio\/uploads$/)
    expect(folders.every(({ path }: any) => path.startsWith(host.dataDir))).toBe(true)
    for (const path of [
      '/',
      '/etc',
      host.dataDir,
      `${host.dataDir}/studio`,
      `${host.dataDir}/studio/uploads/..`,
      `${host.dataDir}/studio/incoming`,
    ])
      expect(await as(editorToken, 'GET', `/studio/folders?path=${encodeURIComponent(path)}`), path).toMatchObject({
        status: 403,
        body: { code: 'path.forbidden' },
      })
    const media = join(host.dataDir, 'media')
    expect((await as(editorToken, 'GET', `/studio/folders?path=${encodeURIComponent(media)}`)).body.folders[0].name).toBe('show')
    for (const path of [join(host.dataDir, 'host.json'), '/etc/passwd', at('green.jpg')])
      expect((await as(editorToken, 'GET', `/studio/folder-image?path=${encodeURIComponent(path)}`)).status, path).toBe(403)
    // An uploaded file may be named by an editor; the folder of unfinished ones by nobody.
    const add = (file: string) =>
      as(editorToken, 'POST', '/studio/edits', {
        edits: [{ do: 'add', to: 'sources', value: { id: `s${Math.abs(file.length)}`, kind: 'image', settings: { file } } }],
      })
    expect((await add(join(host.dataDir, 'studio', 'uploads', 'green.jpg'))).status).toBe(200)
    expect((await add(join(host.dataDir, 'studio', 'incoming', 'x'))).status).toBe(403)
    expect((await ask('GET', '/studio/folders')).folders.some(({ path }: any) => path === '/')).toBe(true)
  })
})
