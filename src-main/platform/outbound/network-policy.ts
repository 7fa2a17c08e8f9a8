import type { LookupAddress } from 'node:dns'
import { lookup as lookupName } from 'node:dns/promises'
import { isIP } from 'node:net'
import { networkInterfaces } from 'node:os'
import { isLoopback } from '../net/loopback.ts'
import { isAllowedHost } from './allowed-hosts.ts'
import type { OwnPages } from './own-pages.ts'
import { isPublicIp, plainIp } from './public-ip.ts'

/** Where URLs that users named may lead. Plain data, so that it crosses to other processes. */
export interface NetworkPolicy {
  /** Hosts, IP addresses and blocks that an admin opened to editors. */
  readonly editorHosts: readonly string[]
  /** Ports of this host's own HTTP: requests of its sources to them never count as local. */
  readonly ownHttpPorts: readonly number[]
  /** Its HTTPS ports: requests to these cannot be distinguished from others. */
  readonly ownHttpsPorts: readonly number[]
  /** Its own overlay pages; none before it listens. */
  readonly ownPages?: OwnPages
}

/** A connection that must not be made, and why, for people. */
export class OutboundFault extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'OutboundFault'
  }
}

/** Where a connection goes: the IP addresses behind a name as they were judged, and no others. */
export interface OutboundTarget {
  readonly host: string
  readonly port: number
  readonly addresses: readonly LookupAddress[]
  /** It is a port of this host's own HTTP or HTTPS. */
  readonly own: 'http' | 'https' | undefined
}

export type LookupNames = (host: string) => Promise<readonly LookupAddress[]>

const lookupAll: LookupNames = (host) => lookupName(host, { all: true })

/** Names that mean this machine or its network wherever they are looked up. */
const localName = /(?:^|\.)(?:localhost|localdomain|local|internal|home\.arpa|lan|intranet|corp|home)$/

/**
 * Why an editor's URL must not be kept, as far as it says by itself: names are looked up when it is used. Undefined where it may.
 * `port` counts for entries of the list that name one.
 */
export function hostProblem(host: string, port: number, policy: NetworkPolicy): string | undefined {
  const name = bareHost(host)
  const address = literalOf(name)
  if (isAllowedHost(policy.editorHosts, name, address, port)) return undefined
  if (address === undefined ? localName.test(name) : !isPublicIp(address)) return problemOf(name, address)
  return address !== undefined && isOwnIp(address) ? problemOf(name, address) : undefined
}

/** Ports of protocols whose URLs may leave them out. */
const usualPorts: Readonly<Record<string, number>> = {
  'http:': 80,
  'https:': 443,
  'ws:': 80,
  'wss:': 443,
  'rtmp:': 1935,
  'rtmps:': 443,
  'rtsp:': 554,
  'rtsps:': 322,
}

/** As `hostProblem`, for a URL. One that cannot be read is left to its user. */
export function urlProblem(url: string, policy: NetworkPolicy): string | undefined {
  if (!URL.canParse(url)) return undefined
  const { hostname, port, protocol } = new URL(url)
  return hostname === '' ? undefined : hostProblem(hostname, Number(port) || (usualPorts[protocol] ?? 0), policy)
}

/**
 * Looks a host up and judges every IP address behind it. Connect to the result as it is: a second lookup of the name may get another
 * answer.
 * @param limited by an editor: only public IP addresses, and what an admin opened
 * @throws OutboundFault if none may be used; the lookup's error if the name is not known
 */
export async function resolveTarget(
  host: string,
  port: number,
  policy: NetworkPolicy,
  limited: boolean,
  lookup: LookupNames = lookupAll,
): Promise<OutboundTarget> {
  const name = bareHost(host)
  const version = isIP(name.replace(/%.*$/, ''))
  const found = version !== 0 ? [{ address: name, family: version }] : await lookup(name)
  const addresses = limited ? found.filter(({ address }) => isReachableIp(address, port, policy, name)) : found
  if (addresses.length === 0) throw new OutboundFault(problemOf(name, found[0]?.address))
  const kind = policy.ownHttpPorts.includes(port) ? 'http' : policy.ownHttpsPorts.includes(port) ? 'https' : undefined
  return { host: name, port, addresses, own: addresses.some(({ address }) => isOwnIp(address)) ? kind : undefined }
}

/** Whether an editor's connection may lead to an IP address: a public one of another machine, or one that an admin opened. */
export function isReachableIp(address: string, port: number, policy: NetworkPolicy, name = address): boolean {
  return isAllowedHost(policy.editorHosts, name, address, port) || (isPublicIp(address) && !isOwnIp(address))
}

function problemOf(name: string, address: string | undefined): string {
  const where = address === undefined || address === name ? name : `${name} (${address})`
  return `${where} is not on the public internet: editors may not use it unless an admin allows the host (Settings, "What editors may reach")`
}

function bareHost(host: string): string {
  return host
    .replace(/^\[|\]$/g, '')
    .toLowerCase()
    .replace(/\.$/, '')
}

/** The IP address that a host is by itself, also in the short and odd ways of writing IPv4 (`127.1`, `0x7f000001`, `2130706433`). */
function literalOf(name: string): string | undefined {
  if (isIP(name.replace(/%.*$/, '')) !== 0) return name
  if (!/^[0-9a-fx.]+$/.test(name) || !URL.canParse(`http://${name}/`)) return undefined
  const { hostname } = new URL(`http://${name}/`)
  return isIP(hostname) === 0 ? undefined : hostname
}

/** How long the list of this machine's IP addresses is cached, ms. */
const ownForMs = 2000
let own = new Set<string>()
let ownAtMs = Number.NEGATIVE_INFINITY

/** Whether an IP address is one of this machine; the unspecified one (0.0.0.0, ::) leads to it, too. */
function isOwnIp(address: string): boolean {
  const plain = plainIp(address)
  if (isLoopback(plain) || /^(?:0\.0\.0\.0|[0:]+)$/.test(plain)) return true
  const now = performance.now()
  if (now - ownAtMs > ownForMs) {
    ownAtMs = now
    own = new Set(Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map((one) => plainIp(one.address))))
  }
  return own.has(plain)
}
