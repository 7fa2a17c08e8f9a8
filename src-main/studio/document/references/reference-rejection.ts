import { isAbsolute } from 'node:path'
import type { DesktopDisplays } from '../../../media/desktop-displays.ts'
import { urlProblem } from '../../../platform/outbound/network-policy.ts'
import type { ReachPolicy } from '../../../platform/outbound/reach.ts'
import { pathProblem } from '../../../platform/user-files/file-policy.ts'
import type { ReferenceRejection } from './authorship.ts'

/** Media that is fetched over HTTP instead of read from a file. */
export function isHttp(value: string): boolean {
  return /^https?:\/\//i.test(value)
}

/** X servers of this machine: others would be connected to over the network. */
const ownServer = /^(?:unix)?:\d+(?:\.\d+)?$/

/** Judges references as they are written. What they lead to is judged again whenever they are used. */
export function createReferenceRejection(policy: () => ReachPolicy, displays: Pick<DesktopDisplays, 'rejection'>): ReferenceRejection {
  return ({ kind, value }, limited, { principal }) => {
    const { files, network } = policy()
    switch (kind) {
      case 'path':
        return pathProblem(value, files, limited)
      case 'path-or-url':
        if (!isHttp(value)) return pathProblem(value, files, limited)
        return limited ? urlProblem(value, network) : undefined
      case 'output-folder':
        return isAbsolute(value) ? pathProblem(value, files, limited) : undefined
      case 'url':
        return limited ? urlProblem(value, network) : undefined
      case 'x-server':
        return limited && !ownServer.test(value) ? `${value} is not an X server of this machine` : undefined
      case 'desktop-display':
        return displays.rejection(principal, value, 'see')
      case 'desktop-audio':
        return displays.rejection(principal, value, 'audio')
      case 'obs-request':
        // Judged when it is sent, by the role of who wrote it: another OBS may have it.
        return undefined
    }
  }
}
