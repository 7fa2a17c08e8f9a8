import { mkdir, readdir, rm, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import type { Logger } from '../../../platform/logger.ts'
import { repeat } from '../../../platform/timing/repeat.ts'
import type { RunArchive } from '../segment-archive.ts'
import { type AppendDependencies, AppendFiles } from './append-files.ts'

/** Bytes of all streams that may wait for the disk; beyond it segments are dropped instead. */
const maxPendingBytes = 64 * 1024 * 1024
/** Space that is left to everything else on the disk: this much, or a share of small disks. */
const minFreeBytes = 256 * 1024 * 1024
const minFreeShare = 0.05
const spaceLookMs = 5000
/** After a full or failing disk nothing is written for this long. */
const pauseMs = 30_000

export interface DvrStoreDependencies {
  /** The host's data folder; media goes into `dvr/` below it. */
  readonly dataDir: string
  readonly log: Logger
  /** Writing has been given up for a while, or goes on. */
  readonly onPaused: (paused: boolean, reason: string) => void
}

/** Rewind windows on disk: `dvr/EPOCH/RENDITION/SEQUENCE.m4s`. Nothing in it outlives the host's run. */
export class DvrStore {
  readonly #dependencies: DvrStoreDependencies
  readonly #folder: string
  readonly #runs = new Set<Run>()
  #pending = 0
  #disk = 0
  #pausedUntilMs = 0
  #pauseReported = false
  #timer: NodeJS.Timeout | undefined

  constructor(dependencies: DvrStoreDependencies) {
    this.#dependencies = dependencies
    this.#folder = join(dependencies.dataDir, 'dvr')
  }

  /** Bytes of media on disk. */
  get diskBytes(): number {
    return this.#disk
  }

  /** True while the disk takes nothing. */
  get paused(): boolean {
    return performance.now() < this.#pausedUntilMs
  }

  /** Deletes what an earlier run of the host left, and starts to watch the free space. */
  async start(): Promise<void> {
    for (const name of await readdir(this.#folder).catch(() => [])) await rm(join(this.#folder, name), { recursive: true, force: true })
    await mkdir(this.#folder, { recursive: true })
    this.#timer = repeat(spaceLookMs, () => this.#lookAtSpace())
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    for (const run of [...this.#runs]) run.close()
    await rm(this.#folder, { recursive: true, force: true }).catch(() => undefined)
  }

  /** Where a run of a stream keeps its media. */
  open(epoch: string): RunArchive {
    const run = new Run(join(this.#folder, epoch), this.#files, () => this.#runs.delete(run))
    this.#runs.add(run)
    return run
  }

  readonly #files: AppendDependencies = {
    refused: (bytes) => this.paused || this.#pending + bytes > maxPendingBytes,
    onPending: (bytes) => {
      this.#pending += bytes
    },
    onDisk: (bytes) => {
      this.#disk += bytes
      if (bytes > 0 && this.#pauseReported) {
        this.#pauseReported = false
        this.#dependencies.onPaused(false, '')
      }
    },
    makeRoom: async (error) => {
      const full = (error as NodeJS.ErrnoException).code === 'ENOSPC' || (error as NodeJS.ErrnoException).code === 'EDQUOT'
      if (full && this.#shrink()) return true
      this.#pause(full ? 'the disk is full' : String((error as Error).message))
      return false
    },
  }

  /** True if something was dropped. */
  #shrink(): boolean {
    if (this.#disk === 0) return false
    this.#dependencies.log.warn({ bytes: this.#disk }, 'the disk is full: rewind windows are halved')
    for (const run of this.#runs) run.shrink()
    return true
  }

  #pause(reason: string): void {
    this.#pausedUntilMs = performance.now() + pauseMs
    if (this.#pauseReported) return
    this.#pauseReported = true
    this.#dependencies.log.warn({ reason }, 'rewind windows are paused')
    this.#dependencies.onPaused(true, reason)
  }

  async #lookAtSpace(): Promise<void> {
    if (this.#runs.size === 0) return
    const space = await statfs(this.#folder).catch(() => undefined)
    if (space === undefined) return
    const free = space.bavail * space.bsize
    if (free >= Math.min(minFreeBytes, space.blocks * space.bsize * minFreeShare)) return
    this.#shrink()
    this.#pause('the disk is nearly full')
  }
}

class Run implements RunArchive {
  readonly #folder: string
  readonly #dependencies: AppendDependencies
  readonly #onClose: () => void
  readonly #files = new Set<AppendFiles>()
  readonly #listeners = new Set<() => void>()

  constructor(folder: string, dependencies: AppendDependencies, onClose: () => void) {
    this.#folder = folder
    this.#dependencies = dependencies
    this.#onClose = onClose
  }

  rendition(id: string): AppendFiles {
    const files = new AppendFiles(join(this.#folder, id), this.#dependencies)
    this.#files.add(files)
    return files
  }

  onShrink(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  shrink(): void {
    for (const listener of this.#listeners) listener()
  }

  close(): void {
    for (const files of this.#files) files.close()
    this.#files.clear()
    this.#listeners.clear()
    this.#onClose()
    void rm(this.#folder, { recursive: true, force: true }).catch(() => undefined)
  }
}
