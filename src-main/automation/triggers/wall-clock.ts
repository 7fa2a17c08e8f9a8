/** The time of day somewhere. */
export interface TimeOfDay {
  /** Seconds since midnight. */
  readonly seconds: number
  /** 0 is Sunday. */
  readonly day: number
}

const dayNames = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const formatters = new Map<string, Intl.DateTimeFormat>()
const maxFormatters = 200

/** Undefined for a time zone that does not exist. */
export function timeOfDay(timeMs: number, timeZone: string | undefined): TimeOfDay | undefined {
  const formatter = formatterOf(timeZone)
  if (formatter === undefined) return undefined
  const parts = Object.fromEntries(formatter.formatToParts(timeMs).map(({ type, value }) => [type, value]))
  return {
    seconds: Number(parts.hour) * 3600 + Number(parts.minute) * 60 + Number(parts.second),
    day: dayNames.indexOf(parts.weekday ?? ''),
  }
}

/** Seconds since midnight of `20:15` or `20:15:30`. */
export function secondsOf(clock: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = clock.split(':').map(Number)
  return hours * 3600 + minutes * 60 + seconds
}

/** True on one of these days; none of them means every day. */
export function isOnDay(day: number, days: readonly number[] | undefined): boolean {
  return days === undefined || days.length === 0 || days.includes(day)
}

function formatterOf(timeZone = ''): Intl.DateTimeFormat | undefined {
  const known = formatters.get(timeZone)
  if (known !== undefined) return known
  try {
    const made = new Intl.DateTimeFormat('en-US', {
      ...(timeZone === '' ? {} : { timeZone }),
      hourCycle: 'h23',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      weekday: 'short',
    })
    if (formatters.size >= maxFormatters) formatters.clear()
    formatters.set(timeZone, made)
    return made
  } catch {
    return undefined
  }
}
