import { expect, it, onTestFinished } from 'vitest'
import { repeat } from './repeat.ts'

it.each([
  [
    'throws',
    () => {
      throw new Error('a fault of ours')
    },
  ],
  [
    'rejects',
    async () => {
      throw new Error('a fault of ours')
    },
  ],
])('comes again after a round that %s, and warns once', async (_name, fail) => {
  const warnings: string[] = []
  const onWarning = (warning: Error): void => void warnings.push(warning.message)
  process.on('warning', onWarning)
  onTestFinished(() => void process.off('warning', onWarning))
  let rounds = 0
  const timer = repeat(2, () => {
    rounds++
    return fail()
  })
  onTestFinished(() => clearInterval(timer))
  await expect.poll(() => rounds).toBeGreaterThan(4)
  expect(warnings).toEqual(['a fault of ours'])
})
