import type { Container } from '../files/container.ts'
import type { Expendable } from '../files/retention.ts'
import type { TrackInfo } from '../track-info.ts'

/** What is kept of a file that was recorded, whatever it shows; it changes while the file is written. */
export interface RecordedFile extends Expendable {
  /** Files of one recording share it. */
  readonly session: string
  /** Place of the file within its recording, from 1. */
  readonly number: number
  state: 'recording' | 'complete' | 'recovered' | 'failed'
  error: { code: string; message: string } | null
  readonly container: Container
  readonly fileName: string
  /** Path of the file below the folder of recordings. */
  readonly path: string
  durationMs: number
  bytes: number
  readonly tracks: TrackInfo[]
}
