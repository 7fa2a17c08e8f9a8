import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Logger } from '../../platform/logger.ts'

/** Marks at a time: what is beyond them is limited by nginx itself, at this node alone. */
export const maxMarks = 10_000

/**
 * Names in a folder that nginx looks up for each request: a file for who is over a limit, a folder for who is blocked. nginx has no other
 * store that changes without a new configuration.
 */
export class Marks {
  readonly #folder: string
  readonly #log: Pick<Logger, 'error'>
  readonly #kinds = new Map<string, 'limited' | 'blocked'>()
  #failed = false

  /** @param folder is made, and what a former run left in it is removed */
  constructor(folder: string, log: Pick<Logger, 'error'>) {
    this.#folder = folder
    this.#log = log
    // A folder of the cache that cannot be used is reported by who needs it first.
    this.#try(() => {
      mkdirSync(folder, { recursive: true, mode: 0o755 })
      for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true, force: true })
    })
  }

  get size(): number {
    return this.#kinds.size
  }

  /** Names are of letters, digits and `.:_-` alone; others are ignored. */
  set(name: string, kind: 'limited' | 'blocked'): void {
    const known = this.#kinds.get(name)
    if (known === kind || known === 'blocked' || (known === undefined && this.#kinds.size >= maxMarks) || !/^\w[\w.:-]{0,200}$/.test(name))
      return
    this.#try(() => {
      const path = join(this.#folder, name)
      if (known !== undefined) rmSync(path, { force: true })
      if (kind === 'limited') writeFileSync(path, '')
      else mkdirSync(path, { recursive: true })
      this.#kinds.set(name, kind)
    })
  }

  /** Removes a mark where it is of this kind. */
  remove(name: string, kind: 'limited' | 'blocked'): void {
    if (this.#kinds.get(name) !== kind) return
    this.#try(() => {
      rmSync(join(this.#folder, name), { recursive: true, force: true })
      this.#kinds.delete(name)
    })
  }

  /** A mark that is about all viewers, however many others there are. */
  setForAll(name: string, isSet: boolean): void {
    this.#try(() => {
      if (isSet) writeFileSync(join(this.#folder, name), '')
      else rmSync(join(this.#folder, name), { force: true })
    })
  }

  /** A full disk costs marks, no more. */
  #try(act: () => void): void {
    try {
      act()
      this.#failed = false
    } catch (error) {
      if (!this.#failed) this.#log.error({ err: error }, 'who is over a limit cannot be marked for nginx')
      this.#failed = true
    }
  }
}
