/** Keeps whose drawing a lost process was at. */
export interface CrashLedger {
  begin(id: string): void
  end(id: string): void
  /** The process is gone. Answers who is left out from now on, if anybody, and whether every drawing should be reported. */
  lost(): { readonly isolated: string | undefined; readonly careful: boolean }
  /** New settings, or the source was removed: it starts with a clean record. */
  forget(id: string): void
  isIsolated(id: string): boolean
  /** Orders sources so that those under suspicion come last: what they break then affects no others. */
  rank(id: string): number
}

/** Strikes after which a source is left out. */
export const crashesAllowed = 3

/** Counts, for each source, how often the process died while drawing it. */
export function createCrashLedger(): CrashLedger {
  const strikes = new Map<string, number>()
  const isolated = new Set<string>()
  /** Drawings that were started and not ended, oldest first: more than one where an announced one runs while another decodes. */
  const open: string[] = []
  let careful = false
  return {
    begin: (id) => void open.push(id),
    end(id) {
      const at = open.lastIndexOf(id)
      if (at >= 0) open.splice(at, 1)
    },
    lost() {
      const suspect = open.at(-1)
      open.length = 0
      if (suspect === undefined) {
        careful = true
        return { isolated: undefined, careful }
      }
      const count = (strikes.get(suspect) ?? 0) + 1
      strikes.set(suspect, count)
      if (count < crashesAllowed) return { isolated: undefined, careful }
      isolated.add(suspect)
      return { isolated: suspect, careful }
    },
    forget(id) {
      strikes.delete(id)
      isolated.delete(id)
    },
    isIsolated: (id) => isolated.has(id),
    rank: (id) => strikes.get(id) ?? 0,
  }
}
