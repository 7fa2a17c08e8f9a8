import { readFormat, two } from './format-tokens.ts'

/** Writes times of the wall clock. */
export interface ClockFormat {
  /** `ms` since 1970. */
  write(ms: number): string
  /** The text stays the same for this long at least: up to the next whole number of these, ms. */
  readonly stepMs: number
  /** A text as wide as any that is written, as far as digits go. */
  readonly reference: (text: string) => string
}

/**
 * Reads a format once.
 * @throws RangeError for a time zone or language that nobody knows
 */
export function createClockFormat(format: string, timeZone: string, language: string): ClockFormat {
  const zone = timeZone === '' ? {} : { timeZone }
  const locale = language === '' ? undefined : language
  const pieces = readFormat(format, 'yMdEHhmsSa')
  const tokens = pieces.flatMap((piece) => ('token' in piece ? [piece.token[0] as string] : []))
  const numbers = new Intl.DateTimeFormat('en-US', {
    ...zone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  const named = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, { ...zone, ...options })
  const names: Readonly<Record<string, Intl.DateTimeFormat>> = {
    MMM: named({ month: 'short' }),
    MMMM: named({ month: 'long' }),
    EEE: named({ weekday: 'short' }),
    EEEE: named({ weekday: 'long' }),
  }
  function write(ms: number): string {
    const part: Record<string, number> = {}
    for (const { type, value } of numbers.formatToParts(ms)) part[type] = Number(value)
    const number = (name: string): number => part[name] as number
    const hour = number('hour')
    const twelve = hour % 12 === 0 ? 12 : hour % 12
    const one = (token: string): string => {
      switch (token) {
        case 'yy':
          return two(number('year') % 100)
        case 'M':
          return String(number('month'))
        case 'MM':
          return two(number('month'))
        case 'd':
          return String(number('day'))
        case 'dd':
          return two(number('day'))
        case 'H':
          return String(hour)
        case 'HH':
          return two(hour)
        case 'h':
          return String(twelve)
        case 'hh':
          return two(twelve)
        case 'm':
          return String(number('minute'))
        case 'mm':
          return two(number('minute'))
        case 's':
          return String(number('second'))
        case 'ss':
          return two(number('second'))
      }
      if (token.startsWith('y')) return String(number('year'))
      if (token.startsWith('S')) return String(Math.floor((((ms % 1000) + 1000) % 1000) / 100))
      if (token.startsWith('a')) return hour < 12 ? 'am' : 'pm'
      return names[token.slice(0, 4)]?.format(ms) ?? names[token.startsWith('E') ? 'EEE' : '']?.format(ms) ?? token
    }
    return pieces.map((piece) => ('text' in piece ? piece.text : one(piece.token))).join('')
  }
  return {
    write,
    stepMs: tokens.includes('S') ? 100 : tokens.includes('s') ? 1000 : 60_000,
    reference: widestDigits,
  }
}

/** Eights and noughts are the widest digits of letters whose digits differ. */
export function widestDigits(text: string): string {
  return text.replace(/\d/g, '0')
}
