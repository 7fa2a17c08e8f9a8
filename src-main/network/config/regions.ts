import { existsSync } from 'node:fs'
import { type Static, Type } from 'typebox'
import Value from 'typebox/value'
import { checkConfig } from '../../platform/config/config-faults.ts'
import { type ConfigText, readConfigFile } from '../../platform/config/config-text.ts'
import { followFile } from '../../platform/config/follow-file.ts'
import { AppError } from '../../platform/errors.ts'
import type { Logger } from '../../platform/logger.ts'
import { type Region, RegionSchema } from '../figures/region.ts'

/** What `regions.yaml` of an origin says. */
const RegionsFileSchema = Type.Object(
  { regions: Type.Array(RegionSchema, { maxItems: 200, default: [] }) },
  { additionalProperties: false },
)

/** Reads the regions of a file. Throws `config.invalid` with line and column. */
export function parseRegions(text: ConfigText): readonly Region[] {
  const complete = Value.Default(RegionsFileSchema, text.value ?? {})
  checkConfig(RegionsFileSchema, text, complete)
  const { regions } = complete as Static<typeof RegionsFileSchema>
  const seen = new Set<string>()
  for (const [index, { id }] of regions.entries()) {
    const place = `regions[${index}].id`
    if (seen.has(id))
      throw new AppError('config.invalid', `${text.where(place)}: ${place}: "${id}" is there twice`, { details: { file: text.path } })
    seen.add(id)
  }
  return regions
}

/** Regions of nodes, read again when their file changes. */
export interface Regions {
  all(): readonly Region[]
  stop(): void
}

/** Where the file is not valid, the log says why and the former regions go on: a host starts in any case. */
export function followRegions(path: string, log: Logger): Regions {
  let regions: readonly Region[] = []
  const read = (): void => {
    try {
      regions = parseRegions(readConfigFile(path))
      log.info({ file: path, regions: regions.length }, 'regions of nodes were read')
    } catch (error) {
      log.error({ err: error }, 'the file of regions is not used')
    }
  }
  if (existsSync(path)) read()
  const stop = followFile(path, read)
  return { all: () => regions, stop }
}
