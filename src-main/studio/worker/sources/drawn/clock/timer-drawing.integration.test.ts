import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { SourceMemory, SourceReport } from '../../../../../media/source-report.ts'
import { type TimerSettings, TimerSettingsSchema } from '../../../../document/kinds/drawn.ts'
import { readSettings } from '../../source-settings.ts'
import type { Drawing, DrawingContext } from '../drawing.ts'
import { startTimer } from './timer-drawing.ts'

const startedMs = Date.parse('2026-11-21T20:15:00Z')

describe('a timer', () => {
  let reports: SourceReport[]
  let memory: SourceMemory | undefined
  let drawn: number
  let timer: Drawing<TimerSettings> | undefined

  const settingsOf = (given: Partial<TimerSettings>): TimerSettings =>
    (readSettings(TimerSettingsSchema, given) as unknown as { settings: TimerSettings }).settings
  function start(given: Partial<TimerSettings>, { before, shown = true }: { before?: SourceMemory; shown?: boolean } = {}) {
    const context = {
      memory: before,
      nowUs: () => 0,
      report: (report: SourceReport) => void reports.push(report),
      remember: (next: SourceMemory) => {
        memory = next
      },
      // What it looks like is drawn by the end-to-end tests.
      draw: () => void drawn++,
    } as unknown as DrawingContext
    timer = startTimer(settingsOf(given), context, shown)
    return {
      timer,
      command: (name: string, details = {}) => timer?.command?.(name, details),
      state: () => reports.at(-1)?.state,
      ms: () => reports.at(-1)?.details?.ms,
    }
  }

  beforeEach(() => {
    vi.useFakeTimers({ now: startedMs })
    reports = []
    memory = undefined
    drawn = 0
  })
  afterEach(() => {
    timer?.close()
    expect(vi.getTimerCount()).toBe(0)
    vi.useRealTimers()
  })

  it('is drawn when its digits change, and ends at nought', () => {
    const { state, ms } = start({ durationMs: 3000 })
    expect([state(), ms(), drawn]).toEqual(['running', 3000, 1])
    vi.advanceTimersByTime(2500)
    expect([state(), drawn]).toEqual(['running', 3])
    vi.advanceTimersByTime(1000)
    expect([state(), ms(), drawn]).toEqual(['ended', 0, 4])
    vi.advanceTimersByTime(60_000)
    expect(drawn).toBe(4)
  })

  it('waits for its command, pauses, takes more time, and starts again', () => {
    const { command, state, ms } = start({ durationMs: 10_000, autoStart: false })
    vi.advanceTimersByTime(5000)
    expect([state(), ms()]).toEqual(['paused', 10_000])
    command('start')
    vi.advanceTimersByTime(4000)
    command('pause')
    vi.advanceTimersByTime(60_000)
    expect([state(), ms()]).toEqual(['paused', 6000])
    command('add', { ms: 2000 })
    expect(ms()).toBe(8000)
    command('add', { ms: Number.NaN })
    expect(ms()).toBe(8000)
    command('start')
    vi.advanceTimersByTime(1000)
    command('reset')
    expect([state(), ms()]).toEqual(['running', 10_000])
  })

  it('has its whole time again where it becomes visible, if that is wanted', () => {
    for (const [whenShown, leftMs] of [
      ['restart', 10_000],
      ['resume', 2000],
    ] as const) {
      const { command, ms } = start({ durationMs: 10_000, whenShown })
      vi.advanceTimersByTime(4000)
      timer?.show?.(true)
      command('pause')
      expect(ms(), 'it was visible before').toBe(6000)
      command('start')
      timer?.show?.(false)
      vi.advanceTimersByTime(4000)
      timer?.show?.(true)
      command('pause')
      expect(ms(), whenShown).toBe(leftMs)
      timer?.close()
    }
  })

  it('counts up, and below nought where that is wanted', () => {
    const up = start({ mode: 'up' })
    vi.advanceTimersByTime(90_500)
    expect(drawn).toBe(91)
    up.command('pause')
    expect([up.state(), up.ms()]).toEqual(['paused', 90_500])
    timer?.close()
    const over = start({ durationMs: 2000, atEnd: 'overtime' })
    vi.advanceTimersByTime(5000)
    expect(over.state()).toBe('running')
    over.command('pause')
    expect(over.ms()).toBe(-3000)
  })

  it('counts to a date, and says what is no date or time zone', () => {
    const { state, ms } = start({ mode: 'until', until: '2026-11-21T20:16:00Z' })
    expect([state(), ms()]).toEqual(['running', 60_000])
    timer?.update(settingsOf({ mode: 'until', until: 'soon' }))
    expect(reports.at(-1)).toMatchObject({ state: 'failed', problem: expect.stringContaining('"soon" is no date') })
    timer?.update(settingsOf({ mode: 'until', until: '2026-11-21T21:16:00', timeZone: 'Mars/Olympus' }))
    expect(reports.at(-1)).toMatchObject({ state: 'failed', problem: expect.stringContaining('no time zone Mars/Olympus') })
    timer?.update(settingsOf({ mode: 'until', until: '2026-11-21T21:16:00', timeZone: 'Europe/Berlin' }))
    expect([state(), ms()]).toEqual(['running', 60_000])
  })

  it('goes on where it would be after its process was lost', () => {
    start({ durationMs: 60_000 })
    const before = memory
    timer?.close()
    vi.advanceTimersByTime(20_000)
    expect(start({ durationMs: 60_000 }, { before: before as SourceMemory }).ms()).toBe(40_000)
    timer?.close()
    // Another duration is another timer.
    expect(start({ durationMs: 30_000 }, { before: before as SourceMemory }).ms()).toBe(30_000)
  })

  it('draws nothing while nobody sees it, and still says that it has ended', () => {
    const { state } = start({ durationMs: 10_000 }, { shown: false })
    const before = drawn
    vi.advanceTimersByTime(9000)
    expect(drawn).toBe(before)
    vi.advanceTimersByTime(1500)
    expect(state()).toBe('ended')
  })
})
