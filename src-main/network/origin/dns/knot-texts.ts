import { createHash } from 'node:crypto'
import { isIPv6 } from 'node:net'
import { countryCodes } from '../../figures/countries.ts'
import type { DnsSettings } from './dns-schemas.ts'
import { type AnsweringNode, nodesFor } from './geo-answers.ts'

/** Names of files in the folder of Knot. */
export const knotFiles = { configuration: 'knot.conf', zone: 'zone.txt', geo: 'geo.conf' } as const

/** Files that Knot reads, without its configuration's places. */
export interface KnotTexts {
  readonly configuration: string
  readonly zone: string
  /** Undefined: viewers of all countries get the same answer. */
  readonly geo: string | undefined
}

export interface KnotTextOptions {
  readonly settings: DnsSettings
  readonly nodes: readonly AnsweringNode[]
  /** Networks with their country, where the geo file is a list. */
  readonly networks: readonly { readonly network: string; readonly country: string }[] | undefined
  /** Base64. */
  readonly tsigSecret: string
  readonly folder: string
  /** 0 to 1, another one with each rewriting. */
  readonly phase: number
}

const secondaryKey = 'ami-streams'
const field = (name: string, value: string): string => `    ${name}: ${value}`
const endpoint = ({ address, port }: { readonly address: string; readonly port: number }): string => `${address}@${port}`
const recordType = (ip: string): 'A' | 'AAAA' => (isIPv6(ip) ? 'AAAA' : 'A')

/** Everything that Knot reads (version 3.2). Who calls has checked the settings. */
export function writeKnotTexts(options: KnotTextOptions): KnotTexts {
  const geo = geoText(options)
  return { configuration: configurationText(options, geo !== undefined), zone: zoneText(options), geo }
}

function configurationText({ settings, tsigSecret, folder }: KnotTextOptions, hasGeo: boolean): string {
  const { zone, listen, secondaries, geoFile, ttlS } = settings
  const remotes = secondaries.map((each, index) => ({ id: `secondary-${index}`, ...each }))
  const list = (texts: readonly string[]): string => `[${texts.join(', ')}]`
  const isDatabase = geoFile?.endsWith('.mmdb') === true
  return [
    'server:',
    `    rundir: "${folder}"`,
    `    listen: ${list(listen.map(endpoint))}`,
    '    edns-client-subnet: on',
    '    version: ""',
    '    identity: ""',
    '    tcp-max-clients: 1000',
    'control:',
    `    listen: "${folder}/knot.sock"`,
    'log:',
    '  - target: stderr',
    '    any: warning',
    'database:',
    `    storage: "${folder}/db"`,
    '    journal-db-max-size: 100M',
    'key:',
    `  - id: ${secondaryKey}`,
    '    algorithm: hmac-sha256',
    `    secret: ${tsigSecret}`,
    ...(remotes.length === 0 ? [] : ['remote:']),
    ...remotes.flatMap((each) => [`  - id: ${each.id}`, field('address', endpoint(each)), `    key: ${secondaryKey}`]),
    'acl:',
    '  - id: copy',
    `    key: ${secondaryKey}`,
    '    action: transfer',
    'policy:',
    '  - id: edge',
    '    algorithm: ecdsap256sha256',
    '    single-type-signing: on',
    '    nsec3: off',
    ...(hasGeo
      ? [
          'mod-geoip:',
          '  - id: nearest',
          `    config-file: "${folder}/${knotFiles.geo}"`,
          `    ttl: ${ttlS}`,
          ...(isDatabase ? ['    mode: geodb', `    geodb-file: "${geoFile}"`, '    geodb-key: country/iso_code'] : ['    mode: subnet']),
          '    policy: edge',
        ]
      : []),
    'zone:',
    `  - domain: ${zone}`,
    `    storage: "${folder}"`,
    `    file: "${folder}/${knotFiles.zone}"`,
    '    semantic-checks: on',
    '    zonefile-sync: -1',
    '    zonefile-load: difference-no-serial',
    '    journal-content: all',
    '    dnssec-signing: on',
    '    dnssec-policy: edge',
    '    acl: copy',
    ...(remotes.length === 0 ? [] : [`    notify: ${list(remotes.map(({ id }) => id))}`]),
    ...(hasGeo ? ['    module: mod-geoip/nearest'] : []),
    '',
  ].join('\n')
}

/** What secondaries copy: for them all nodes are as near. */
function zoneText({ settings: { zone, name, ttlS, nameServers }, nodes, phase }: KnotTextOptions): string {
  const line = (owner: string, type: string, value: string, ttl = ttlS): string => `${owner}. ${ttl} ${type} ${value}`
  const [first] = nameServers
  return [
    line(zone, 'SOA', `${first?.name}.${zone}. hostmaster.${zone}. 1 300 60 86400 ${ttlS}`),
    ...nameServers.map((each) => line(zone, 'NS', `${each.name}.${zone}.`, 3600)),
    ...nameServers.flatMap((each) => each.addresses.map((ip) => line(`${each.name}.${zone}`, recordType(ip), ip, 3600))),
    ...addressesOf(nodesFor(nodes, null, phase)).map((ip) => line(`${name}.${zone}`, recordType(ip), ip)),
    '',
  ].join('\n')
}

function geoText({ settings: { zone, name, geoFile }, nodes, networks, phase }: KnotTextOptions): string | undefined {
  if (geoFile === null) return undefined
  const byCountry = new Map<string, string[]>()
  const recordsFor = (country: string): string[] => {
    const known = byCountry.get(country)
    if (known !== undefined) return known
    // countries take their turns apart from each other
    const offset = createHash('sha256').update(country).digest().readUInt32BE(0) / 2 ** 32
    const made = addressesOf(nodesFor(nodes, country, (phase + offset) % 1)).map((ip) => `    ${recordType(ip)}: "${ip}"`)
    byCountry.set(country, made)
    return made
  }
  const lines =
    networks === undefined
      ? countryCodes.flatMap((country) => [`  - geo: "${country}"`, ...recordsFor(country)])
      : networks.flatMap(({ network, country }) => [`  - net: ${network}`, ...recordsFor(country)])
  if (nodes.length === 0 || lines.length === 0) return undefined
  return [`${name}.${zone}:`, ...lines, ''].join('\n')
}

const addressesOf = (nodes: readonly AnsweringNode[]): readonly string[] => [...new Set(nodes.flatMap(({ addresses }) => addresses))]

/** `knot.conf` of a secondary that copies the zone. */
export function secondaryText({ zone, listen, nameServers }: DnsSettings, tsigSecret: string): string {
  const primary = { address: nameServers[0]?.addresses[0] ?? '127.0.0.1', port: listen[0]?.port ?? 53 }
  return [
    'server:',
    '    listen: [0.0.0.0@53, ::@53]',
    'key:',
    `  - id: ${secondaryKey}`,
    '    algorithm: hmac-sha256',
    `    secret: ${tsigSecret}`,
    'remote:',
    '  - id: primary',
    field('address', endpoint(primary)),
    `    key: ${secondaryKey}`,
    'acl:',
    '  - id: from-primary',
    field('address', primary.address),
    `    key: ${secondaryKey}`,
    '    action: notify',
    'zone:',
    `  - domain: ${zone}`,
    '    master: primary',
    '    acl: from-primary',
    '',
  ].join('\n')
}
