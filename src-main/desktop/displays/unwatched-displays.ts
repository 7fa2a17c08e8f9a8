import type { Display } from '../schemas/display.ts'

/** Says which displays nobody has looked at for as long as their owners allow. Time counts from when that was first noticed. */
export class UnwatchedDisplays {
  #since = new Map<string, number>()

  /** Ids of those that are to end. @param nowMs of any clock that does not jump */
  due(
    displays: readonly Pick<Display, 'id' | 'state' | 'viewers' | 'inShow' | 'recorded' | 'live' | 'endAfterMinutes' | 'forGuest'>[],
    nowMs: number,
  ): readonly string[] {
    const since = new Map<string, number>()
    const due: string[] = []
    for (const { id, state, viewers, inShow, recorded, live, endAfterMinutes, forGuest } of displays) {
      // A stopped one of a guest is removed, too.
      if ((state !== 'running' && !forGuest) || viewers > 0 || inShow || recorded || live !== null || endAfterMinutes === null) continue
      const from = this.#since.get(id) ?? nowMs
      since.set(id, from)
      if (nowMs - from >= endAfterMinutes * 60_000) due.push(id)
    }
    this.#since = since
    return due
  }
}
