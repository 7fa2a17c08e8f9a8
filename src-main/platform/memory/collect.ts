import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** V8's own, where `--expose-gc` is set. */
type Collector = (options?: { readonly type: 'major' | 'minor' }) => void

let collector: Collector | undefined

/** A full collection. The function that does it exists only in contexts that are made while this flag is set. */
export function collect(): void {
  if (collector === undefined) {
    setFlagsFromString('--expose-gc')
    collector = runInNewContext('gc') as Collector
    setFlagsFromString('--no-expose-gc')
  }
  collector()
  // What buffers free is counted only when the next collection starts.
  collector({ type: 'minor' })
}
