import { followFile } from '../../platform/config/follow-file.ts'
import type { Logger } from '../../platform/logger.ts'
import { type NodeFile, readNodeFile } from './node-file.ts'

export interface FollowedNodeFile {
  readonly path: string
  readonly optionNames: readonly string[]
  /** What was read at the start. */
  readonly first: NodeFile
}

/**
 * Reads the file of a node again when it changes, and has it applied. Where that fails the former settings go on, and the log says why.
 * Returns the function that stops it.
 */
export function followNodeFile(
  { path, optionNames, first }: FollowedNodeFile,
  apply: (file: NodeFile) => Promise<void>,
  log: Logger,
): () => void {
  return followFile(path, async () => {
    let file: NodeFile | undefined
    try {
      file = readNodeFile(path, optionNames)
      await apply(file)
      log.info({ file: path }, 'the file of the node was read again')
      const fixed = restartNames(first, file)
      if (fixed.length > 0) log.warn({ file: path, options: fixed }, 'these options of the file are used from the next start on')
    } catch (error) {
      log.error({ err: file?.locate(error) ?? error }, 'the changed file of the node is not used')
    }
  })
}

/** What differs and is not changed while the node runs. */
function restartNames(first: NodeFile, now: NodeFile): readonly string[] {
  const fixed = ({ name, origin, cache, metrics, options }: NodeFile): Record<string, unknown> => ({
    ...{ name, origin, 'cache.folder': cache?.folder, 'metrics.port': metrics?.port },
    ...(options.value as Record<string, unknown>),
  })
  const [before, after] = [fixed(first), fixed(now)]
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]),
  )
}
