import { type Static, Type } from 'typebox'
import type { LogLevel, LogLine } from '../../platform/telemetry/log-tail.ts'

const levels: readonly LogLevel[] = ['debug', 'info', 'warn', 'error']
const LevelSchema = Type.Union([Type.Literal('debug'), Type.Literal('info'), Type.Literal('warn'), Type.Literal('error')], {
  description: 'least level',
})

export const LogLineSchema = Type.Object({
  id: Type.Integer({ description: 'grows with every line of this run of the host' }),
  timeMs: Type.Integer({ description: 'ms since 1970' }),
  level: LevelSchema,
  part: Type.String({ description: 'what wrote it: `host`, `live`, `studio`, or a part of one, e.g. `live/destinations`' }),
  message: Type.String(),
  fields: Type.String({ description: 'what else it says, as JSON; empty where there is nothing' }),
})

export const LogQuerySchema = Type.Object({
  level: Type.Optional(LevelSchema),
  part: Type.Optional(Type.String({ maxLength: 60, description: 'this part, and those of it' })),
  text: Type.Optional(Type.String({ maxLength: 200, description: 'what the line has in it, in any case of letters' })),
  before: Type.Optional(Type.Integer({ minimum: 0, description: 'lines older than the one with this id' })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 5000, description: '500 where it is left out' })),
  format: Type.Optional(Type.Union([Type.Literal('json'), Type.Literal('text')])),
})
export type LogQuery = Static<typeof LogQuerySchema>

const rank = (level: LogLevel): number => levels.indexOf(level)

/** The newest lines that are asked for, oldest first. */
export function findLines(lines: readonly LogLine[], { level = 'debug', part, text, before, limit = 500 }: LogQuery): readonly LogLine[] {
  const wanted = text?.toLowerCase()
  const found = lines.filter(
    (line) =>
      rank(line.level) >= rank(level) &&
      (part === undefined || line.part === part || line.part.startsWith(`${part}/`)) &&
      (before === undefined || line.id < before) &&
      (wanted === undefined || `${line.message} ${line.fields}`.toLowerCase().includes(wanted)),
  )
  return found.slice(-limit)
}

/** A line as people read it in a file. */
export function textOfLine({ timeMs, level, part, message, fields }: LogLine): string {
  return `${new Date(timeMs).toISOString()} ${level.toUpperCase().padEnd(5)} ${part}: ${message}${fields === '' ? '' : ` ${fields}`}`
}
