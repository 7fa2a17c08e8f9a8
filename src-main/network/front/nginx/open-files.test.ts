import { expect, it } from 'vitest'
import { openFilesOfWorker } from './open-files.ts'

it('a worker keeps at most an eighth of what it may open, and never more than 4,096 files', () => {
  const limits = (soft: string) => `Limit  Soft Limit  Hard Limit  Units\nMax open files            ${soft}    524288    files\n`
  expect(openFilesOfWorker(limits('524288'))).toBe(4096)
  expect(openFilesOfWorker(limits('unlimited'))).toBe(4096)
  expect(openFilesOfWorker(limits('1024'))).toBe(128)
  expect(openFilesOfWorker('')).toBe(0)
})
