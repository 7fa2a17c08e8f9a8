import { expect, it } from 'vitest'
import { Jobs } from './jobs.ts'

function openJobs(isUpdated: (target: { readonly host: string }) => boolean = () => false) {
  const topics: [string, unknown][] = []
  const jobs = new Jobs({
    events: { publish: (topic: string, data: unknown) => void topics.push([topic, data]) } as never,
    audit: { record: () => undefined },
    log: { error: () => undefined } as never,
    now: () => 1_000_000,
    isUpdated,
  })
  return { jobs, topics }
}

const add = { kind: 'add', role: 'edge' } as const
const remove = { kind: 'remove', role: 'edge' } as const
const target = (host: string) => ({ host, port: 22, user: 'root' })
const forever = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))

it('runs one job a machine, and three at once', async () => {
  const { jobs } = openJobs()
  jobs.start(add, target('a'), 'admin', (_, signal) => forever(signal))
  expect(() => jobs.start(remove, target('A'), 'admin', async () => ({}))).toThrow(
    expect.objectContaining({ code: 'network.machine_busy' }),
  )
  for (const host of ['b', 'c']) jobs.start(add, target(host), 'admin', (_, signal) => forever(signal))
  expect(() => jobs.start(add, target('d'), 'admin', async () => ({}))).toThrow(expect.objectContaining({ code: 'network.machine_busy' }))
  await jobs.stop()
  expect(jobs.list().map(({ state }) => state)).toEqual(['cancelled', 'cancelled', 'cancelled'])
  jobs.start(add, target('a'), 'admin', async () => ({ nodeId: 'node-1' }))
  await jobs.stop()
  expect(jobs.list().at(-1)).toMatchObject({ state: 'done', nodeId: 'node-1' })
})

it('runs none on a machine whose node is updated, and says which machines have one', async () => {
  const { jobs } = openJobs(({ host }) => host === 'a')
  const busy = expect.objectContaining({ code: 'network.machine_busy' })
  expect(() => jobs.start(remove, target('a'), 'admin', async () => ({}))).toThrow(busy)
  jobs.start(add, target('b'), 'admin', (_, signal) => forever(signal))
  expect(() => jobs.assertFree(target('B'))).toThrow(busy)
  jobs.assertFree(target('a'))
  await jobs.stop()
  jobs.assertFree(target('b'))
})

it('shows the step that failed, goes back, and keeps a log of a limited length without control characters', async () => {
  const { jobs, topics } = openJobs()
  const { id } = jobs.start(add, target('a'), 'admin', async (progress) => {
    progress.plan(['connect', 'check', 'copy'])
    progress.enter('connect')
    progress.enter('check')
    for (let line = 0; line < 1000; line++) progress.log(`line ${line} \x1b[31m${'x'.repeat(500)}`)
    progress.enter('undo')
    throw new Error('secret')
  })
  await jobs.stop()
  await Promise.resolve()
  const job = jobs.find(id)
  expect(job.steps.map(({ id: step, state }) => `${step} ${state}`)).toEqual(['connect done', 'check failed', 'copy waiting', 'undo done'])
  expect(job.error).toMatchObject({ code: 'internal' })
  expect(JSON.stringify(job.error)).not.toContain('secret')
  expect(job.log).toHaveLength(400)
  expect(job.log.at(-1)).toMatch(/^line 999 +\[31mx+$/)
  expect(job.log.every((line) => line.length <= 300)).toBe(true)
  expect(topics.at(-1)).toMatchObject(['network.job.updated', { state: 'failed' }])
})

it('keeps the last fifty jobs that have ended', async () => {
  const { jobs } = openJobs()
  for (let count = 0; count < 60; count++) {
    jobs.start(add, target('a'), 'admin', async () => ({}))
    await jobs.stop()
  }
  expect(jobs.list().length).toBeLessThanOrEqual(51)
  expect(() => jobs.find('job-none')).toThrow(expect.objectContaining({ code: 'network.job_not_found' }))
})
