import { describe, expect, it } from 'vitest'
import { AppError } from '../../../platform/errors.ts'
import { afterLoss, afterWait, type PublisherLoss } from './publisher-loss.ts'

const windows = { restartWindowMs: 0, reconnectWindowMs: 30_000, slateAfterMs: 500 }
const loss = (change: Partial<PublisherLoss>) => afterLoss({ how: 'lost', backup: false, ...windows, ...change })
const waitsWithSlate = { do: 'wait', waitMs: 30_000, slateAfterMs: 500 }

describe('a stream whose publisher on air leaves', () => {
  it.each<[string, Partial<PublisherLoss>, object]>([
    ['shows its backup, or waits with its slate, where the connection broke', {}, { backupFirst: true, otherwise: waitsWithSlate }],
    ['waits as long with a key that waits for restarts', { restartWindowMs: 9000 }, { backupFirst: true, otherwise: waitsWithSlate }],
    ['shows its backup where the encoder stopped', { how: 'unpublish', backup: true }, { backupFirst: true, otherwise: waitsWithSlate }],
    ['ends where the encoder stopped', { how: 'unpublish' }, { backupFirst: false, otherwise: { do: 'end' } }],
    [
      'waits without a slate where its key waits for restarts',
      { how: 'unpublish', restartWindowMs: 9000 },
      { backupFirst: false, otherwise: { do: 'wait', waitMs: 9000, slateAfterMs: undefined } },
    ],
  ])('%s', (_name, change, next) => {
    expect(loss(change)).toEqual(next)
  })
})

describe('a stream to which no publisher came back in time', () => {
  const malformed = new AppError('ingest.protocol')

  it('ends, or fails after malformed media; silence is no failure', () => {
    expect(afterWait(undefined, undefined)).toBe('end')
    expect(afterWait('window', new AppError('ingest.timeout'))).toBe('end')
    expect(afterWait('window', new AppError('publish.kicked'))).toBe('end')
    expect(afterWait(undefined, malformed)).toBe('fail')
  })

  it('waits on while its slate lasts without end', () => {
    expect(afterWait('unlimited', undefined)).toBe('stay')
    expect(afterWait('unlimited', malformed)).toBe('stay')
  })
})
