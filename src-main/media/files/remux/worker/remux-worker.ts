/** The process that remuxes files: FFmpeg runs in it, so that a crash of FFmpeg does not crash the host. */
import { connectForJobs } from '../../../../platform/workers/worker-side.ts'
import type { FromRemuxer, ToRemuxer } from '../messages.ts'

const { host, jobs } = connectForJobs<ToRemuxer, FromRemuxer>()
host.stopping.addEventListener('abort', () => host.end())

const engine = await import('./remux-file.ts').catch((error: Error) => error)
host.ready()

for await (const { id, from, to } of jobs) {
  if (engine instanceof Error) {
    host.send({ type: 'failed', id, message: `The media engine is missing: ${(engine.message.split('\n')[0] as string).slice(0, 300)}` })
    continue
  }
  try {
    const remuxed = await engine.remuxFile(from, to, (done) => host.send({ type: 'progress', id, ...done }))
    host.send({ type: 'done', id, remuxed })
  } catch (error) {
    host.send({ type: 'failed', id, message: (error as Error).message.slice(0, 300) })
  }
}
