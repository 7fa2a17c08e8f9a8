import { BlockList, isIP } from 'node:net'
import { plainIp } from './public-ip.ts'

/** One entry of the list of hosts that an admin opened to editors. */
interface AllowedHost {
  /** Small letters; the part behind `*` where `wild`. */
  readonly name?: string
  readonly wild?: boolean
  readonly block?: BlockList
  /** Any port where left out. */
  readonly port?: number
}

const namePattern = /^(\*\.)?([a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*)$/
const maxLength = 260

/** Reads `nas.lan`, `*.lan`, `192.168.1.20`, `192.168.1.0/24`, `fd00::/8`, each also with a port (`127.0.0.1:3000`, `[::1]:3000`); undefined for anything else. */
function readAllowedHost(text: string): AllowedHost | undefined {
  const value = text.trim().toLowerCase()
  if (value.length > maxLength) return undefined
  const bracketed = /^\[([^\]]+)\](?::(.*))?$/.exec(value)
  const [host = '', portText] = bracketed ? bracketed.slice(1) : value.split(':').length === 2 ? value.split(':') : [value]
  if (portText !== undefined && !/^\d{1,5}$/.test(portText)) return undefined
  const port = portText === undefined ? undefined : Number(portText)
  if (port !== undefined && (port < 1 || port > 65_535)) return undefined
  const ported = port === undefined ? {} : { port }
  const [network = '', prefixText, more] = host.split('/')
  const version = isIP(network)
  if (version === 0) {
    if (bracketed) return undefined
    const [, wild, name] = namePattern.exec(host) ?? []
    return name === undefined ? undefined : { name, wild: wild !== undefined, ...ported }
  }
  const longest = version === 4 ? 32 : 128
  if (more !== undefined || !/^\d{1,3}$/.test(prefixText ?? '0') || Number(prefixText ?? 0) > longest) return undefined
  const block = new BlockList()
  block.addSubnet(network, Number(prefixText ?? longest), version === 4 ? 'ipv4' : 'ipv6')
  return { block, ...ported }
}

/** What is wrong with an entry, for people; undefined where it is one. */
export function allowedHostFault(text: string): string | undefined {
  if (readAllowedHost(text) !== undefined) return undefined
  return `"${text}" is not a host: write a name (nas.lan, *.lan), an IP address (192.168.1.20) or a block (192.168.1.0/24), with a port where only that is meant (127.0.0.1:3000)`
}

const read = new Map<string, AllowedHost | undefined>()

/** Whether one of the entries covers a host at an IP address. Entries that cannot be read cover nothing. */
export function isAllowedHost(entries: readonly string[], host: string, address: string | undefined, port: number): boolean {
  const name = host.toLowerCase().replace(/\.$/, '')
  const plain = address === undefined ? undefined : plainIp(address)
  return entries.some((text) => {
    if (!read.has(text)) {
      if (read.size > 1000) read.clear()
      read.set(text, readAllowedHost(text))
    }
    const entry = read.get(text)
    if (entry === undefined || (entry.port !== undefined && entry.port !== port)) return false
    if (entry.block !== undefined) return plain !== undefined && entry.block.check(plain, isIP(plain) === 4 ? 'ipv4' : 'ipv6')
    return entry.wild === true ? name.endsWith(`.${entry.name}`) : name === entry.name
  })
}
