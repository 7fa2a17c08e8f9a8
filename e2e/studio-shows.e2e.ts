import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findingsInBothThemes } from './helpers/axe.ts'
import { blockFont } from './helpers/block-font.ts'
import { complaints, launchBrowser } from './helpers/browser.ts'
import { ffmpeg } from './helpers/clips.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { requestsTo } from './helpers/requests.ts'
import { look } from './helpers/studio-page.ts'
import { until } from './helpers/until.ts'

describe('a show with its media as one file', () => {
  let host: RunningHost
  let other: RunningHost
  let browser: Browser
  let page: Page
  let problems: string[]
  const files = mkdtempSync(join(tmpdir(), 'ami-shows-'))
  const at = (name: string): string => join(files, name)
  let bundle: string

  const ask = requestsTo(() => host)
  const askOther = requestsTo(() => other)

  /** Sends a file as a bundle and imports it; answers what the import said. */
  async function importFile(file: string, name: string): Promise<{ status: number; body: any }> {
    const bytes = readFileSync(file)
    const { id } = await askOther('POST', '/studio/uploads', { name: 'show.tar', bytes: bytes.length, bundle: true })
    const sent = await fetch(`${other.http}/api/v1/studio/uploads/${id}/bytes?offset=0`, {
      method: 'PUT',
      headers: { 'content-type': 'application/octet-stream' },
      body: bytes,
    })
    expect(sent.status).toBe(200)
    return other.api('POST', '/studio/import/bundle', { name, upload: id })
  }
  const left = (which: RunningHost): string[] => ['uploads', 'incoming'].flatMap((name) => readdirSync(join(which.dataDir, 'studio', name)))

  beforeAll(async () => {
    mkdirSync(at('show'))
    await ffmpeg(['-f', 'lavfi', '-i', 'color=red:s=160x90', '-frames:v', '1', at('show/Año 1.png')])
    await ffmpeg(['-f', 'lavfi', '-i', 'testsrc2=s=320x180:r=30:d=2', '-pix_fmt', 'yuv420p', at('show/intro.mp4')])
    writeFileSync(at('show/notes.txt'), 'no media')
    host = await startHost({ name: 'shows' })
    other = await startHost({ name: 'shows-other' })
    await ask('POST', '/studio/collections', {
      name: 'evening',
      collection: {
        format: 'ami-streams/collection',
        version: 1,
        name: 'Evening',
        frameRate: 30,
        canvases: [{ id: 'main', name: 'Main', width: 320, height: 180 }],
        scenes: [{ id: 'talk', name: 'Talk', items: [{ source: 'logo' }, { source: 'intro' }] }],
        sources: [
          { id: 'logo', name: 'Logo', kind: 'image', settings: { file: at('show/Año 1.png') } },
          { id: 'slides', name: 'Slides', kind: 'slideshow', settings: { files: [at('show/Año 1.png'), at('show/gone.png')] } },
          { id: 'intro', name: 'Intro', kind: 'media', settings: { file: at('show/intro.mp4'), loop: true } },
          { id: 'notes', name: 'Notes', kind: 'text', settings: { from: 'file', file: at('show/notes.txt') } },
        ],
        outputs: [{ id: 'there', name: 'There', kind: 'rtmp', settings: { url: 'rtmp://127.0.0.1:1/live', key: 'top-secret-key' } }],
      },
    })
    await ask('POST', '/studio/collections/evening/open', {})
    browser = await launchBrowser()
    page = await browser.newPage({ viewport: { width: 1280, height: 720 }, colorScheme: 'dark', acceptDownloads: true })
    page.setDefaultTimeout(60_000)
    problems = complaints(page)
    await page.goto(`${host.http}/studio`)
  })
  afterAll(async () => {
    await browser?.close()
    await Promise.all([host?.stop(), other?.stop()])
    rmSync(files, { recursive: true, force: true })
  })

  it('is exported from the page, which says what is missing in it', async () => {
    await page.getByTestId('show-menu').click()
    await page.getByTestId('export-menu').click()
    await page.getByTestId('export-media').waitFor()
    expect(await page.getByTestId('export-media').innerText()).toMatch(/2 media files/)
    const missing = await page.getByTestId('export-missing').innerText()
    expect(missing).toMatch(/gone\.png/)
    expect(missing).toMatch(/notes\.txt/)
    await look(page, 'studio-export')
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByTestId('export-download').click()])
    expect(download.suggestedFilename()).toBe('evening.ami-collection')
    bundle = at('evening.tar')
    await download.saveAs(bundle)
    expect(execFileSync('tar', ['-tf', bundle], { encoding: 'utf8' }).trim().split('\n')).toEqual([
      'manifest.json',
      'collection.json',
      'media/1',
      'media/2',
    ])
    expect(execFileSync('tar', ['-xOf', bundle, 'media/2']).equals(readFileSync(at('show/intro.mp4')))).toBe(true)
    expect(execFileSync('tar', ['-xOf', bundle, 'collection.json'], { encoding: 'utf8' })).not.toContain('top-secret-key')
  })

  it('is duplicated from the page', async () => {
    await page.getByTestId('show-menu').click()
    await page.getByTestId('duplicate-show').click()
    await until(async () => (await ask('GET', '/studio/collections')).items.length === 2, 'there is a copy')
    expect((await ask('GET', '/studio')).open.name).toBe('evening')
  })

  it('is imported on another host, where its sources play', async () => {
    await page.goto(`${other.http}/studio`)
    await page.getByTestId('import-bundle-file').setInputFiles(bundle)
    const report = page.getByTestId('import-report')
    await report.waitFor()
    expect(await report.innerText()).toMatch(/gone\.png/)
    expect(await findingsInBothThemes(page)).toEqual([])
    await page.getByTestId('open-imported').click()
    await page.getByTestId('source').first().waitFor()
    const { sources } = (await askOther('GET', '/studio/collection')).collection
    const uploads = join(other.dataDir, 'studio', 'uploads')
    const file = (id: string): any => sources.find((each: any) => each.id === id).settings
    expect(file('logo').file).toBe(join(uploads, 'Año 1.png'))
    expect(file('slides').files[0]).toBe(join(uploads, 'Año 1.png'))
    expect(file('intro').file).toBe(join(uploads, 'intro.mp4'))
    expect(readFileSync(join(uploads, 'intro.mp4')).equals(readFileSync(at('show/intro.mp4')))).toBe(true)
    await until(async () => {
      const { items } = await askOther('GET', '/studio/sources')
      return ['logo', 'intro'].every((id) => items.find((each: any) => each.id === id)?.report?.state === 'running')
    }, 'image and film are shown')
    expect(readdirSync(join(other.dataDir, 'studio', 'incoming'))).toEqual([])
    expect(problems).toEqual([])
  })

  it('rejects archives with links, with other names, that are cut off or lie, and leaves nothing of them', async () => {
    await askOther('POST', '/studio/close', { force: true })
    const before = left(other)
    const work = at('attack')
    mkdirSync(join(work, 'media'), { recursive: true })
    const unpack = (): void => void execFileSync('tar', ['-xf', bundle, '-C', work])
    const pack = (name: string, ...more: string[]): string => {
      execFileSync('tar', ['--format=ustar', '-cf', at(name), '-C', work, ...more])
      return at(name)
    }
    const all = ['manifest.json', 'collection.json', 'media/1', 'media/2']
    unpack()
    rmSync(join(work, 'media/1'))
    symlinkSync('/etc/passwd', join(work, 'media/1'))
    const attacks = [pack('link.tar', ...all)]
    rmSync(join(work, 'media/1'))
    unpack()
    attacks.push(pack('outside.tar', '--transform', 's#media/1#../../../evil#', ...all))
    attacks.push(pack('absolute.tar', '-P', '--transform', 's#media/1#/tmp/evil#', ...all))
    attacks.push(pack('more.tar', ...all, 'media'))
    attacks.push(pack('no-manifest.tar', 'collection.json'))
    writeFileSync(at('short.tar'), readFileSync(bundle))
    truncateSync(at('short.tar'), readFileSync(bundle).length - 60_000 > 3000 ? 3000 : 2000)
    attacks.push(at('short.tar'))
    const manifest = JSON.parse(readFileSync(join(work, 'manifest.json'), 'utf8'))
    writeFileSync(
      join(work, 'manifest.json'),
      JSON.stringify({ ...manifest, media: manifest.media.map((each: any) => ({ ...each, bytes: 1e15 })) }),
    )
    attacks.push(pack('lies.tar', ...all))
    writeFileSync(at('zip.tar'), Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.alloc(2000, 1)]))
    attacks.push(at('zip.tar'))
    for (const attack of attacks) {
      expect(await importFile(attack, 'attack'), attack).toMatchObject({ status: 400, body: { code: 'studio.bundle_invalid' } })
      expect(left(other), attack).toEqual(before)
    }
    // An invalid document in a valid archive.
    writeFileSync(join(work, 'manifest.json'), JSON.stringify({ ...manifest, media: [] }))
    writeFileSync(join(work, 'collection.json'), JSON.stringify({ format: 'ami-streams/collection', version: 1, scenes: [] }))
    expect(await importFile(pack('bad.tar', 'manifest.json', 'collection.json'), 'attack')).toMatchObject({
      status: 400,
      body: { code: 'studio.collection_invalid' },
    })
    expect((await askOther('GET', '/studio/collections')).items.some(({ name }: any) => name === 'attack')).toBe(false)
    expect(left(other)).toEqual(before)
  })

  it('gives editors no file that they may not read', async () => {
    const { secret } = await ask('POST', '/tokens', { label: 'editor', role: 'editor' })
    const headers = { authorization: `Bearer ${secret}` }
    const media: any = await (await fetch(`${host.http}/api/v1/studio/collections/evening/media`, { headers })).json()
    expect(media.media).toEqual([])
    expect(media.missing.find(({ path }: any) => path === at('show/intro.mp4')).reason).toMatch(/not in a folder that editors may use/)
    const reply = await fetch(`${host.http}/api/v1/studio/collections/evening/bundle`, { headers })
    expect(reply.status).toBe(200)
    const sent = Buffer.from(await reply.arrayBuffer())
    expect(sent.length).toBe(Number(reply.headers.get('content-length')))
    expect(sent.includes(readFileSync(at('show/intro.mp4')).subarray(0, 64))).toBe(false)
  })

  it('brings the logo, the font and the overlay of a template to another host, where they are seen', async () => {
    writeFileSync(at('brand.ttf'), blockFont())
    await ffmpeg(['-f', 'lavfi', '-i', 'color=0x00ff40:s=320x160', '-frames:v', '1', at('brand.png')])
    await page.goto(`${host.http}/studio`)
    await page.getByTestId('show-menu').click()
    await page.getByTestId('menu-template').click()
    await page.getByTestId('template-title').fill('AAAA')
    for (const [index, name, field] of [
      [0, 'brand.ttf', 'theme-fontFile'],
      [1, 'brand.png', 'theme-logo'],
    ] as const) {
      await page.getByTestId('choose-file').nth(index).click()
      await page.getByTestId('chooser-input').setInputFiles(at(name))
      await until(async () => (await page.getByTestId(field).inputValue()).endsWith(name), `${name} is chosen`)
    }
    await look(page, 'studio-template-files')
    await page.getByTestId('template-create').click()
    await until(async () => (await ask('GET', '/studio')).open?.name !== 'evening', 'the template is open')
    const { name } = (await ask('GET', '/studio')).open
    const overlay = await ask('POST', '/studio/overlays', {
      kind: 'lower-third',
      name: 'Speaker',
      settings: { background: '#ff00ff', opacity: 100 },
      data: { visible: true, title: 'Ada' },
    })
    const browserSource = {
      id: 'speaker',
      name: 'Speaker',
      kind: 'browser',
      settings: { url: `/overlay/${overlay.id}`, width: 900, height: 220 },
    }
    await ask('POST', '/studio/edits', {
      edits: [
        { do: 'add', to: 'sources', value: browserSource },
        { do: 'add', to: 'scenes/starting-soon/items', value: { source: 'speaker' } },
      ],
    })
    const reply = await fetch(`${host.http}/api/v1/studio/collections/${encodeURIComponent(name)}/bundle`)
    writeFileSync(at('template.tar'), Buffer.from(await reply.arrayBuffer()))

    const imported = await importFile(at('template.tar'), 'shared')
    expect([imported.status, imported.body.media, imported.body.overlays], JSON.stringify(imported.body)).toEqual([201, 2, 1])
    expect((await askOther('GET', '/studio/overlays')).items).toMatchObject([{ id: overlay.id, state: { title: 'Ada' } }])
    await askOther('POST', '/studio/collections/shared/open', { force: true })
    await askOther('POST', '/studio/program', { scene: 'starting-soon', transition: 'cut' })
    await page.goto(`${other.http}/studio`)
    /** What is seen of the three: pixels of the logo and of the overlay's panel, and rows with a white line as long as three letters. */
    const seen = () =>
      page.evaluate(async () => {
        const image = await createImageBitmap(await (await fetch('/api/v1/studio/screenshot?type=png')).blob())
        const context = new OffscreenCanvas(image.width, image.height).getContext('2d')!
        context.drawImage(image, 0, 0)
        const { data } = context.getImageData(0, 0, image.width, image.height)
        const found = { logo: 0, panel: 0, solidRows: 0 }
        for (let y = 0, at = 0; y < image.height; y++) {
          let run = 0
          let longest = 0
          for (let x = 0; x < image.width; x++, at += 4) {
            const [red, green, blue] = [data[at]!, data[at + 1]!, data[at + 2]!]
            if (green > 200 && red < 90 && blue < 130) found.logo++
            if (red > 200 && blue > 200 && green < 60) found.panel++
            run = red > 230 && green > 230 && blue > 230 ? run + 1 : 0
            longest = Math.max(longest, run)
          }
          if (longest > image.width / 16) found.solidRows++
        }
        return found
      })
    let found = await seen()
    await until(
      async () => {
        found = await seen()
        return found.logo > 500 && found.panel > 500 && found.solidRows > 10
      },
      () => JSON.stringify(found),
    )
    // A second time there is nothing to add.
    expect((await importFile(at('template.tar'), 'again')).body).toMatchObject({ media: 2, overlays: 0 })
  })
})

describe('an import while the host is killed', () => {
  it('leaves no media behind at the next start', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'ami-killed-import-'))
    const studio = (name: string): string[] => readdirSync(join(dataDir, 'studio', name))
    let host = await startHost({ name: 'killed-import', dataDir })
    try {
      const media = Array.from({ length: 40 }, (_, index) => {
        const data = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), randomBytes(4_000_000)])
        return { path: `/show/${index}.png`, name: `${index}.png`, entry: `media/${index + 1}`, bytes: data.length, data }
      })
      const files = join(dataDir, 'to-send')
      mkdirSync(join(files, 'media'), { recursive: true })
      for (const { entry, data } of media) writeFileSync(join(files, entry), data)
      const manifest = { format: 'ami-streams/bundle', version: 1, media: media.map(({ data: _, ...each }) => each), missing: [] }
      writeFileSync(join(files, 'manifest.json'), JSON.stringify(manifest))
      const scenes = [{ id: 'one', name: 'One', items: [] }]
      writeFileSync(join(files, 'collection.json'), JSON.stringify({ format: 'ami-streams/collection', version: 1, name: 'Big', scenes }))
      const tar = join(dataDir, 'big.tar')
      execFileSync('tar', [
        '--format=ustar',
        '-cf',
        tar,
        '-C',
        files,
        'manifest.json',
        'collection.json',
        ...media.map(({ entry }) => entry),
      ])
      const bytes = readFileSync(tar)
      const { body: upload } = await host.api('POST', '/studio/uploads', { name: 'big.tar', bytes: bytes.length, bundle: true })
      for (let offset = 0; offset < bytes.length; offset += 30_000_000) {
        const sent = await fetch(`${host.http}/api/v1/studio/uploads/${upload.id}/bytes?offset=${offset}`, {
          method: 'PUT',
          headers: { 'content-type': 'application/octet-stream' },
          body: bytes.subarray(offset, offset + 30_000_000),
        })
        expect(sent.status).toBe(200)
      }
      const importing = host.api('POST', '/studio/import/bundle', { name: 'Big', upload: upload.id }).catch(() => undefined)
      await until(() => studio('uploads').length > 2, 'some media are there')
      await host.kill()
      await importing
      expect(studio('uploads').length, 'the import was interrupted').toBeGreaterThan(0)
      expect(existsSync(join(dataDir, 'studio', 'collections', 'Big.json'))).toBe(false)
      host = await startHost({ name: 'killed-import', dataDir })
      expect([studio('uploads'), studio('incoming')]).toEqual([[], []])
    } finally {
      await host.stop()
      rmSync(dataDir, { recursive: true, force: true })
    }
  })
})
