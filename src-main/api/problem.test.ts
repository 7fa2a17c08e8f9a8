import { expect, test } from 'vitest'
import { AppError, type ErrorCode } from '../platform/errors.ts'
import type { Logger } from '../platform/logger.ts'
import { logProblem } from './problem.ts'

/** What the log has of a request that was answered that error. */
function logged(code: ErrorCode, cause?: unknown): { readonly level: string; readonly fields: Readonly<Record<string, unknown>> } {
  const lines: { level: string; fields: Readonly<Record<string, unknown>> }[] = []
  const at = (level: string) => (fields: Readonly<Record<string, unknown>>) => lines.push({ level, fields })
  const logger = { error: at('error'), warn: at('warn'), debug: at('debug') } as unknown as Logger
  const error = new AppError(code, 'what was wrong', { cause })
  logProblem(logger, error, error, { requestId: 'r1' })
  const [line, ...more] = lines
  if (line === undefined || more.length > 0) throw new Error(`${lines.length} lines`)
  return line
}

test("a fault of the host's own is logged as an error with its stack", () => {
  expect(logged('internal')).toEqual({ level: 'error', fields: { err: expect.any(AppError), requestId: 'r1' } })
})

test('a fault of a disk or of another program is one line without a stack', () => {
  for (const code of ['recording.disk_full', 'source.failed', 'obs.timeout', 'network.nginx_failed', 'studio.engine_missing'] as const) {
    expect(logged(code)).toEqual({ level: 'warn', fields: { code, detail: 'what was wrong', requestId: 'r1' } })
  }
})

test('what lay beneath such a fault is named; where nobody foresaw it, it has its stack', () => {
  const system = Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' })
  const foreseen = [system, new AppError('network.nginx_missing', 'EACCES: permission denied'), 'EACCES: permission denied']
  for (const cause of foreseen) expect(logged('slate.unavailable', cause).fields).toMatchObject({ cause: 'EACCES: permission denied' })
  expect(logged('network.provider_failed', new TypeError('fetch failed', { cause: system })).fields).toMatchObject({
    cause: 'fetch failed',
  })
  const { level, fields } = logged('slate.unavailable', new TypeError('x is not a function'))
  expect([level, fields.err]).toEqual(['warn', expect.objectContaining({ code: 'slate.unavailable', cause: expect.any(TypeError) })])
})

test('what the caller did wrong, and what is there in a moment, is not reported to operators', () => {
  for (const code of ['request.invalid', 'studio.preparing', 'clip.busy', 'play.too_many_listeners'] as const) {
    expect(logged(code)).toEqual({ level: 'debug', fields: { code, detail: 'what was wrong', requestId: 'r1' } })
  }
})
