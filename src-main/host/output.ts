import { AppError } from '../platform/errors.ts'
import { toStorageError } from '../platform/storage/storage-error.ts'

/** Where a command writes: standard output for its answer, standard error for everything else. */
export interface Output {
  readonly json: boolean
  /** The answer: as JSON alone with `--json`, else as the text. */
  result(value: unknown, text: () => string): void
  failure(error: unknown): void
}

export function createOutput(
  json: boolean,
  stdout: NodeJS.WritableStream = process.stdout,
  stderr: NodeJS.WritableStream = process.stderr,
): Output {
  return {
    json,
    result(value, text) {
      stdout.write(json ? `${JSON.stringify(value)}\n` : `${printable(text()).trimEnd()}\n`)
    },
    failure(error) {
      const known = error instanceof AppError ? error : fromSystem(error)
      if (json) {
        stdout.write(`${JSON.stringify({ error: { code: known.code, message: known.message, remedy: known.remedy, ...known.details } })}\n`)
        return
      }
      stderr.write(`Error: ${printable(known.message)}\n  ${known.remedy}\n  (${known.code})\n`)
      if (known.code === 'internal' && known.cause instanceof Error) stderr.write(`${known.cause.stack}\n`)
    },
  }
}

function fromSystem(error: unknown): AppError {
  const known = toStorageError(error, 'The system denied')
  return known.code === 'storage.failed'
    ? new AppError('internal', error instanceof Error ? error.message : String(error), { cause: error })
    : known
}

/** Names come from other people: none of their characters controls the terminal. Lines stay lines. */
export function printable(text: string): string {
  return text.replace(/[^\P{Cc}\n]/gu, '\ufffd')
}

/** Lines up the columns of a table for people. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '(none)'
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)))
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell.replaceAll('\n', ' ').padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd()
  return [line(head), ...rows.map(line)].join('\n')
}
