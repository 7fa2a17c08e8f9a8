import { join, resolve } from 'node:path'
import { type Static, Type } from 'typebox'
import Value from 'typebox/value'
import { checkConfig } from '../../platform/config/config-faults.ts'
import { type ConfigText, readConfigFile, readConfigText } from '../../platform/config/config-text.ts'
import { AppError } from '../../platform/errors.ts'
import { isRecord } from '../../platform/routes/schema-faults.ts'
import { PricesSchema } from '../figures/prices.ts'
import { AnycastSchema } from '../front/anycast/anycast-schemas.ts'
import { type EdgeFile, EdgeFileSchema } from '../front/edge-file.ts'
import type { FrontSite } from '../front/front-settings.ts'
import type { RotatedLogOptions } from '../front/nginx/rotated-log.ts'
import { originUrl } from '../front/origin-health.ts'
import { NodeIdSchema } from '../node-id.ts'

const closed = { additionalProperties: false }
const units = { M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 } as const
const sizeForm = /^(\d{1,6})([MGT])$/

const CacheSchema = Type.Object(
  {
    folder: Type.String({ minLength: 1, maxLength: 4096, description: 'Folder of the cache; a relative one is below that of the file' }),
    size: Type.String({ pattern: '^0*[1-9]\\d{0,5}[MGT]$', default: '10G', description: 'Share of the disk, such as 500M or 20G' }),
  },
  closed,
)

const MetricsSchema = Type.Object(
  {
    port: Type.Optional(Type.Integer({ minimum: 1, maximum: 65535, description: 'Port of this machine alone that answers /metrics' })),
    token: Type.Optional(
      Type.String({ minLength: 16, maxLength: 500, pattern: '^[!-~]+$', description: 'Bearer token of /metrics at the ports of viewers' }),
    ),
  },
  closed,
)

const AccessLogSchema = Type.Object(
  {
    enabled: Type.Boolean({ default: true, description: 'Whether requests are written down, with the IP addresses of viewers' }),
    file: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 4000,
        description: '`access.log` in the folder of the cache where left out; without one, in that of the node',
      }),
    ),
    maxMegabytes: Type.Integer({ minimum: 1, maximum: 100_000, default: 100, description: 'From this size on another file is started' }),
    files: Type.Integer({ minimum: 0, maximum: 100, default: 5, description: 'Former files that are kept' }),
  },
  closed,
)

/** What `edge.yaml` says besides the options of every host. */
export const NodeFileSchema = Type.Object(
  {
    id: Type.Optional(NodeIdSchema),
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 80, description: 'What the node is called when it joins' })),
    origin: Type.Optional(Type.String({ maxLength: 2000, description: 'URL of the host whose streams it delivers' })),
    acceptNodes: Type.Optional(
      Type.Boolean({ description: 'Whether other nodes may have this one as their origin; from the next start on' }),
    ),
    cache: Type.Optional(CacheSchema),
    region: Type.Optional(
      Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,39}$', description: 'Region that it is in, as regions.yaml of the origin has it' }),
    ),
    capacityMbps: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000_000, description: 'What its network carries, Mbit/s' })),
    prices: Type.Optional(PricesSchema),
    metrics: Type.Optional(MetricsSchema),
    accessLog: Type.Optional(AccessLogSchema),
    anycast: Type.Optional(AnycastSchema),
    firewall: Type.Boolean({
      default: false,
      description: 'nftables drops who is denied or blocked, at the ports of viewers; needs `nft` and CAP_NET_ADMIN',
    }),
    ...EdgeFileSchema.properties,
  },
  closed,
)

/** The file of a node, read and checked. */
export interface NodeFile extends Omit<Static<typeof NodeFileSchema>, 'cache' | 'sites' | 'accessLog'> {
  /** Undefined where it is off. */
  readonly accessLog: Static<typeof AccessLogSchema> | undefined
  readonly cache: { readonly folder: string; readonly maxBytes: number } | undefined
  readonly sites: readonly FrontSite[]
  /** What it says itself, without defaults and without options that every host has. */
  readonly said: Readonly<Record<string, unknown>>
  /** What it says of options that every host has. */
  readonly options: ConfigText
  /** The same error with the line and column of what it is about, where that is something in the file. */
  locate(error: unknown): unknown
}

/**
 * Reads the file of a node. Throws one `config.invalid` that names line, column and reason of all that is wrong.
 * @param optionNames options of a host that a node has too
 */
export function readNodeFile(path: string, optionNames: readonly string[]): NodeFile {
  return parseNodeFile(readConfigFile(path), optionNames)
}

/** What a node does that has no file. */
export function emptyNodeFile(): NodeFile {
  return parseNodeFile(readConfigText('{}', ''), [])
}

/** The same of what was read already. */
export function parseNodeFile(text: ConfigText, optionNames: readonly string[]): NodeFile {
  const content = text.value ?? {}
  const firstWords = new Set(optionNames.map((name) => name.split('.')[0]))
  // Options are checked with those of flags and environment.
  const [options, own] = [true, false].map((isOption) =>
    Object.fromEntries(Object.entries(isRecord(content) ? content : {}).filter(([name]) => firstWords.has(name) === isOption)),
  )
  const complete = Value.Default(NodeFileSchema, isRecord(content) ? structuredClone(own) : content)
  checkConfig(NodeFileSchema, text, complete, [...firstWords].map(String))
  const { cache, sites, accessLog, ...rest } = complete as Static<typeof NodeFileSchema>
  const logFile = accessLog?.file === undefined ? {} : { file: resolve(text.path, '..', accessLog.file) }
  return {
    ...rest,
    said: isRecord(own) ? own : {},
    accessLog: accessLog?.enabled === true ? { ...accessLog, ...logFile } : undefined,
    cache: cache && { folder: resolve(text.path, '..', cache.folder), maxBytes: readSize(cache.size, 'cache.size') },
    sites: sites.map((site, index) => siteOf(site, `sites[${index}]`, text)),
    options: { ...text, value: options },
    locate: (error) => located(error, text, sites.length),
  }
}

function located(error: unknown, text: ConfigText, sites: number): unknown {
  if (!(error instanceof AppError) || typeof error.details.option !== 'string' || !isRecord(text.value)) return error
  const { option } = error.details
  // The site of the node's own origin is behind those of the file.
  const place = option.startsWith(`sites[${sites}].`) ? option.slice(option.indexOf('.') + 1) : option
  if (!Object.hasOwn(text.value, /^\w*/.exec(place)?.[0] ?? '')) return error
  return new AppError(error.code, `${text.where(place)}: ${error.message}`, { cause: error, details: error.details })
}

function siteOf(site: EdgeFile['sites'][number], place: string, text: ConfigText): FrontSite {
  const first = `${place}.origins[0]`
  try {
    return { ...site, originHost: site.originHost ?? originUrl(site.origins[0]?.url ?? '', first).host }
  } catch (cause) {
    throw new AppError('config.invalid', `${text.where(`${first}.url`)}: ${(cause as Error).message}`, {
      cause,
      details: { option: first },
    })
  }
}

/** The access log of a node; in a folder, where the file does not say it. */
export function accessLogOf({ file, maxMegabytes, files }: NonNullable<NodeFile['accessLog']>, folder: string): RotatedLogOptions {
  return { file: file ?? join(folder, 'access.log'), maxBytes: maxMegabytes * 1_000_000, files }
}

/** Bytes of a size such as `20G`. Throws `command.invalid` naming the option. */
export function readSize(text: string, option: string): number {
  const [, digits, unit] = sizeForm.exec(text) ?? []
  if (digits !== undefined && Number(digits) > 0) return Number(digits) * units[unit as keyof typeof units]
  throw new AppError('command.invalid', `${option}: ${JSON.stringify(text)} is not a size such as 500M or 20G`)
}
