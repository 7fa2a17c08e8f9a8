import { statfs } from 'node:fs/promises'
import { AppError } from '../../platform/errors.ts'
import type { Logger } from '../../platform/logger.ts'
import { trashMs } from '../../platform/routes/trash-routes.ts'
import { expired, type Retention } from '../files/retention.ts'
import type { RecordedFile } from './recorded-file.ts'
import type { RecordedFiles } from './recorded-files.ts'

/** Space, beyond what is kept free, that a paused recording needs before it continues. */
const resumeBytes = 4_000_000

/** Bytes that may wait for the disk, for each file that is recorded. */
export const recordingQueueBytes = 48 * 1024 * 1024

/** How often free space and age are to be checked, ms. */
export const retentionEveryMs = 10_000

/** A recording that runs, as far as the disk's space decides about it. */
interface Pausable {
  readonly state: 'recording' | 'waiting' | 'failed'
  record(): void
  pause(fault: AppError): void
}

export interface RetentionWork<File extends RecordedFile> {
  readonly files: RecordedFiles<File>
  /** The folder of recordings. */
  readonly folder: string
  /** As it is now. */
  readonly retention: () => Retention
  readonly running: Iterable<Pausable>
  readonly nowMs: number
  readonly log: Logger
}

/** Deletes what has to go, pauses recordings where the disk has no space, and lets them go on where it has again. */
export async function applyRetention<File extends RecordedFile>(work: RetentionWork<File>): Promise<void> {
  const { files, folder, running, nowMs, log } = work
  const freeBytes = await freeOn(folder)
  const retention = work.retention()
  const going = expired(files.list(), retention, { timeMs: nowMs, freeBytes, trashMs })
  for (const id of going) {
    const recording = files.get(id)
    log.info({ recording: id, file: recording.fileName, bytes: recording.bytes }, 'a recording was deleted by retention')
    await files.remove(recording)
  }
  const left = going.length === 0 ? freeBytes : await freeOn(folder)
  const wanted = retention.minFreeMegabytes * 1_000_000
  for (const recording of running) {
    if (left < wanted) recording.pause(new AppError('recording.disk_full'))
    else if (recording.state === 'waiting' && left >= wanted + resumeBytes) recording.record()
  }
}

/** Bytes that this user may still write to the disk below a folder. */
async function freeOn(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}
