import { hostLayout, type Layout, nodeLayout } from './layout.ts'
import type { NodeWish, SetUp } from './provisioning-schemas.ts'

/** A service of a machine that has a program of its own and no rights: who knows systemd writes the text. */
export interface MachineUnit {
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
  /** A whole host: it uses cameras and graphics processors that are there, and starts browsers. */
  readonly isHost: boolean
}

type Port = number | 'off'

const isLow = (ports: readonly Port[]): boolean => ports.some((port) => port !== 'off' && port < 1024)

const program = ({ programFolder }: Layout): string => `${programFolder}/current/bin/streams`

const acmeFlags = ({ acmeNames, acmeEmail }: Pick<NodeWish, 'acmeNames' | 'acmeEmail'>): readonly string[] =>
  acmeNames === '' ? [] : ['--acme-names', acmeNames, ...(acmeEmail === '' ? [] : ['--acme-email', acmeEmail])]

/** The service of a node. */
export function nodeUnitOf(wish: Omit<NodeWish, 'name'>, name: string, origin: string): MachineUnit {
  const { bind, httpPort, httpsPort, cache, cacheSize } = wish
  const { stateFolder, cacheFolder, settingsFolder, user } = nodeLayout
  return {
    ...{ description: `AMI Streams, node of ${origin}`, user, stateName: user, isHost: false },
    command: [
      ...[program(nodeLayout), 'edge', '--data', stateFolder, '--origin', origin, '--name', name],
      ...['--bind', bind, '--http-port', String(httpPort), '--https-port', String(httpsPort)],
      ...acmeFlags(wish),
      ...(cache ? ['--cache', cacheFolder, '--cache-size', cacheSize] : []),
    ],
    environmentFile: `${settingsFolder}/join`,
    needsLowPorts: isLow([httpPort, httpsPort]),
  }
}

/** The service of a host of its own. */
export function hostUnitOf(setUp: SetUp): MachineUnit {
  const { bind, httpPort, httpsPort, rtmpPort, rtmpsPort, srtPort, webrtcPort } = setUp
  const { stateFolder, settingsFolder, user } = hostLayout
  const ports = { http: httpPort, https: httpsPort, rtmp: rtmpPort, rtmps: rtmpsPort, srt: srtPort, webrtc: webrtcPort }
  return {
    ...{ description: 'AMI Streams, host that was set up over SSH', user, stateName: user, isHost: true },
    command: [
      ...[program(hostLayout), 'host', '--data', stateFolder, '--bind', bind],
      // Whoever signs in on the machine itself is no admin of the host.
      ...['--auth', 'on'],
      ...Object.entries(ports).flatMap(([name, port]) => [`--${name}-port`, String(port)]),
      ...acmeFlags(setUp),
    ],
    environmentFile: `${settingsFolder}/options`,
    needsLowPorts: isLow(Object.values(ports)),
  }
}
