import type { AuditLog } from '../../platform/audit.ts'
import { AppError } from '../../platform/errors.ts'

/** Whoever loses the connection has so long to come back before the display is locked, ms. */
const returnMs = 5000
/** Whoever unlocked it has so long to come, ms. */
const comeMs = 60_000

export interface DisplayLocksDependencies {
  /** The display has the option. */
  readonly locksOnLeave: (display: string) => boolean
  readonly audit: Pick<AuditLog, 'record'>
  /** It was locked or unlocked. */
  readonly onChange: (display: string) => void
}

/** Displays that nobody sees until somebody who may control them has entered a code: locked when the last who may control them has left. */
export class DisplayLocks {
  readonly #dependencies: DisplayLocksDependencies
  readonly #locked = new Set<string>()
  /** Displays at which somebody is who may control them. */
  readonly #controlled = new Set<string>()
  /** Displays that are about to be locked. */
  readonly #leaving = new Map<string, NodeJS.Timeout>()

  constructor(dependencies: DisplayLocksDependencies) {
    this.#dependencies = dependencies
  }

  isLocked(display: string): boolean {
    return this.#locked.has(display) && this.#dependencies.locksOnLeave(display)
  }

  /** Throws `desktop.locked`. */
  demand(display: string): void {
    if (this.isLocked(display)) throw new AppError('desktop.locked')
  }

  /** Nobody who may control it is there: it is locked where it has the option. */
  lock(display: string): void {
    this.#leaving.delete(display)
    const { locksOnLeave, audit, onChange } = this.#dependencies
    if (!locksOnLeave(display) || this.#locked.has(display)) return
    this.#locked.add(display)
    audit.record({ kind: 'command', message: 'a display was locked: nobody who may control it is there', data: { display } })
    onChange(display)
  }

  unlock(display: string, actor: string): void {
    if (!this.#locked.delete(display)) return
    const { audit, onChange } = this.#dependencies
    audit.record({ kind: 'command', message: 'a display was unlocked', actor, data: { display } })
    this.#lockLater(display, comeMs)
    onChange(display)
  }

  /** Whether somebody is there who may control it: called again and again. */
  controlled(display: string, isControlled: boolean): void {
    if (isControlled) {
      this.#controlled.add(display)
      clearTimeout(this.#leaving.get(display))
      this.#leaving.delete(display)
    } else if (this.#controlled.delete(display)) this.#lockLater(display, returnMs)
  }

  /** The display is gone. */
  remove(display: string): void {
    clearTimeout(this.#leaving.get(display))
    this.#leaving.delete(display)
    this.#locked.delete(display)
    this.#controlled.delete(display)
  }

  stop(): void {
    this.#controlled.clear()
    for (const timer of this.#leaving.values()) clearTimeout(timer)
    this.#leaving.clear()
  }

  #lockLater(display: string, ms: number): void {
    clearTimeout(this.#leaving.get(display))
    this.#leaving.set(display, setTimeout(() => this.lock(display), ms).unref())
  }
}
