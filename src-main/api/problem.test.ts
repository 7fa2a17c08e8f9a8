import { expect, test } from 'vitest'
import { AppError, type ErrorCode } from '../platform/errors.ts'
import type { Logger } from '../platform/logger.ts'
import { logProblem } from './problem.ts'

/** What the log has of a request that was answered that error. */
function logged(code: ErrorCode): { readonly level: string; readonly fields: Readonly<Record<string, unknown>> } {
  const lines: { level: string; fields: Readonly<Record<string, unknown>> }[] = []
  const at = (level: string) => (fields: Readonly<Record<string, unknown>>) => lines.push({ level, fields })
  const logger = { error: at('error'), warn: at('warn'), debug: at('debug') } as unknown as Logger
  const error = new AppError(code, 'what was wrong')
  logProblem(logger, error, error, { requestId: 'r1' })
  const [line, ...more] = lines
  if (line === undefined || more.length > 0) throw new Error(`${lines.length} lines`)
  return line
}

test("a fault of the host's own is logged as an error with its stack", () => {
  expect(logged('internal')).toEqual({ level: 'error', fields: { err: expect.any(AppError), requestId: 'r1' } })
})

test('a fault of a disk or of another program is one line without a stack', () => {
  for (const code of ['recording.disk_full', 'source.failed', 'obs.timeout'] as const) {
    expect(logged(code)).toEqual({ level: 'warn', fields: { code, detail: 'what was wrong', requestId: 'r1' } })
  }
})

test('what the caller did wrong, and what is not there yet, is not reported to operators', () => {
  for (const code of ['request.invalid', 'studio.preparing', 'play.too_many_listeners'] as const) {
    expect(logged(code)).toEqual({ level: 'debug', fields: { code, detail: 'what was wrong', requestId: 'r1' } })
  }
})
