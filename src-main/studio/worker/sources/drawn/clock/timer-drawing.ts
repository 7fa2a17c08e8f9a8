import type { TimerSettings } from '../../../../document/kinds/drawn.ts'
import type { StartDrawing } from '../drawing.ts'
import { createTimeText } from './time-text.ts'
import { createTimerFormat, type TimerFormat } from './timer-format.ts'
import {
  fromMemory,
  initialTimer,
  pauseTimerAt,
  readDate,
  readTimer,
  startTimerAt,
  type TimerReading,
  type TimerState,
  toMemory,
} from './timer-state.ts'

/** Counts up, down or to a date; drawn when its text changes. Where it is outlives the process. */
export const startTimer: StartDrawing<TimerSettings> = (first, context, firstShown) => {
  const text = createTimeText(context)
  let settings = first
  let shown = firstShown
  let format: TimerFormat = createTimerFormat(first.format)
  let untilMs: number | undefined
  let problem: string | undefined
  let state: TimerState = fromMemory(first, context.memory) ?? initialTimer(first, Date.now())
  let timer: NodeJS.Timeout | undefined
  let reported = ''

  function tick(): void {
    clearTimeout(timer)
    if (problem !== undefined) return
    const reading = readTimer(settings, state, untilMs, Date.now())
    const ended = reading.state === 'ended' && settings.endText !== ''
    // The time left is shown up to the last moment: 0:01 stays until zero.
    const counts = settings.mode === 'up' ? reading.ms : Math.ceil(reading.ms / format.stepMs) * format.stepMs
    text.show(ended ? settings.endText : format.write(counts), settings)
    notify(reading)
    if (reading.state !== 'running') return
    const within = ((reading.ms % format.stepMs) + format.stepMs) % format.stepMs
    const change = settings.mode === 'up' ? format.stepMs - within : within === 0 ? format.stepMs : within
    // While nobody sees it only its end matters.
    const wait = shown ? change + 1 : settings.mode === 'up' ? undefined : Math.max(1, reading.ms)
    if (wait !== undefined && wait > 0) timer = setTimeout(tick, Math.min(wait, 2 ** 31 - 1))
  }

  function notify(reading: TimerReading): void {
    const { problem: said, details } = text.about
    const key = `${reading.state} ${said} ${JSON.stringify(details)}`
    if (key === reported) return
    reported = key
    context.report({
      state: reading.state,
      ...(said !== undefined && { problem: said }),
      details: { ...details, ms: Math.round(reading.ms) },
    })
  }

  function change(next: TimerState): void {
    state = next
    context.remember(toMemory(settings, state))
    reported = ''
    tick()
  }

  function begin(): void {
    format = createTimerFormat(settings.format)
    untilMs = undefined
    problem = undefined
    reported = ''
    if (settings.mode === 'until') {
      try {
        untilMs = readDate(settings.until, settings.timeZone)
        if (untilMs === undefined) problem = `"${settings.until}" is no date: write it as 2027-01-01T00:00:00Z`
      } catch {
        problem = `There is no time zone ${settings.timeZone}: write it as Europe/Berlin`
      }
    }
    if (problem !== undefined) context.report({ state: 'failed', problem })
    tick()
  }

  context.remember(toMemory(settings, state))
  begin()
  return {
    update(next) {
      const anew = next.mode !== settings.mode || next.durationMs !== settings.durationMs
      settings = next
      if (anew) {
        state = initialTimer(next, Date.now())
        context.remember(toMemory(settings, state))
      }
      begin()
    },
    show(now) {
      const appears = now && !shown
      shown = now
      if (appears && settings.whenShown === 'restart') change(initialTimer(settings, Date.now()))
      else tick()
    },
    command(name, details) {
      const now = Date.now()
      if (name === 'start') change(startTimerAt(state, now))
      else if (name === 'pause') change(pauseTimerAt(state, now))
      else if (name === 'reset') change({ ...initialTimer(settings, now), sinceMs: state.sinceMs === undefined ? undefined : now })
      else if (name === 'add' && typeof details.ms === 'number' && Number.isFinite(details.ms)) {
        change({ ...state, addedMs: state.addedMs + details.ms })
      }
    },
    close: () => clearTimeout(timer),
  }
}
