/** The process that fetches one source: FFmpeg opens the URL and writes what it carries, untouched, as FLV to the host's pipe. */
import { mediaFd } from '../../../../platform/workers/envelope.ts'
import { connectToHost } from '../../../../platform/workers/worker-side.ts'
import type { FromPullWorker, PullStart } from '../messages.ts'

/** Resident bytes that one source may take: a playlist without end, or thousands of tracks, would take all there is. */
const maxBytes = 768 * 1024 * 1024

let running = false

const host = connectToHost<PullStart, FromPullWorker>((message) => {
  if (running) return
  running = true
  void run(message).finally(() => host.end())
})
host.stopping.addEventListener('abort', () => {
  if (!running) host.end()
})

async function run(start: PullStart): Promise<void> {
  let engine: typeof import('./remux.ts')
  try {
    engine = await import('./remux.ts')
  } catch (error) {
    host.send({ type: 'failed', reason: 'engine-missing', message: textOf(error) })
    return
  }
  try {
    await engine.remux(start, `pipe:${mediaFd}`, {
      stopping: host.stopping,
      onOpened: (format) => host.send({ type: 'opened', format }),
      onSkipped: (what) => host.send({ type: 'skipped', what }),
    })
    host.send({ type: 'ended' })
  } catch (error) {
    const reason = error instanceof engine.RemuxError ? error.reason : 'read'
    if (!host.stopping.aborted) host.send({ type: 'failed', reason, message: textOf(error) })
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.message.split('\n')[0] as string) : String(error)
}

setInterval(() => {
  if (process.memoryUsage.rss() < maxBytes) return
  host.send({ type: 'failed', reason: 'read', message: 'The source takes too much memory: its playlist or its list of tracks has no end' })
  host.end()
}, 250).unref()
host.ready()
