/** Numbers from 0 to below 1 that follow from a seed (mulberry32): tests that use them are the same on every machine. */
export function numbersFrom(seed: number): () => number {
  const next = bitsFrom(seed)
  return () => next() / 2 ** 32
}

/** Whole numbers from 0 to below `below` that follow from a seed. */
export function integersFrom(seed: number): (below: number) => number {
  const next = bitsFrom(seed)
  return (below) => next() % below
}

/** Unsigned integers of 32 bits. */
function bitsFrom(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return (mixed ^ (mixed >>> 14)) >>> 0
  }
}
