import type { Logger } from '../logger.ts'

/** The log of a worker process: its lines on standard error become log lines of the host. */
export function workerLog(fields: object = {}): Logger {
  const write = (more: object, message: string): void => {
    process.stderr.write(
      `${message} ${JSON.stringify({ ...fields, ...more }, (_key, value) => (value instanceof Error ? value.message : value))}\n`,
    )
  }
  return { debug() {}, info() {}, warn: write, error: write, child: (more) => workerLog({ ...fields, ...more }) }
}
