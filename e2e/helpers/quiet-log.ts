import type { Logger } from '../../src-main/platform/logger.ts'

/** A log that says only what went wrong. */
export const quietLog: Logger = {
  debug() {},
  info() {},
  warn: (...line: unknown[]) => process.stderr.write(`${JSON.stringify(line)}\n`),
  error: (...line: unknown[]) => process.stderr.write(`${JSON.stringify(line)}\n`),
  child: () => quietLog,
}
