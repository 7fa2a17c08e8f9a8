import { PassThrough, Writable } from 'node:stream'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { SourceReport } from '../../../../media/source-report.ts'
import type { BrowserSettings } from '../../../document/kinds/browser.ts'
import type { SourceReach } from '../source-reach.ts'
import type { ChromiumProcess } from './chromium-process.ts'
import { PageKeeper, type PageKeeperDependencies } from './page-keeper.ts'

/** How the browser behaves that is started next. */
let browser: { arrives: boolean; loads: boolean; loops: boolean; waitedMs: () => number }

beforeEach(() => {
  vi.useFakeTimers()
  browser = { arrives: true, loads: false, loops: false, waitedMs: () => 0 }
})
afterEach(() => vi.useRealTimers())

/** Answers the commands of DevTools as Chromium does with a page that behaves so. */
function startDouble(): ChromiumProcess {
  const from = new PassThrough()
  const say = (message: object): void => void from.write(`${JSON.stringify(message)}\0`)
  const notify = (method: string, params: object): void => say({ method, params, sessionId: 'page' })
  const results: Record<string, object> = {
    'Target.getTargets': { targetInfos: [{ type: 'page', targetId: 'first' }] },
    'Target.attachToTarget': { sessionId: 'page' },
    'Page.addScriptToEvaluateOnNewDocument': { identifier: '1' },
    'Runtime.evaluate': { result: { value: 'Overlay' } },
  }
  const to = new Writable({
    write(bytes, _encoding, done) {
      const { id, method } = JSON.parse(bytes.toString().slice(0, -1))
      const goes = method === 'Page.navigate' || method === 'Page.reload'
      if (goes && browser.arrives) notify('Page.frameNavigated', { frame: {} })
      if (goes && browser.loads) notify('Page.domContentEventFired', {})
      const isSilent = method === 'Runtime.evaluate' ? browser.loops : method === 'Page.navigate' && !browser.arrives
      if (!isSilent) say({ id, result: results[method] ?? {} })
      done()
    },
  })
  return {
    to,
    from,
    sandbox: true,
    gone: new Promise(() => undefined),
    memoryBytes: () => 0,
    waitedForProcessorMs: () => browser.waitedMs(),
    kill() {},
  }
}

function kept() {
  const reports: SourceReport[] = []
  const settings = {
    url: 'http://127.0.0.1:1/',
    file: '',
    width: 320,
    height: 180,
    css: '',
    frameRate: 30,
    sound: false,
  } as BrowserSettings
  const dependencies = {
    stores: {},
    frameStore: { clear() {} },
    audioStore: {},
    report: (report: SourceReport) => void reports.push(report),
    chromium: { find: () => '/usr/bin/chromium', start: () => startDouble() },
  } as unknown as PageKeeperDependencies
  const reach = { policy: { network: { editorHosts: [] } }, granted: [] } as unknown as SourceReach
  const keeper = new PageKeeper({ ...settings, whenHidden: 'run', memoryLimitMb: 1000 } as BrowserSettings, reach, true, dependencies)
  return { keeper, reports, last: () => reports.at(-1) }
}

it.each([
  ['scripts run without an end', { loops: true }, 'Its scripts have not come to an end for 5 s'],
  ['server does not answer', { arrives: false }, 'Its server has not answered for 5 s'],
  ['part of it does not arrive', {}, 'It is not loaded after 5 s'],
])('a page whose %s is reported after 5 s', async (_, behaviour, problem) => {
  Object.assign(browser, behaviour)
  const { keeper, last } = kept()
  await vi.advanceTimersByTimeAsync(4500)
  expect(last()).toMatchObject({ state: 'starting' })
  expect(last()?.problem).toBeUndefined()
  await vi.advanceTimersByTimeAsync(2000)
  expect(last()).toMatchObject({ state: 'starting', problem: expect.stringContaining(problem) })
  keeper.stop()
})

it('a page in an endless loop stays reported while its browser is started again, until it is loaded', async () => {
  browser.loops = true
  const { keeper, last, reports } = kept()
  await vi.advanceTimersByTimeAsync(6500)
  const from = reports.length
  await vi.advanceTimersByTimeAsync(40_000)
  expect(Number(last()?.details?.restarts)).toBeGreaterThan(2)
  expect(reports.slice(from - 1).every(({ problem }) => problem?.includes('have not come to an end') === true)).toBe(true)
  // The page was repaired.
  Object.assign(browser, { loops: false, loads: true })
  keeper.input({ do: 'reload' })
  await vi.advanceTimersByTimeAsync(15_000)
  expect(last()).toMatchObject({ state: 'running' })
  expect(last()?.problem).toBeUndefined()
  keeper.stop()
})

it('a page that loops is named as one also where a busy machine delays its browser', async () => {
  browser.loops = true
  // It waits for a processor for more than half of the time.
  browser.waitedMs = () => 0.6 * performance.now()
  const { keeper, last } = kept()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(last()).toMatchObject({ state: 'starting', problem: expect.stringContaining('have not come to an end') })
  keeper.stop()
})

it('a page that is loaded is not reported, and one that stops to answer then is', async () => {
  browser.loads = true
  const { keeper, last, reports } = kept()
  await vi.advanceTimersByTimeAsync(20_000)
  expect(reports.every(({ problem }) => problem === undefined)).toBe(true)
  expect(last()?.state).toBe('running')
  browser.loops = true
  await vi.advanceTimersByTimeAsync(10_000)
  expect(reports.some(({ problem }) => problem?.startsWith('The page did not answer for 5 s') === true)).toBe(true)
  keeper.stop()
})
