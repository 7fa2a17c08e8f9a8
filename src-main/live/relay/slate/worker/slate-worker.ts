/** The process that encodes a slate once: FFmpeg runs in it, so that an image that crashes FFmpeg crashes nothing else. */
import { connectToHost } from '../../../../platform/workers/worker-side.ts'
import type { FromSlateWorker, ToSlateWorker } from '../messages.ts'

const host = connectToHost<ToSlateWorker, FromSlateWorker>((message) => void run(message))
host.stopping.addEventListener('abort', () => host.end())

async function run({ job }: ToSlateWorker): Promise<void> {
  let engine: typeof import('./encode-slate.ts')
  try {
    engine = await import('./encode-slate.ts')
  } catch (error) {
    host.send({ type: 'failed', reason: 'engine-missing', message: textOf(error) })
    return
  }
  try {
    await engine.encodeSlate(job)
    host.send({ type: 'done' })
  } catch (error) {
    host.send({ type: 'failed', reason: 'broken', message: textOf(error) })
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
}

host.ready()
