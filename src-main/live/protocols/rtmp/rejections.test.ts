import { expect, it } from 'vitest'
import type { AuditLog } from '../../../platform/audit.ts'
import { AppError } from '../../../platform/errors.ts'
import { silentLogger } from '../../../platform/telemetry/logger.ts'
import { Rejections } from './rejections.ts'

it('writes ten lines of a flood of rejections, and the others as one when ten seconds are over', () => {
  const lines: object[] = []
  const audit = { record: (line: object) => void lines.push(line) } as unknown as AuditLog
  const rejections = new Rejections(audit, silentLogger)
  const reject = (nowMs: number): void => rejections.record(new AppError('ingest.timeout'), 'session', `192.0.2.1:${1000 + nowMs}`, nowMs)
  for (let nowMs = 0; nowMs < 13; nowMs++) reject(nowMs)
  rejections.tick(9999)
  expect(lines).toHaveLength(10)
  expect(rejections.pending).toBe(true)
  rejections.tick(10_000)
  const summary = {
    kind: 'error',
    message: '3 more connections were rejected with ingest.timeout',
    code: 'ingest.timeout',
    data: { refused: 3, lastAddress: '192.0.2.1:1012' },
  }
  expect(lines.slice(10)).toEqual([summary])
  expect(rejections.pending).toBe(false)
  // A window of few lines ends without a word.
  reject(20_000)
  rejections.tick(30_000)
  expect(lines).toHaveLength(12)
  expect(rejections.counts.get('ingest.timeout')).toBe(14)
})
