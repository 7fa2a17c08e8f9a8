import { followFile } from '../platform/config/follow-file.ts'
import type { Logger } from '../platform/logger.ts'
import { configSpecs, type LoadedConfig } from './config.ts'

/** Names of options that may change while the host runs. */
export interface UsedOptions {
  readonly used: readonly string[]
  /** Changed at run time: they are above the file, after a restart, too. */
  readonly kept: readonly string[]
}

export interface FollowedOptions {
  readonly path: string
  /** What the host was started with. */
  readonly first: LoadedConfig
  /** Reads all options again. Throws `config.invalid`, which says the line of the file. */
  readonly read: () => LoadedConfig
  /** Uses what may change while the host runs. */
  readonly use: (loaded: LoadedConfig) => UsedOptions
  readonly log: Logger
}

/**
 * Reads the option file of a host again when it changes. Where it is not valid the former options go on, and the log says why; it also says
 * which options are used from the next start on. Returns the function that stops it.
 */
export function followOptions({ path, first, read, use, log }: FollowedOptions): () => void {
  return followFile(path, () => {
    try {
      const loaded = read()
      const { used, kept } = use(loaded)
      const changed = changedNames(first, loaded)
      log.info({ file: path, used }, 'the option file was read again')
      const overridden = changed.filter((name) => kept.includes(name))
      if (overridden.length > 0)
        log.warn({ file: path, options: overridden }, 'these options were changed at run time, which is above the file')
      const later = changed.filter((name) => !used.includes(name) && !kept.includes(name))
      if (later.length > 0) log.warn({ file: path, options: later }, 'these options of the file are used from the next start on')
    } catch (error) {
      log.error({ err: error }, 'the changed option file is not used')
    }
  })
}

function changedNames({ config: before }: LoadedConfig, { config: now }: LoadedConfig): readonly string[] {
  const valueAt = (config: unknown, path: readonly string[]): unknown =>
    path.reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], config)
  return configSpecs.filter(({ path }) => valueAt(before, path) !== valueAt(now, path)).map(({ name }) => name)
}
