/** The process that makes JPEGs of coded frames: FFmpeg runs in it, so that a crash of FFmpeg does not crash the host. */
import { setFlagsFromString } from 'node:v8'
import { collectByBytes } from '../../../../platform/memory/collect-by-bytes.ts'
import { connectForJobs } from '../../../../platform/workers/worker-side.ts'
import type { FromImageEngine, ToImageEngine } from '../messages.ts'

// As in the host: images are buffers outside the heap, some 40 kB for each keyframe of each stream.
setFlagsFromString('--external-memory-accounted-in-global-limit')
setFlagsFromString('--heap-growing-percent=30')

/** Requests and answers that may wait for a collection, bytes: twenty streams make this much in some seconds. */
const maxGarbageBytes = 4 * 1024 * 1024
const release = collectByBytes(maxGarbageBytes)

const { host, jobs } = connectForJobs<ToImageEngine, FromImageEngine>()
host.stopping.addEventListener('abort', () => host.end())

const engine = await import('./image-engine.ts').catch((error: Error) => {
  host.send({ type: 'missing', message: (error.message.split('\n')[0] as string).slice(0, 300) })
  return undefined
})
host.ready()

if (engine !== undefined) {
  for await (const message of jobs) {
    try {
      const answer = await engine.answer(message)
      host.send({ type: 'done', id: message.id, ...answer })
      release(bytesOf(message) + bytesOf(answer))
    } catch (error) {
      host.send({ type: 'failed', id: message.id, message: (error as Error).message.slice(0, 300) })
    }
  }
}

/** Bytes of the buffers in a request or an answer. */
function bytesOf(values: object): number {
  return Object.values(values)
    .flat()
    .reduce((sum: number, each: unknown) => sum + (each instanceof Uint8Array ? each.byteLength : 0), 0)
}
