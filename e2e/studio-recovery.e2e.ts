import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findingsInBothThemes } from './helpers/axe.ts'
import { launchBrowser } from './helpers/browser.ts'
import { streams } from './helpers/command.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { look, openCollection, showRequests, studioWindow } from './helpers/studio-page.ts'
import { until } from './helpers/until.ts'
import { childrenOf } from './helpers/webrtc.ts'

const small = { encoder: 'libx264', preset: 'ultrafast', bitrateKbps: 500, keyframeMs: 1000 }
const collection = {
  format: 'ami-streams/collection',
  version: 1,
  name: 'Evening',
  frameRate: 30,
  canvases: [{ id: 'main', name: 'Main', width: 320, height: 180, scene: 'welcome' }],
  scenes: [
    { id: 'welcome', name: 'Welcome', items: [{ source: 'card' }] },
    { id: 'game', name: 'Game', items: [{ source: 'card' }, { source: 'page' }] },
  ],
  sources: [
    { id: 'card', kind: 'test-pattern', settings: { width: 320, height: 180 } },
    { id: 'page', name: 'Chat page', kind: 'browser', settings: { url: 'data:text/html,<body>chat', width: 160, height: 90 } },
  ],
  outputs: [
    { id: 'own', name: 'Own stream', kind: 'host', settings: { stream: 'evening' }, video: small },
    { id: 'tape', name: 'Tape', kind: 'recording', settings: {}, video: small },
  ],
}

/** Browsers that the host's processes run. */
function browsersBelow(pid: number): number {
  return childrenOf(pid)
    .map(({ pid: child, command }) => browsersBelow(child) + (/browser-source-worker|chrom/.test(command) ? 1 : 0))
    .reduce((sum, count) => sum + count, 0)
}

describe('a host that ended unexpectedly', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'ami-streams-'))
  let host: RunningHost
  let browser: Browser
  let page: Page
  const { ask } = showRequests(() => host)
  const start = async (...args: readonly string[]): Promise<void> => {
    host = await startHost({ name: 'recovery', dataDir, args })
  }
  const report = () => ask('GET', '/studio/recovery')
  const output = async (id: string): Promise<any> => (await ask('GET', '/studio')).outputs.find((each: any) => each.id === id)
  const untilState = (id: string, state: string): Promise<unknown> =>
    until(async () => (await output(id)).state === state, `${id} is ${state}`)
  const sourceState = async (): Promise<any> => (await ask('GET', '/studio/sources')).items.find(({ id }: any) => id === 'page').report

  beforeAll(async () => {
    browser = await launchBrowser()
    await start()
    await openCollection(host, collection)
  })
  afterAll(async () => {
    await browser?.close()
    await host?.stop()
    rmSync(dataDir, { recursive: true, force: true })
  })

  it('offers at its next start to go on where it was, and names the recording', async () => {
    expect(await report()).toEqual({ offer: null, safeMode: { on: false, offered: false, leftOut: [] } })
    await ask('PATCH', '/settings', { studioResumeWithinMs: 0 })
    await ask('POST', '/studio/program', { scene: 'game' })
    for (const id of ['own', 'tape']) await ask('POST', `/studio/outputs/${id}/start`)
    await until(() => browsersBelow(host.process.pid!) > 0, 'the page runs')
    await until(async () => (await output('tape')).statistics.durationMs >= 2000, 'two seconds are recorded')
    const killedAt = Date.now()
    await host.kill('SIGKILL')

    await start()
    await until(async () => (await report()).offer?.recordings[0]?.state === 'recovered', 'the recording is recovered')
    const { offer } = await report()
    expect(Math.abs(Date.parse(offer.endedAt) - killedAt)).toBeLessThan(30_000)
    expect(offer.outputs).toEqual([
      { id: 'own', name: 'Own stream', kind: 'host', goesOn: false, why: expect.stringContaining('studioResumeWithinMs') },
      { id: 'tape', name: 'Tape', kind: 'recording', goesOn: false, why: expect.any(String) },
    ])
    expect(offer.scenes).toEqual([{ canvas: 'Main', scene: 'Game' }])
    expect(offer.recordings[0].durationMs).toBeGreaterThan(500)
    expect((await output('tape')).state).toBe('off')
  })

  it('goes on when somebody on the page says so, once', async () => {
    ;({ page } = await studioWindow(browser))
    await page.goto(`${host.http}/studio`)
    const notice = page.getByTestId('recovery')
    await notice.getByText('while live to 1 destination and recording').waitFor()
    expect(await notice.textContent()).toMatch(/Not started: Own stream and Tape\..*as before: Game\..*Recording recovered: .*Tape/)
    await look(page, 'recovery-offer')
    expect(await findingsInBothThemes(page)).toEqual([])
    await notice.getByTestId('recovery-go-on').click()
    await notice.waitFor({ state: 'detached' })
    for (const id of ['own', 'tape']) await untilState(id, 'live')
    expect((await report()).offer).toBeNull()
    expect((await ask('GET', '/studio/program')).canvases[0].program).toBe('game')
    await host.stop()
    await start()
    expect((await report()).offer).toBeNull()
  })

  it('says what went on by itself, and ends it where that is not wanted', async () => {
    await ask('PATCH', '/settings', { studioResumeWithinMs: 600_000 })
    await ask('POST', '/studio/outputs/own/start')
    await untilState('own', 'live')
    await host.kill('SIGKILL')
    await start()
    await untilState('own', 'live')
    expect((await report()).offer.outputs).toMatchObject([{ id: 'own', goesOn: true, why: null }])
    await page.goto(`${host.http}/studio`)
    await page.getByTestId('recovery').getByText('Running again: Own stream.').waitFor()
    await look(page, 'recovery-running')
    await page.getByTestId('recovery-without').click()
    await untilState('own', 'off')
    await page.getByTestId('recovery').waitFor({ state: 'detached' })
  })

  it('that ends so three times is offered safe mode, in which no browser runs', async () => {
    expect((await report()).safeMode.offered).toBe(false)
    await host.kill('SIGKILL')
    await start()
    expect((await report()).safeMode).toEqual({ on: false, offered: true, leftOut: [] })
    expect((await ask('GET', '/health')).problems.map(({ code }: any) => code)).toContain('host.crashes_often')
    expect((await streams(['status'], { dataDir })).out).toContain('--safe-mode')
    expect((await streams(['doctor'], { dataDir })).out).toMatch(/crashes\s.*3 in the last ten minutes/)
    await until(() => browsersBelow(host.process.pid!) > 0, 'the page runs')

    await page.goto(`${host.http}/studio`)
    await page.getByTestId('safe-mode-offer').waitFor()
    await look(page, 'recovery-safe-mode-offer')
    await page.getByTestId('start-safe-mode').click()
    await page.getByTestId('safe-mode').getByText('Chat page').waitFor()
    await until(() => browsersBelow(host.process.pid!) === 0, 'no browser runs')
    expect(await sourceState()).toMatchObject({ state: 'waiting', problem: expect.stringContaining('Safe mode') })
    await look(page, 'recovery-safe-mode')
    expect(await findingsInBothThemes(page)).toEqual([])
    expect((await ask('GET', '/health')).problems).toEqual([])
  })

  it('stays in safe mode until somebody leaves it, and starts in it where the option says so', async () => {
    await host.stop()
    await start()
    expect((await report()).safeMode).toMatchObject({ on: true, leftOut: [{ id: 'page', name: 'Chat page', kind: 'browser' }] })
    await page.goto(`${host.http}/studio`)
    await page.getByTestId('leave-safe-mode').click()
    await until(() => browsersBelow(host.process.pid!) > 0, 'the page runs again')
    await page.getByTestId('safe-mode').waitFor({ state: 'detached' })
    await host.stop()
    await start('--safe-mode')
    expect((await report()).safeMode.on).toBe(true)
    await until(async () => (await sourceState())?.state === 'waiting', 'the page is left out')
    expect(browsersBelow(host.process.pid!)).toBe(0)
  })
})
