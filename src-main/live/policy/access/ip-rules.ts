import { BlockList, isIP } from 'node:net'
import { type Static, Type } from 'typebox'
import { AppError } from '../../../platform/errors.ts'
import { bareIp } from '../../../platform/net/ip-address.ts'

const Cidr = Type.String({
  minLength: 2,
  maxLength: 60,
  description: 'an IP address or a network, e.g. 203.0.113.7, 10.0.0.0/8, 2001:db8::/32',
})

/** Which IP addresses have access. An empty `allow` allows all that are not denied; `deny` overrides `allow`. */
export const IpRulesSchema = Type.Object({
  allow: Type.Array(Cidr, { maxItems: 1000 }),
  deny: Type.Array(Cidr, { maxItems: 1000 }),
})
export type IpRules = Static<typeof IpRulesSchema>

/** Rules that let everybody in. */
export const everybody: IpRules = { allow: [], deny: [] }

/** Rules, compiled for the look at each request. */
export interface IpFilter {
  /** @param address as sockets report it, with or without port; IPv4 mapped into IPv6 counts as IPv4 */
  admits(address: string): boolean
}

/** Throws `access.address_invalid`, naming the line that is not an IP address or network. */
export function compileIpRules(rules: IpRules): IpFilter {
  const allow = blockList(rules.allow, 'allow')
  const deny = blockList(rules.deny, 'deny')
  return {
    admits(remote) {
      if (allow === undefined && deny === undefined) return true
      const address = bareIp(remote)
      const version = isIP(address)
      // An IP address that cannot be parsed is not on the allow list.
      if (version === 0) return allow === undefined
      const family = version === 4 ? 'ipv4' : 'ipv6'
      if (deny?.check(address, family)) return false
      return allow === undefined || allow.check(address, family)
    },
  }
}

function blockList(lines: readonly string[], name: string): BlockList | undefined {
  if (lines.length === 0) return undefined
  const list = new BlockList()
  lines.forEach((line, index) => {
    const [address = '', bits, more] = line.trim().split('/')
    const version = isIP(address)
    const longest = version === 4 ? 32 : 128
    const length = bits === undefined ? longest : /^\d{1,3}$/.test(bits) ? Number(bits) : Number.NaN
    if (version === 0 || more !== undefined || !(length <= longest)) {
      throw new AppError('access.address_invalid', `"${line}" (${name}, line ${index + 1}) is not an IP address or network`, {
        details: { list: name, line: index + 1 },
      })
    }
    list.addSubnet(address, length, version === 4 ? 'ipv4' : 'ipv6')
  })
  return list
}
