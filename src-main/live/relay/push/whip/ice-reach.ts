import type { IceServer } from '../../../../media/realtime/sfu-engine.ts'
import { joinHostPort } from '../../../../platform/net/ip-address.ts'
import type { JudgeTarget } from '../../../../platform/outbound/judged-connection.ts'

export type MayReach = (address: string, port: number) => boolean

/** `stun:HOST:PORT`, `turn:HOST:PORT?transport=udp` (RFC 7064, RFC 7065). */
const form = /^(stuns?|turns?):(\[[^\]]+\]|[^:?]+)(?::(\d{1,5}))?(\?.*)?$/

/** ICE servers that a WHIP server names, by the IP addresses that were checked; those that must not be reached are left out. */
export async function reachableIceServers(servers: readonly IceServer[], judge: JudgeTarget): Promise<readonly IceServer[]> {
  const judged = await Promise.all(
    servers.map(async (server) => {
      const [, scheme, host = '', portText, query = ''] = form.exec(server.urls) ?? []
      const port = Number(portText ?? 3478)
      const target = scheme === undefined ? undefined : await judge(host, port).catch(() => undefined)
      const [first] = target?.addresses ?? []
      return first === undefined ? [] : [{ ...server, urls: `${scheme}:${joinHostPort(first.address, port)}${query}` }]
    }),
  )
  return judged.flat()
}

/**
 * An SDP without the candidates (RFC 8839, section 5.1) whose IP addresses must not be used. Host names instead of IP addresses are left
 * out, too.
 */
export function withoutRejectedCandidates(sdp: string, mayReach: MayReach): string {
  return sdp
    .split(/\r?\n/)
    .filter((line) => {
      if (!/^a=candidate:/i.test(line)) return true
      const [, , , , address = '', port = ''] = line.trim().split(/\s+/)
      return mayReach(address, Number(port))
    })
    .join('\r\n')
}
