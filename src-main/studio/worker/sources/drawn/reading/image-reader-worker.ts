/**
 * A process that reads one image at a time, so that one that takes long, crashes its decoder or takes all memory can be ended without
 * others.
 */
import { setPriority } from 'node:os'
import { connectToHost, openMediaPipe } from '../../../../../platform/workers/worker-side.ts'
import { ImageFault, type ReaderUsage, type ReadRequest } from './image-messages.ts'
import { writtenImage } from './image-stream.ts'
import { readImage } from './read-image.ts'

/** Lower priority than what is on air: an image may take a little longer, a frame may not. */
const niceness = 5
const usageEveryMs = 200

// An orderly exit would wait for the decoder, which may take for ever.
const end = (): void => void process.kill(process.pid, 'SIGKILL')
process.on('disconnect', end)
const pipe = openMediaPipe()
pipe.on('error', end)
const host = connectToHost<ReadRequest, ReaderUsage>(({ path, wish }) => void read(path, wish))
host.stopping.addEventListener('abort', end)
setPriority(niceness)
host.ready()

async function read(path: string, wish: ReadRequest['wish']): Promise<void> {
  const from = process.cpuUsage()
  const usage = setInterval(() => {
    const { user, system } = process.cpuUsage(from)
    host.send({ processorMs: (user + system) / 1000, memoryMb: Math.round(process.memoryUsage.rss() / 2 ** 20) })
  }, usageEveryMs)
  const image = await readImage(path, wish).catch((error: Error) => (error instanceof ImageFault ? error : new ImageFault(error.message)))
  clearInterval(usage)
  for (const piece of writtenImage(image)) pipe.write(piece)
}
