export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** A line of the log as it is shown. */
export interface LogLine {
  /** Grows with every line of this run of the host. */
  readonly id: number
  /** ms since 1970. */
  readonly timeMs: number
  readonly level: LogLevel
  /** What wrote it: `host`, `live`, `studio`, or a part of one of these, e.g. `live/destinations`. */
  readonly part: string
  readonly message: string
  /** Whatever else it says, as JSON; empty where there is nothing. */
  readonly fields: string
}

/** The newest lines of the log, in memory. */
export interface LogTail {
  /** Oldest first. */
  lines(): readonly LogLine[]
  /** Takes a line as the log has it: JSON, without secrets. */
  write(line: string): void
  /** Calls back for each new line. Returns the way to stop. */
  follow(listener: (line: LogLine) => void): () => void
}

export interface LogTailOptions {
  readonly maxLines?: number
  /** Characters of all lines together. */
  readonly maxCharacters?: number
}

/** Longest fields of one line that are kept, characters. */
const maxFields = 4000
const levels: readonly string[] = ['debug', 'info', 'warn', 'error']

/** Keeps the newest lines, within bounds. */
export function createLogTail({ maxLines = 5000, maxCharacters = 2_000_000 }: LogTailOptions = {}): LogTail {
  let kept: LogLine[] = []
  /** Lines before this one have gone: cut off now and then, and not with every line. */
  let first = 0
  let characters = 0
  let nextId = 1
  const listeners = new Set<(line: LogLine) => void>()
  const sizeOf = ({ message, fields }: LogLine): number => message.length + fields.length
  return {
    lines: () => kept.slice(first),
    write(text) {
      const line = readLine(text, nextId)
      if (line === undefined) return
      nextId++
      kept.push(line)
      characters += sizeOf(line)
      while (kept.length - first > maxLines || (characters > maxCharacters && kept.length - first > 1)) {
        characters -= sizeOf(kept[first] as LogLine)
        first++
      }
      if (first > maxLines / 2) {
        kept = kept.slice(first)
        first = 0
      }
      for (const listener of listeners) listener(line)
    },
    follow(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

function readLine(text: string, id: number): LogLine | undefined {
  let parsed: Record<string, unknown>
  try {
    parsed = JSON.parse(text) as Record<string, unknown>
  } catch {
    return undefined
  }
  const { level, time, msg, section, part, ...rest } = parsed
  const timeMs = typeof time === 'string' ? Date.parse(time) : Number.NaN
  const fields = Object.keys(rest).length === 0 ? '' : JSON.stringify(rest)
  return {
    id,
    timeMs: Number.isFinite(timeMs) ? timeMs : Date.now(),
    level: levels.includes(String(level)) ? (level as LogLevel) : 'info',
    part: [section, part].filter((each) => typeof each === 'string' && each !== '').join('/') || 'host',
    message: String(msg ?? '').slice(0, maxFields),
    fields: fields.length > maxFields ? `${fields.slice(0, maxFields)}…` : fields,
  }
}
