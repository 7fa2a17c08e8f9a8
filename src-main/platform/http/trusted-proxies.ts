import type { IncomingHttpHeaders } from 'node:http'
import { BlockList, isIP } from 'node:net'
import { AppError } from '../errors.ts'

/** The reverse proxies whose word about their clients counts. */
export interface TrustedProxies {
  /** False where no proxy is trusted. */
  readonly any: boolean
  has(address: string): boolean
  /** The client that the headers of a trusted proxy name; undefined where they name none. `encrypted`: undefined where they do not say. */
  clientOf(headers: IncomingHttpHeaders): { readonly remoteAddress: string; readonly encrypted: boolean | undefined } | undefined
}

/** Reads the option `trustedProxies`: IP addresses and networks, separated by commas. Throws `config.invalid`. */
export function readTrustedProxies(text: string): TrustedProxies {
  const list = new BlockList()
  let any = false
  for (const part of text.split(',')) {
    const entry = part.trim()
    if (entry === '') continue
    add(list, entry)
    any = true
  }
  const has = (address: string): boolean => {
    const version = any ? isIP(address) : 0
    return version !== 0 && list.check(address, version === 4 ? 'ipv4' : 'ipv6')
  }
  return {
    any,
    has,
    clientOf(headers) {
      const forwarded = headers['x-forwarded-for']
      if (typeof forwarded !== 'string') return undefined
      let found: string | undefined
      // Each proxy appends whom it was asked by, so the last entry that is not a trusted proxy is the client; what is before it is hearsay.
      for (const entry of forwarded.split(',').reverse()) {
        const address = bareIp(entry.trim())
        if (isIP(address) === 0) break
        found = address
        if (!has(address)) break
      }
      if (found === undefined) return undefined
      const scheme = lastOf(headers['x-forwarded-proto'])
      return { remoteAddress: found, encrypted: scheme === undefined ? undefined : scheme === 'https' }
    },
  }
}

function add(list: BlockList, entry: string): void {
  const [address = '', bits, more] = entry.split('/')
  const version = isIP(address)
  const most = version === 4 ? 32 : 128
  if (version === 0 || more !== undefined || (bits !== undefined && !(/^\d{1,3}$/.test(bits) && Number(bits) <= most)))
    throw new AppError('config.invalid', `trustedProxies: "${entry}" is not an IP address or a network such as 10.0.0.0/8`)
  list.addSubnet(address, bits === undefined ? most : Number(bits), version === 4 ? 'ipv4' : 'ipv6')
}

/** Without the port that some proxies add: `203.0.113.7:4711`, `[2001:db8::1]:4711`. */
function bareIp(text: string): string {
  const bracketed = /^\[([^\]]+)\](?::\d+)?$/.exec(text)
  if (bracketed) return bracketed[1] as string
  return /^[\d.]+:\d+$/.test(text) ? text.slice(0, text.indexOf(':')) : text
}

function lastOf(header: string | string[] | undefined): string | undefined {
  const value = (Array.isArray(header) ? header.join(',') : header)?.split(',').at(-1)?.trim().toLowerCase()
  return value === '' ? undefined : value
}
