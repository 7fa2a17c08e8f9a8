import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { complaints, launchBrowser, screenshot } from './helpers/browser.ts'
import { longClip } from './helpers/clips.ts'
import { readFrames } from './helpers/decode.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { type Publisher, publishFile } from './helpers/publish.ts'
import { look, openCollection, showRequests } from './helpers/studio-page.ts'
import { until } from './helpers/until.ts'

const collection = {
  format: 'ami-streams/collection',
  version: 1,
  name: 'evening',
  frameRate: 30,
  canvases: [{ id: 'main', name: 'Main', width: 640, height: 360, scene: 'talk' }],
  scenes: [{ id: 'talk', name: 'Talk', items: [{ source: 'pattern' }] }],
  sources: [
    { id: 'pattern', name: 'Pattern', kind: 'test-pattern', settings: { width: 640, height: 360 } },
    { id: 'beep', name: 'Beep', kind: 'tone' },
  ],
  outputs: [{ id: 'tape', name: 'Tape', kind: 'recording', settings: { container: 'mkv' } }],
}

/** Starts, ms, and names of the chapters of a file, as FFmpeg reads them. */
const chaptersOf = (file: string): readonly (readonly [number, string])[] =>
  JSON.parse(execFileSync('ffprobe', ['-v', 'error', '-of', 'json', '-show_chapters', file], { encoding: 'utf8' })).chapters.map(
    ({ start_time, tags }: any) => [Math.round(Number(start_time) * 1000), tags.title],
  )

describe('the Library of recordings, replays and clips', () => {
  let host: RunningHost
  let browser: Browser
  let page: Page
  let problems: string[]
  let publisher: Publisher

  const { ask, show } = showRequests(() => host)
  const files = async (): Promise<any[]> => (await ask('GET', '/studio/files')).items
  const output = (id: string) => page.locator(`[data-testid="output"][data-output="${id}"]`)
  const inState = (id: string, state: string) =>
    page.locator(`[data-testid="output"][data-output="${id}"][data-state="${state}"]`).waitFor()
  const rows = () => page.locator('tbody tr[data-kind]')
  const kinds = async (): Promise<string[]> => rows().evaluateAll((all) => all.map((row) => row.getAttribute('data-kind') ?? '').sort())

  beforeAll(async () => {
    host = await startHost({ name: 'library', env: { XDG_RUNTIME_DIR: '/nonexistent', DISPLAY: '', WAYLAND_DISPLAY: '' } })
    publisher = publishFile(await longClip(), `${host.rtmp}/${await host.key('cam')}`, { loop: true })
    await openCollection(host, collection)
    browser = await launchBrowser()
    page = await browser.newPage({ viewport: { width: 1280, height: 720 }, colorScheme: 'dark' })
    page.setDefaultTimeout(90_000)
    problems = complaints(page)
    await host.until('cam', ({ state, tracks }) => state === 'active' && tracks.length === 2)
    await page.goto(`${host.http}/studio`)
    await page.getByTestId('outputs-dock').waitFor()
  })
  afterAll(async () => {
    await publisher?.stop()
    await browser?.close()
    await host?.stop()
  })

  it('gets a recording with a chapter and a second file, one click away when it is finished', async () => {
    await output('tape').getByTestId('start-output').click()
    await inState('tape', 'live')
    await until(async () => (await files())[0]?.state === 'writing', 'the first file grows')
    await output('tape').getByTestId('add-chapter').click()
    await until(async () => (await files()).at(-1)?.chapters.length === 1, 'the chapter is in the file')
    await output('tape').getByTestId('split-recording').click()
    await until(async () => (await files()).length === 2, 'the second file has begun')
    await output('tape').getByTestId('pause-recording').click()
    await inState('tape', 'paused')
    await output('tape').getByTestId('resume-recording').click()
    await inState('tape', 'live')
    await output('tape').getByTestId('stop-output').click()
    await inState('tape', 'off')
    await until(async () => (await files()).every(({ state }) => state === 'complete'), 'both files are complete')
    await output('tape').getByTestId('newest-file').waitFor()
    await output('tape').getByTestId('newest-file').locator('img').waitFor()
  })

  it('keeps a replay buffer, saves it, and plays it into the show', async () => {
    await page.getByTestId('add-output').click()
    await page.getByTestId('service-replay').click()
    await page.getByTestId('output-seconds').fill('10')
    await page.getByTestId('output-bitrate').fill('1500')
    await page.getByTestId('save-output').click()
    await output('replay-buffer').getByTestId('start-output').click()
    await inState('replay-buffer', 'live')
    await output('replay-buffer').locator('[data-testid="replay-held"]:not(:text-is("0:00"))').waitFor()
    await output('replay-buffer').getByTestId('save-replay').click()
    await output('replay-buffer').getByTestId('newest-file').waitFor()
    await look(page, 'studio-replay')
    const replay = (await files()).find(({ kind }) => kind === 'replay')
    expect((await readFrames(replay.path)).length).toBeGreaterThan(5)

    await page.getByTestId('play-replay').click()
    await until(async () => (await ask('GET', '/studio/program')).canvases[0].program === 'replay', 'its scene is on air')
    const { sources, scenes } = await show()
    expect(sources.find(({ id }: any) => id === 'replay')).toMatchObject({ kind: 'media', settings: { file: replay.path } })
    await until(async () => {
      const { items } = await ask('GET', '/studio/sources')
      return ['running', 'ended'].includes(items.find(({ id }: any) => id === 'replay')?.report?.state)
    }, 'it plays')
    // The next one is played by the same source.
    await page.getByTestId('save-replay').click()
    await until(
      async () => (await files()).filter(({ kind, state }) => kind === 'replay' && state === 'complete').length === 2,
      'a second one',
    )
    await until(async () => (await page.getByTestId('newest-file').last().getAttribute('data-file')) !== replay.id, 'it is the newest')
    await page.getByTestId('play-replay').click()
    await until(
      async () => (await show()).sources.find(({ id }: any) => id === 'replay').settings.file !== replay.path,
      'the source has it',
    )
    expect((await show()).scenes).toHaveLength(scenes.length)
    // By a few letters, too.
    await page.keyboard.press('Control+k')
    await page.getByTestId('palette').locator('input').fill('save replay')
    await page.keyboard.press('Enter')
    await until(async () => (await files()).filter(({ kind }) => kind === 'replay').length === 3, 'a third one')
    await output('replay-buffer').getByTestId('stop-output').click()
    await inState('replay-buffer', 'off')
  })

  it('says what a virtual camera needs where this machine has none', async () => {
    await page.getByTestId('add-output').click()
    await page.getByTestId('service-virtual-camera').click()
    await page.getByTestId('save-output').click()
    await output('virtual-camera').getByTestId('start-output').click()
    await output('virtual-camera').locator('.output-error', { hasText: 'v4l2loopback' }).waitFor()
    await ask('DELETE', '/studio/outputs/virtual-camera')
  })

  it('lists what both parts made, and finds it by kind, source and words', async () => {
    await ask('POST', '/live/streams/cam/recording')
    await until(async () => (await ask('GET', '/live/recordings')).items[0]?.durationMs > 1500, 'the stream is recorded')
    await ask('DELETE', '/live/streams/cam/recording')
    await ask('POST', '/live/streams/cam/clips', { lastSeconds: 2, title: 'Great goal' })
    await until(async () => (await ask('GET', '/live/clips')).items[0]?.state === 'ready', 'the clip is ready')
    await until(async () => (await ask('GET', '/live/recordings')).items[0]?.state === 'complete', 'the recording is complete')

    await output('tape').getByTestId('show-in-library').click()
    await page.locator('tr[aria-current="true"][data-kind="recording"]').waitFor()
    await page.locator('tr[data-kind="clip"]').waitFor()
    expect(await kinds()).toEqual(['clip', 'recording', 'recording', 'recording', 'replay', 'replay', 'replay'])
    await until(
      () =>
        page
          .locator('.media-picture img')
          .count()
          .then((count) => count >= 6),
      'they have thumbnails',
    )
    await look(page, 'library')

    await page.getByTestId('library-kind').selectOption('replay')
    expect(await kinds()).toEqual(['replay', 'replay', 'replay'])
    await page.getByTestId('library-kind').selectOption('all')
    await page.getByTestId('library-part').selectOption('live')
    expect(await kinds()).toEqual(['clip', 'recording'])
    await page.getByTestId('library-part').selectOption('all')
    await page.getByTestId('library-search').fill('great GOAL')
    expect(await kinds()).toEqual(['clip'])
    await page.getByTestId('library-search').fill('no such file')
    await page.getByTestId('librarys-empty').waitFor()
    await page.getByTestId('library-search').fill('')
    await page.getByTestId('library-order').selectOption('title')
    const titles = await rows().evaluateAll((all) => all.map((row) => row.querySelector('input')?.value ?? ''))
    expect(titles).toEqual([...titles].sort((a, b) => a.localeCompare(b)))
    await page.getByTestId('library-order').selectOption('newest')
  })

  it('remuxes a Matroska recording to a plain MP4 file beside it, frame by frame the same', async () => {
    const [tape] = (await files()).filter(({ container, chapters }) => container === 'mkv' && chapters.length > 0)
    await page.locator(`[data-recording="studio-${tape.id}"]`).getByTestId('remux').click()
    const made = await until(
      async () => (await files()).find(({ remuxedFrom, state }) => remuxedFrom === tape.id && state === 'complete'),
      'the MP4 file is complete',
    )
    expect(made).toMatchObject({ container: 'mp4', path: tape.path.replace(/mkv$/, 'mp4'), kept: false })
    expect(Math.abs(made.durationMs - tape.durationMs), 'half a second of audio may be before its first frame').toBeLessThan(1500)
    expect(await readFrames(made.path)).toEqual(await readFrames(tape.path))
    const head = readFileSync(made.path).toString('latin1')
    expect(head.indexOf('moov'), 'its index is at the front').toBeLessThan(head.indexOf('mdat'))
    expect(chaptersOf(tape.path)).toHaveLength(1)
    expect(chaptersOf(made.path)).toEqual(chaptersOf(tape.path))
    expect((await host.api('DELETE', `/studio/files/${made.id}/remux`)).status, 'it is finished').toBe(409)
    const row = page.locator(`[data-recording="studio-${made.id}"]`)
    await row.locator('td', { hasText: '640×360' }).waitFor()
    expect(await row.getByTestId('remux').count(), 'it is MP4 already').toBe(0)
    expect(await page.locator('[role="alert"]').count()).toBe(0)
  })

  it('puts files that are selected into the trash together, and takes them back by one click', async () => {
    await page.getByTestId('library-kind').selectOption('recording')
    await page.getByTestId('library-part').selectOption('studio')
    const before = await rows().count()
    await page.getByTestId('recording-select').first().check()
    await page.getByTestId('library-selection').waitFor()
    await page.getByTestId('library-select-all').check()
    await look(page, 'library-selection')
    await page.getByTestId('delete-selected').click()
    await until(async () => (await rows().count()) === 0, 'none is listed')
    await page.getByTestId('toast').getByRole('button', { name: 'Undo' }).last().click()
    await until(async () => (await rows().count()) === before, 'all are listed again')
    await page.getByTestId('library-kind').selectOption('all')
    await page.getByTestId('library-part').selectOption('all')
  })

  it('plays MP4 and Matroska files of the studio, or offers the download', async () => {
    for (const kind of ['replay', 'recording']) {
      await page.getByTestId('library-part').selectOption('studio')
      await page.getByTestId('library-kind').selectOption(kind)
      await page.getByTestId(`${kind}-play`).first().click()
      const dialog = page.getByTestId(`${kind}-player`)
      await dialog.waitFor()
      const played = await until(
        () =>
          page.evaluate((id) => {
            if (document.querySelector(`[data-testid="${id}-unplayable"]`) !== null) return 'said'
            const element = document.querySelector(`[data-testid="${id}-video"]`) as HTMLVideoElement | null
            return element !== null && (element.currentTime > 0.3 || element.ended) && 'played'
          }, kind),
        `the ${kind} plays, or why it does not is said`,
      )
      // MP4 is played by every browser; Matroska by Chromium.
      if (kind === 'replay') expect(played).toBe('played')
      await screenshot(page, `library-player-${kind}`)
      expect(await dialog.getByRole('link').getAttribute('href')).toMatch(/download=true$/)
      await page.getByTestId(`${kind}-close`).click()
    }
    await page.getByTestId('library-part').selectOption('all')
    await page.getByTestId('library-kind').selectOption('all')
  })

  it('renames a file, puts it into the trash, takes it out, and deletes it for good', async () => {
    await page.getByTestId('library-kind').selectOption('replay')
    const [newest] = (await files()).filter(({ kind }) => kind === 'replay')
    const row = page.locator(`[data-replay="studio-${newest.id}"]`)
    await row.getByTestId('replay-title').fill('The goal')
    await page.keyboard.press('Enter')
    await until(async () => (await ask('GET', `/studio/files/${newest.id}`)).title === 'The goal', 'the title')
    await row.getByTestId('replay-delete').click()
    await row.waitFor({ state: 'detached' })
    expect(existsSync(newest.path)).toBe(true)
    expect((await files()).some(({ id }) => id === newest.id)).toBe(false)
    await page.getByTestId('open-trash').click()
    await page.getByTestId('trash-item').filter({ hasText: 'The goal' }).waitFor()
    await look(page, 'library-trash')
    await page.getByTestId('trash-restore').click()
    await page.getByTestId('trash-empty').waitFor()
    await page.keyboard.press('Escape')
    await row.waitFor()
    await row.getByTestId('replay-delete').click()
    await row.waitFor({ state: 'detached' })
    await page.getByTestId('open-trash').click()
    await page.getByTestId('trash-delete').click()
    await until(() => !existsSync(newest.path), 'the file is gone')
    await page.keyboard.press('Escape')
    expect((await host.api('GET', `/studio/files/${newest.id}`)).status).toBe(404)
    await page.getByTestId('library-kind').selectOption('all')
    expect(problems).toEqual([])
  })

  it('deletes what retention of the studio says, but nothing that is kept', async () => {
    const made = (await files()).find(({ remuxedFrom }) => remuxedFrom !== null)
    await page.locator(`[data-recording="studio-${made.id}"]`).getByTestId('recording-keep').click()
    await until(async () => (await ask('GET', `/studio/files/${made.id}`)).kept, 'it is kept')
    const others = (await files()).filter(({ kind, id }) => kind === 'recording' && id !== made.id)
    expect(others.length).toBeGreaterThan(0)
    await page.getByTestId('studio-retention-maxAgeDays').fill('30')
    await page.getByTestId('studio-retention-save').click()
    await until(async () => (await ask('GET', '/studio/file-retention')).maxAgeDays === 30, 'it is saved')
    expect((await files()).length, 'nothing is that old').toBeGreaterThan(1)
    await ask('PUT', '/studio/file-retention', { maxAgeDays: 0.000001, maxTotalMegabytes: null, minFreeMegabytes: 0 })
    await until(async () => (await files()).length === 1, 'only the one that is kept is left')
    expect((await files())[0].id).toBe(made.id)
    expect(others.some(({ path }) => existsSync(path))).toBe(false)
    await ask('PUT', '/studio/file-retention', { maxAgeDays: null, maxTotalMegabytes: null, minFreeMegabytes: 0 })
  })

  it('lets viewers look and download, and change nothing', async () => {
    const { secret } = await ask('POST', '/tokens', { label: 'viewer', role: 'viewer' })
    const as = (method: string, path: string) =>
      fetch(`${host.http}/api/v1${path}`, { method, headers: { authorization: `Bearer ${secret}` } }).then(({ status }) => status)
    const [file] = await files()
    expect(await as('GET', '/studio/files')).toBe(200)
    expect(await as('GET', `/studio/files/${file.id}/thumbnail.jpg`)).toBe(200)
    for (const [method, path] of [
      ['DELETE', `/studio/files/${file.id}`],
      ['POST', `/studio/files/${file.id}/restore`],
      ['PATCH', `/studio/files/${file.id}`],
      ['POST', `/studio/files/${file.id}/remux`],
      ['DELETE', `/studio/files/${file.id}/remux`],
      ['PUT', '/studio/file-retention'],
    ] as const)
      expect(await as(method, path), `${method} ${path}`).toBe(403)
  })
})
