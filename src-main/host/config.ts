import { join, resolve } from 'node:path'
import { type Static, Type } from 'typebox'
import { DesktopConfigSchema } from '../desktop/desktop-config.ts'
import { LiveConfigSchema } from '../live/live-config.ts'
import type { ConfigText } from '../platform/config/config-text.ts'
import { defaultDataFolder } from '../platform/config/data-folder.ts'
import { HostOptionsSchema } from '../platform/config/host-options.ts'
import { type OptionSpec, optionSpecs } from '../platform/config/option-specs.ts'
import { type OptionSource, readOptionFile, resolveOptions } from '../platform/config/resolve-options.ts'

/** Every option of the program: the host's own and the parts'. */
export const ConfigSchema = Type.Object({
  ...HostOptionsSchema.properties,
  ...LiveConfigSchema.properties,
  ...DesktopConfigSchema.properties,
})
export type Config = Static<typeof ConfigSchema>

export const configSpecs: readonly OptionSpec[] = optionSpecs(ConfigSchema)

export interface LoadedConfig {
  /** `data` is an absolute path. */
  readonly config: Config
  readonly sources: ReadonlyMap<string, OptionSource>
}

export interface ConfigInputs {
  /** By option name. */
  readonly flags?: Readonly<Record<string, unknown>>
  readonly environment?: Readonly<Record<string, string | undefined>>
  /** Option file that was asked for by name, or what was read of one. */
  readonly file?: string | ConfigText
}

/** The option file that is used where none is asked for by name. */
export const usualOptionFile = (dataDir: string): string => join(dataDir, 'config.json')

/** Reads all options. The data folder comes first: the usual option file is in it. Throws `config.invalid`. */
export function loadConfig(inputs: ConfigInputs): LoadedConfig {
  const environment = inputs.environment ?? {}
  const dataDir = resolve(String(inputs.flags?.data || environment.STREAMS_DATA || defaultDataFolder(process.platform, environment)))
  const file =
    typeof inputs.file === 'object' ? inputs.file : readOptionFile(inputs.file ?? usualOptionFile(dataDir), inputs.file !== undefined)
  const { values, sources } = resolveOptions(configSpecs, { flags: inputs.flags ?? {}, environment, ...(file ? { file } : {}) })
  const config = values as unknown as Config
  return { config: { ...config, data: config.data === '' ? dataDir : resolve(config.data) }, sources }
}
