import { type LookupFunction, Socket } from 'node:net'
import { type LookupNames, type NetworkPolicy, type OutboundTarget, resolveTarget } from './network-policy.ts'

/** Says where a connection to a host leads. Rejects with OutboundFault where it must not be made, with the lookup's error where the name is not known. */
export type JudgeTarget = (host: string, port: number) => Promise<OutboundTarget>

/** @param limited named by an editor: public hosts alone, and what an admin opened */
export function judgeBy(policy: () => NetworkPolicy, limited: boolean, lookup?: LookupNames): JudgeTarget {
  return (host, port) => resolveTarget(host, port, policy(), limited, lookup)
}

/** As `net.connect` and `http.request` look names up: the IP addresses that were judged, so that nobody asks the name server again. */
export function lookupOf({ addresses }: OutboundTarget): LookupFunction {
  return (_name, { all }, found) => {
    const [first] = addresses
    if (all === true) found(null, [...addresses])
    else found(null, first?.address ?? '', first?.family)
  }
}

/** A TCP connection to one of the IP addresses that were judged. */
export function connectTo(target: OutboundTarget, socket = new Socket().setNoDelay()): Socket {
  return socket.connect({ host: target.host, port: target.port, lookup: lookupOf(target) })
}

/** A TCP connection to a host that is judged first. What goes wrong, OutboundFault too, is the socket's `error`. */
export function connectJudged(host: string, port: number, judge: JudgeTarget): Socket {
  const socket = new Socket().setNoDelay()
  judge(host, port).then(
    (target) => {
      if (!socket.destroyed) connectTo(target, socket)
    },
    (error: Error) => socket.destroy(error),
  )
  return socket
}
