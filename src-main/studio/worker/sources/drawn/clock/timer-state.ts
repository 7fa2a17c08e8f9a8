import type { SourceMemory } from '../../../../../media/source-report.ts'
import type { TimerSettings } from '../../../../document/kinds/drawn.ts'

/** State of a timer. Times are the wall clock's, ms since 1970: they mean the same after a restart. */
export interface TimerState {
  /** Runs since then; undefined while it is stopped. */
  readonly sinceMs: number | undefined
  /** What had run before that. */
  readonly ranMs: number
  /** Added by hand: more to count down, or a later start of what counts up. */
  readonly addedMs: number
}

/** What a timer shows. */
export interface TimerReading {
  /** Left, or run, ms; below nought in overtime. */
  readonly ms: number
  readonly state: 'running' | 'paused' | 'ended'
}

export function initialTimer(settings: TimerSettings, nowMs: number): TimerState {
  return { sinceMs: settings.autoStart ? nowMs : undefined, ranMs: 0, addedMs: 0 }
}

function ran(state: TimerState, nowMs: number): number {
  return state.ranMs + (state.sinceMs === undefined ? 0 : Math.max(0, nowMs - state.sinceMs))
}

export function startTimerAt(state: TimerState, nowMs: number): TimerState {
  return state.sinceMs === undefined ? { ...state, sinceMs: nowMs } : state
}

export function pauseTimerAt(state: TimerState, nowMs: number): TimerState {
  return { ...state, sinceMs: undefined, ranMs: ran(state, nowMs) }
}

/** @param untilMs the date of `until`, ms since 1970; undefined for the other modes */
export function readTimer(settings: TimerSettings, state: TimerState, untilMs: number | undefined, nowMs: number): TimerReading {
  const going = state.sinceMs === undefined ? 'paused' : 'running'
  if (settings.mode === 'up') return { ms: Math.max(0, ran(state, nowMs) + state.addedMs), state: going }
  const wholeMs = settings.durationMs + state.addedMs
  if (untilMs === undefined && settings.atEnd === 'again' && wholeMs > 0) {
    return { ms: wholeMs - (ran(state, nowMs) % wholeMs), state: going }
  }
  const leftMs = untilMs === undefined ? wholeMs - ran(state, nowMs) : untilMs + state.addedMs - nowMs
  if (leftMs > 0 || settings.atEnd === 'overtime') return { ms: leftMs, state: untilMs === undefined ? going : 'running' }
  return { ms: 0, state: 'ended' }
}

/** What is remembered of a timer: of the settings as much as decides whether it is still the same one. */
export function toMemory({ mode, durationMs }: TimerSettings, state: TimerState): SourceMemory {
  return { mode, durationMs, sinceMs: state.sinceMs ?? null, ranMs: state.ranMs, addedMs: state.addedMs }
}

/** Undefined where it is none of ours, or of other settings. */
export function fromMemory(settings: TimerSettings, memory: SourceMemory | undefined): TimerState | undefined {
  if (memory === undefined || memory.mode !== settings.mode || memory.durationMs !== settings.durationMs) return undefined
  const { sinceMs, ranMs, addedMs } = memory
  if (typeof ranMs !== 'number' || typeof addedMs !== 'number') return undefined
  return { sinceMs: typeof sinceMs === 'number' ? sinceMs : undefined, ranMs, addedMs }
}

/**
 * Reads a date: with its offset as it is, without one as local time of a zone.
 * @returns ms since 1970; undefined for an invalid date
 * @throws RangeError for a zone that nobody knows
 */
export function readDate(date: string, timeZone: string): number | undefined {
  const text = date.trim()
  if (!/^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:?\d\d)?)?$/.test(text)) return undefined
  const hasOffset = /(Z|[+-]\d\d:?\d\d)$/.test(text.slice(10))
  const full = text.length === 10 ? `${text}T00:00` : text.replace(' ', 'T')
  const asUtc = Date.parse(hasOffset ? full : `${full}Z`)
  if (Number.isNaN(asUtc)) return undefined
  if (hasOffset) return asUtc
  // The zone's offset at that moment; taken twice, since the first guess may be on the other side of a change of summer time.
  const guess = asUtc - offsetMs(asUtc, timeZone)
  return asUtc - offsetMs(guess, timeZone)
}

/** How far local time is ahead of UTC, ms. */
function offsetMs(atMs: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    ...(timeZone !== '' && { timeZone }),
    calendar: 'gregory',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(atMs)
  const part = (type: string): number => Number(parts.find((each) => each.type === type)?.value)
  const local = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'))
  return local - Math.floor(atMs / 1000) * 1000
}
