import { expect, it } from 'vitest'
import { AcceptingWorkers } from './accepting-workers.ts'
import { readNginxLine } from './nginx-messages.ts'

it('waits for the workers of the former configuration: nginx lets them take requests for a moment longer', async () => {
  const workers = new AcceptingWorkers()
  const log = (...lines: string[]) => {
    for (const line of lines) workers.take(readNginxLine(`2026/11/23 12:00:00 [notice] ${line}`))
  }
  log('1#1: start worker process 2', '1#1: start worker process 3', '1#1: start cache manager process 4')
  const former = workers.pids
  expect(former).toEqual([2, 3])
  let isGone = false
  const gone = workers.untilGone(former, 60_000).then(() => {
    isGone = true
  })
  log('1#1: start worker process 5', '2#2: gracefully shutting down')
  await Promise.resolve()
  expect(isGone).toBe(false)
  log('1#1: worker process 3 exited with code 0')
  await gone
  expect(workers.pids).toEqual([5])
})
