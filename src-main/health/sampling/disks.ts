import { stat, statfs } from 'node:fs/promises'

/** A disk that something is written to. */
export interface DiskReading {
  /** Folder by which it is known: that of the recordings on it, or the data folder. */
  readonly folder: string
  readonly freeBytes: number
  readonly totalBytes: number
  /** Files that grow on it now. */
  readonly recording: boolean
  /** Bytes a second by which it fills up; 0 where it does not. */
  readonly fillingBytes: number
}

/** Readings that the filling is measured over: twelve are a minute. */
const kept = 12

/** How fast the disks fill up that are written to. */
export class Disks {
  readonly #history = new Map<number, { timeMs: number; freeBytes: number }[]>()

  /**
   * @param folders folders that are looked at; those that do not exist are left out
   * @param recording kbit/s that is written now below each of them; the larger of this and what is seen counts
   */
  async read(nowMs: number, folders: ReadonlyMap<string, number | null>): Promise<readonly DiskReading[]> {
    const disks = new Map<number, { folder: string; freeBytes: number; totalBytes: number; kbps: number | null }>()
    for (const [folder, kbps] of folders) {
      const [found, space] = await Promise.all([stat(folder).catch(() => undefined), statfs(folder).catch(() => undefined)])
      if (found === undefined || space === undefined) continue
      const disk = disks.get(found.dev)
      if (disk === undefined) {
        disks.set(found.dev, { folder, freeBytes: space.bavail * space.bsize, totalBytes: space.blocks * space.bsize, kbps })
      } else if (kbps !== null) {
        disk.kbps = (disk.kbps ?? 0) + kbps
        disk.folder = folder
      }
    }
    for (const device of this.#history.keys()) if (!disks.has(device)) this.#history.delete(device)
    return [...disks].map(([device, { folder, freeBytes, totalBytes, kbps }]) => {
      const history = this.#history.get(device) ?? []
      history.push({ timeMs: nowMs, freeBytes })
      if (history.length > kept) history.shift()
      this.#history.set(device, history)
      const [first] = history
      const seconds = first === undefined ? 0 : (nowMs - first.timeMs) / 1000
      const seen = first === undefined || seconds < 10 ? 0 : Math.max(0, (first.freeBytes - freeBytes) / seconds)
      return { folder, freeBytes, totalBytes, recording: kbps !== null, fillingBytes: Math.max(seen, ((kbps ?? 0) * 1000) / 8) }
    })
  }
}
