import { collect } from './collect.ts'

/**
 * For a process that passes large buffers through a small heap: the engine, which looks at the heap, would let many of them wait. Report
 * bytes that are no longer needed to the returned function; it collects when `limitBytes` of them have come together.
 */
export function collectByBytes(limitBytes: number): (bytes: number) => void {
  let waiting = 0
  return (bytes) => {
    waiting += bytes
    if (waiting < limitBytes) return
    waiting = 0
    collect()
  }
}
