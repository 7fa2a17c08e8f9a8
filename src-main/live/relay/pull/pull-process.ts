import type { Duplex } from 'node:stream'
import { FlvReader } from '../../../formats/flv/flv-reader.ts'
import { AppError } from '../../../platform/errors.ts'
import type { Logger } from '../../../platform/logger.ts'
import { maskUrlsIn } from '../../../platform/outbound/url-secrets.ts'
import { type SupervisedWorker, superviseWorker } from '../../../platform/workers/supervise-worker.ts'
import { workerFile } from '../../../platform/workers/worker-file.ts'
import type { Publication } from '../../hub/publishers/publisher.ts'
import { MediaReceiver } from '../../protocols/flv/media-receiver.ts'
import type { FromPullWorker, PullStart } from './messages.ts'

/** Silence after which a source that was opened counts as lost, ms; one that is still opening gets twice that. */
const silenceMs = 12_000
const maxTracks = 8

export interface PullDependencies {
  readonly start: PullStart
  readonly log: Logger
  /** File of the worker process; found beside this module when left out. */
  readonly workerEntry?: string | URL
  /** The source was opened: where its media goes. Throws where the stream does not take it now. */
  readonly publish: (format: string) => Publication
  readonly onOpened: (format: string) => void
  readonly onSkipped: (what: string) => void
  /** The process is gone, once: why, or undefined where the source ended by itself or was stopped. */
  readonly onGone: (error: AppError | undefined) => void
}

export interface Pull {
  stop(): Promise<void>
}

/** Fetches a source once, in a process of its own, and publishes what it carries. */
export function startPull(dependencies: PullDependencies): Pull {
  const { log, start } = dependencies
  let publication: Publication | undefined
  let error: AppError | undefined
  let stopped = false
  let over = false
  let media: Duplex | undefined
  const silence = setTimeout(() => fail(new AppError('source.silent')), 2 * silenceMs)

  function fail(reason: AppError): void {
    error ??= reason
    void worker.stop(500)
  }

  function gone(): void {
    if (over) return
    over = true
    clearTimeout(silence)
    publication?.close(stopped || error === undefined ? 'unpublish' : 'lost', error)
    dependencies.onGone(stopped ? undefined : error)
  }

  /** Only once there is a target for it: the pipe buffers what comes before the message that the source was opened. */
  function readMedia(receiver: MediaReceiver): void {
    const reader = new FlvReader({
      onVideo: (timestampMs, body) => receiver.onVideo(timestampMs, body),
      onAudio: (timestampMs, body) => receiver.onAudio(timestampMs, body),
      onScript: () => undefined,
    })
    media?.on('data', (bytes: Buffer) => {
      silence.refresh()
      const fault = reader.push(bytes)
      if (fault) fail(new AppError('source.failed', `${fault.fault} (byte ${fault.offset})`))
    })
  }

  function onMessage(message: FromPullWorker): void {
    switch (message.type) {
      case 'opened':
        try {
          publication = dependencies.publish(message.format)
        } catch (cause) {
          fail(cause instanceof AppError ? cause : new AppError('source.failed', undefined, { cause }))
          return
        }
        dependencies.onOpened(message.format)
        readMedia(new MediaReceiver(publication, maxTracks, fail))
        return
      case 'skipped':
        dependencies.onSkipped(message.what)
        return
      case 'failed':
        error ??= new AppError(
          message.reason === 'engine-missing' ? 'source.engine_missing' : 'source.failed',
          maskUrlsIn(message.message, start.url),
        )
        return
      case 'ended':
        return
    }
  }

  const worker: SupervisedWorker<PullStart> = superviseWorker<FromPullWorker, PullStart>({
    entry: dependencies.workerEntry ?? workerFile('pull'),
    log,
    onMediaPipe: (pipe) => {
      media = pipe
      // The process reports why it ended; the pipe only that it did.
      pipe.on('error', () => undefined)
    },
    onMessage,
    onReady: () => worker.send(start),
    onExit: ({ code, signal }) => {
      if (code !== 0) error ??= new AppError('source.failed', `The process that fetched it ended (${signal ?? code})`)
      gone()
    },
  })

  return {
    async stop() {
      stopped = true
      await worker.stop(500)
      gone()
    },
  }
}
