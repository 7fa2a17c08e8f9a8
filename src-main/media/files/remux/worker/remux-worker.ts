/** The process that remuxes files: FFmpeg runs in it, so that a crash of FFmpeg does not crash the host. */
import { connectForJobs } from '../../../../platform/workers/worker-side.ts'
import type { FromRemuxer, ToRemuxer } from '../messages.ts'

/** Jobs that were cancelled while they waited. */
const cancelled = new Set<string>()
let running: { readonly id: string; readonly ending: AbortController } | undefined

const { host, jobs } = connectForJobs<ToRemuxer, FromRemuxer>((message) => {
  if (message.type !== 'cancel') return false
  if (running?.id === message.id) running.ending.abort()
  else cancelled.add(message.id)
  return true
})
host.stopping.addEventListener('abort', () => host.end())

const engine = await import('./remux-file.ts').catch((error: Error) => error)
host.ready()

for await (const job of jobs) {
  if (job.type !== 'remux') continue
  const { id } = job
  const fail = (message: string): void => host.send({ type: 'failed', id, message: message.slice(0, 300) })
  if (cancelled.delete(id)) {
    fail('Cancelled')
    continue
  }
  if (engine instanceof Error) {
    fail(`The media engine is missing: ${engine.message.split('\n')[0]}`)
    continue
  }
  const ending = new AbortController()
  running = { id, ending }
  try {
    const remuxed = await engine.remuxFile(job, ending.signal, (done) => host.send({ type: 'progress', id, ...done }))
    host.send({ type: 'done', id, remuxed })
  } catch (error) {
    fail((error as Error).message)
  } finally {
    running = undefined
  }
}
