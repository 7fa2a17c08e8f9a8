import { multistream, pino } from 'pino'
import type { Logger } from '../logger.ts'
import { maskUrlsIn } from '../outbound/url-secrets.ts'
import type { LogTail } from './log-tail.ts'

export interface LoggerOptions {
  readonly level: 'silent' | 'error' | 'warn' | 'info' | 'debug'
  /** File that lines are appended to; undefined for standard error. Standard output belongs to `--json`. */
  readonly file?: string
  /** Keeps the newest lines too, from level `info` on whatever `level` says. */
  readonly tail?: LogTail
}

export interface ClosableLogger extends Logger {
  /** Writes out what is buffered. */
  flush(): void
}

/** Above every level. */
const silent = 100

/** Structured log lines (JSON, one per event). Secrets are struck out wherever they are under their usual names, and in every URL. */
export function createLogger(options: LoggerOptions): ClosableLogger {
  const destination = pino.destination(options.file ? { dest: options.file, mkdir: true, sync: false } : { dest: 2, sync: true })
  const { level, tail } = options
  const logger = pino(
    {
      level: tail === undefined || level === 'debug' ? level : 'info',
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
      hooks: { streamWrite: (line) => maskUrlsIn(line) },
      redact: {
        paths: ['secret', 'token', 'key', 'authorization', 'cookie', '*.secret', '*.token', '*.authorization', '*.cookie'],
        censor: '[hidden]',
      },
    },
    tail === undefined
      ? destination
      : multistream([
          { level: level === 'silent' ? silent : level, stream: destination },
          { level: level === 'debug' ? 'debug' : 'info', stream: tail },
        ]),
  )
  return Object.assign(wrap(logger), { flush: () => destination.flushSync() })
}

/** A logger that says nothing: for tests and for client commands. */
export const silentLogger: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {}, child: () => silentLogger }

function wrap(logger: pino.Logger): Logger {
  return {
    debug: (fields, message) => logger.debug(fields, message),
    info: (fields, message) => logger.info(fields, message),
    warn: (fields, message) => logger.warn(fields, message),
    error: (fields, message) => logger.error(fields, message),
    child: (fields) => wrap(logger.child(fields)),
  }
}
