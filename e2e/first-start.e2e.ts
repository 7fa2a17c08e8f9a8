import { cpSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { launchBrowser, screenshot } from './helpers/browser.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { root } from './helpers/paths.ts'
import { openCollection, studioWindow } from './helpers/studio-page.ts'
import { until } from './helpers/until.ts'

let installation: string
let host: RunningHost
let browser: Browser | undefined

/** An installation whose addons are not built yet: this checkout's program and page, and an empty folder of addons. */
beforeEach(() => {
  installation = mkdtempSync(join(tmpdir(), 'ami-streams-installation-'))
  mkdirSync(join(installation, 'dist/native'), { recursive: true })
  cpSync(join(root, 'dist/host'), join(installation, 'dist/host'), { recursive: true })
  for (const name of ['node_modules', 'native', 'dist/renderer', 'package.json']) symlinkSync(join(root, name), join(installation, name))
})
afterEach(async () => {
  await browser?.close()
  browser = undefined
  await host.stop()
  rmSync(installation, { recursive: true, force: true })
})

/** As scripts/build-native.mjs says what is left to build; by this process. */
function building(...left: readonly string[]): void {
  const file = join(installation, 'dist/native/building.json')
  if (left.length === 0) {
    rmSync(file)
    return
  }
  writeFileSync(`${file}.new`, JSON.stringify({ pid: process.pid, total: 2, left }))
  renameSync(`${file}.new`, file)
}

/** An addon is there whole at once. */
function built(name: string): void {
  const file = join(installation, `dist/native/${name}.node`)
  cpSync(join(root, `dist/native/${name}.node`), `${file}.new`)
  renameSync(`${file}.new`, file)
}

const show = {
  format: 'ami-streams/collection',
  version: 1,
  name: 'First',
  canvases: [{ id: 'main', width: 320, height: 180 }],
  sources: [
    { id: 'red', kind: 'color', settings: { color: '#ff0000' } },
    { id: 'screen', kind: 'display', settings: {} },
  ],
  scenes: [
    {
      id: 'one',
      items: [
        { id: 'a', source: 'red' },
        { id: 'b', source: 'screen' },
      ],
    },
  ],
}

it('while addons are compiled the page says how far, everything else works, and the studio starts by itself', async () => {
  building('compositor', 'x11')
  host = await startHost({ name: 'first-start', installation })
  const studio = async () => (await host.api('GET', '/studio')).body
  expect(await studio()).toMatchObject({ state: 'off', preparation: { part: 'compositor', done: 0, total: 2 } })

  browser = await launchBrowser()
  const { page, problems } = await studioWindow(browser)
  await page.goto(`${host.http}/studio`)
  await page.getByText('The studio is being prepared').waitFor()
  expect(await page.getByLabel('Native parts that are built').evaluate((bar: HTMLProgressElement) => [bar.value, bar.max])).toEqual([0, 2])
  await screenshot(page, 'first-start')

  // The live part does not wait.
  expect((await host.api('POST', '/live/demo', {})).status).toBe(200)
  await host.until('demo', ({ state }) => state === 'active')

  // Opened meanwhile, a show starts later; a request for its image is answered with the reason.
  await openCollection(host, show)
  expect((await studio()).state).toBe('preparing')
  expect(await host.api('GET', '/studio/screenshot?program=main')).toMatchObject({ status: 503, body: { code: 'studio.preparing' } })
  expect(await host.api('GET', '/studio/devices?kind=display')).toMatchObject({ status: 503, body: { code: 'studio.preparing' } })

  built('compositor')
  building('x11')
  await until(async () => (await studio()).state === 'running', 'the studio runs')
  // What is built later is waited for by its sources alone.
  let seen: unknown
  const screen = async () => {
    const { body } = await host.api('GET', '/studio/sources/screen')
    seen = body.item.report
    return body.item.report?.state ?? 'starting'
  }
  await until(
    async () => (await screen()) === 'waiting',
    () => JSON.stringify(seen),
  )
  await page.getByText('1 of 2').waitFor()

  built('x11')
  building()
  await until(
    async () => !['waiting', 'starting'].includes(await screen()) || !JSON.stringify(seen).includes('being built'),
    () => JSON.stringify(seen),
  )
  await page.getByText('The studio is being prepared').waitFor({ state: 'detached' })
  expect(await studio()).toMatchObject({ state: 'running', preparation: null })
  expect(problems).toEqual([])
})

it('a build that ended without the addon leaves an error that says what to install', async () => {
  building('compositor')
  host = await startHost({ name: 'first-start', installation })
  await openCollection(host, show)
  building()
  const failed = await until(async () => {
    const { body } = await host.api('GET', '/studio')
    return body.state === 'failed' ? body : undefined
  }, 'the studio fails')
  expect(failed).toMatchObject({ preparation: null, problem: expect.stringContaining('The native part compositor is not built') })
})
