import { isAbsolute } from 'node:path'
import { urlRefusal } from '../../platform/outbound/network-policy.ts'
import type { ReachPolicy } from '../../platform/reach.ts'
import { pathRefusal } from '../../platform/user-files/file-policy.ts'
import type { ReferenceRejection } from './authorship.ts'

/** Media that is fetched over HTTP instead of read from a file. */
export function isHttp(value: string): boolean {
  return /^https?:\/\//i.test(value)
}

/** X servers of this machine: others would be connected to over the network. */
const ownServer = /^(?:unix)?:\d+(?:\.\d+)?$/

/** Judges references as they are written. What they lead to is judged again whenever they are used. */
export function createReferenceRejection(policy: () => ReachPolicy): ReferenceRejection {
  return ({ kind, value }, limited) => {
    const { files, network } = policy()
    switch (kind) {
      case 'path':
        return pathRefusal(value, files, limited)
      case 'path-or-url':
        if (!isHttp(value)) return pathRefusal(value, files, limited)
        return limited ? urlRefusal(value, network) : undefined
      case 'output-folder':
        return isAbsolute(value) ? pathRefusal(value, files, limited) : undefined
      case 'url':
        return limited ? urlRefusal(value, network) : undefined
      case 'x-server':
        return limited && !ownServer.test(value) ? `${value} is not an X server of this machine` : undefined
    }
  }
}
