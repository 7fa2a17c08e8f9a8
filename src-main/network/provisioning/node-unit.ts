import { cacheFolder, programFolder, settingsFolder, stateFolder } from './layout.ts'
import type { NodeWish } from './provisioning-schemas.ts'

/** A service of a machine that has a program of its own and no rights: who knows systemd writes the text. */
export interface NodeUnit {
  readonly description: string
  readonly user: string
  /** Program and arguments. */
  readonly command: readonly string[]
  /** Below /var/lib and /var/cache. */
  readonly stateName: string
  /** File of variables that may be missing. */
  readonly environmentFile: string
  /** Ports below 1024. */
  readonly needsLowPorts: boolean
}

/** The service of a node. */
export function nodeUnitOf(
  { bind, httpPort, httpsPort, cache, cacheSize }: Omit<NodeWish, 'name'>,
  name: string,
  origin: string,
  user: string,
): NodeUnit {
  return {
    description: `AMI Streams, node of ${origin}`,
    user,
    command: [
      `${programFolder}/current/bin/streams`,
      'edge',
      ...['--data', stateFolder, '--origin', origin, '--name', name],
      ...['--bind', bind, '--http-port', String(httpPort), '--https-port', String(httpsPort)],
      ...(cache ? ['--cache', cacheFolder, '--cache-size', cacheSize] : []),
    ],
    stateName: 'ami-streams-node',
    environmentFile: `${settingsFolder}/join`,
    needsLowPorts: httpPort < 1024 || (httpsPort !== 'off' && httpsPort < 1024),
  }
}
