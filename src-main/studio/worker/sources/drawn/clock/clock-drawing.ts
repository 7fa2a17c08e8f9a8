import type { ClockSettings } from '../../../../document/kinds/drawn.ts'
import type { StartDrawing } from '../drawing.ts'
import { type ClockFormat, createClockFormat } from './clock-format.ts'
import { createTimeText } from './time-text.ts'

/** The wall clock: drawn when its text changes. */
export const startClock: StartDrawing<ClockSettings> = (first, context, firstShown) => {
  const text = createTimeText(context)
  let settings = first
  let shown = firstShown
  let format: ClockFormat | undefined
  let timer: NodeJS.Timeout | undefined

  function tick(): void {
    clearTimeout(timer)
    if (format === undefined) return
    const now = Date.now()
    text.show(format.write(now), settings)
    // A timer may fire a little early: then the text is the same, and the next try is a moment later.
    if (shown) timer = setTimeout(tick, format.stepMs - (now % format.stepMs) + 1)
  }

  function begin(): void {
    try {
      format = createClockFormat(settings.format, settings.timeZone, settings.language)
    } catch {
      format = undefined
      context.report({ state: 'failed', problem: unknownZone(settings.timeZone, settings.language) })
      return
    }
    tick()
    const { problem, details } = text.about
    context.report({ state: 'running', ...(problem !== undefined && { problem }), details })
  }

  begin()
  return {
    update(next) {
      settings = next
      begin()
    },
    show(now) {
      shown = now
      tick()
    },
    close: () => clearTimeout(timer),
  }
}

/** What is said of a zone or a language that cannot be used. */
function unknownZone(timeZone: string, language: string): string {
  const isZone = (() => {
    try {
      new Intl.DateTimeFormat('en', { ...(timeZone !== '' && { timeZone }) })
      return true
    } catch {
      return false
    }
  })()
  return isZone ? `${language} is no language: write it as de or pt-BR` : `There is no time zone ${timeZone}: write it as Europe/Berlin`
}
