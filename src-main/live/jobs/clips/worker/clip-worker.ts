/** The process that makes clips: FFmpeg runs in it, so that a crash of FFmpeg does not crash the host. */
import { connectForJobs } from '../../../../platform/workers/worker-side.ts'
import type { FromMaker, ToMaker } from '../messages.ts'

const { host, jobs } = connectForJobs<ToMaker, FromMaker>()
host.stopping.addEventListener('abort', () => host.end())

const maker = await import('./make-clip.ts').catch((error: Error) => error)
host.ready()

for await (const order of jobs) {
  const { id } = order
  if (maker instanceof Error) {
    host.send({ type: 'failed', id, message: `The media engine is missing: ${(maker.message.split('\n')[0] as string).slice(0, 300)}` })
    continue
  }
  try {
    const made = await maker.makeClip(order, (fraction) => host.send({ type: 'progress', id, fraction }))
    host.send(made === undefined ? { type: 'empty', id } : { type: 'done', id, made })
  } catch (error) {
    host.send({ type: 'failed', id, message: (error as Error).message.slice(0, 300) })
  }
}
