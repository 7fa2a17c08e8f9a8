import { join } from 'node:path'
import { AppError } from '../../../platform/errors.ts'
import type { Logger } from '../../../platform/logger.ts'
import { makeWorkFolder } from '../../../platform/storage/work-folder.ts'
import { superviseWorker } from '../../../platform/workers/supervise-worker.ts'
import { workerFile } from '../../../platform/workers/worker-file.ts'
import type { SlateLoop } from '../../hub/publishers/slate/slate-show.ts'
import type { FromSlateWorker, SlateJob, ToSlateWorker } from './messages.ts'
import { readSlate } from './slate-media.ts'

const TIME_LIMIT_MS = 20_000

/** Encodes one slate in a process of its own, which ends with it. Rejects with `slate.unavailable`. */
export async function encodeInWorker(job: Omit<SlateJob, 'output'>, log: Logger): Promise<SlateLoop> {
  const folder = makeWorkFolder('streams-slate')
  const output = join(folder.path, 'slate.flv')
  try {
    await new Promise<void>((resolve, reject) => {
      const fail = (message: string) => reject(new AppError('slate.unavailable', message))
      const timer = setTimeout(() => finish(() => fail('The slate was not encoded in time')), TIME_LIMIT_MS)
      let finished = false
      const finish = (settle: () => void) => {
        finished = true
        clearTimeout(timer)
        void worker.stop().then(settle)
      }
      const worker = superviseWorker<FromSlateWorker, ToSlateWorker>({
        entry: workerFile('slate'),
        log,
        onReady: () => worker.send({ type: 'encode', job: { ...job, output } }),
        onMessage: (message) => {
          if (message.type === 'done') finish(resolve)
          else
            finish(() =>
              fail(
                `${message.reason === 'engine-missing' ? 'The media engine does not load' : 'The slate cannot be encoded'}: ${message.message}`,
              ),
            )
        },
        onExit: () => {
          if (finished) return
          clearTimeout(timer)
          fail('The process that encodes the slate ended')
        },
      })
    })
    return await readSlate(output, job.video.rate)
  } catch (cause) {
    throw cause instanceof AppError ? cause : new AppError('slate.unavailable', undefined, { cause })
  } finally {
    folder.remove()
  }
}
