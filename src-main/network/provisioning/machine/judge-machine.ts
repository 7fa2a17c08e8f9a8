import type { MachineFacts } from './machine-facts.ts'
import { findSystem } from './systems.ts'

/** What was found out about one property of a machine. */
export interface Finding {
  readonly id: FindingId
  readonly state: 'ok' | 'warn' | 'fail'
  readonly text: string
  /** Empty where nothing needs to be done. */
  readonly remedy: string
}

export const findingIds = [
  'system',
  'processor',
  'memory',
  'disk',
  'rights',
  'ports',
  'web-server',
  'clock',
  'certificate',
  'firewall',
  'selinux',
  'origin',
  'program',
  'node',
] as const
export type FindingId = (typeof findingIds)[number]

/** What is wanted of the machine. */
export interface Wanted {
  /** TCP ports: that for HTTP, then that for HTTPS where there is one. */
  readonly ports: readonly number[]
  /** A certificate is ordered, which the authority asks for at port 80. */
  readonly isAcmeByHttp: boolean
  readonly cache: boolean
  readonly hasSudoPassword: boolean
  /** Architectures for which a packed program is there. */
  readonly architectures: readonly string[]
  /** Host and port of the origin; undefined for a host of its own. */
  readonly origin: string | undefined
}

const mib = 1024 * 1024
const minMemoryBytes = 400 * mib
const goodMemoryBytes = 900 * mib
const minFreeBytes = 1024 * mib
/** Certificates and signatures of URLs need a clock that is about right, ms. */
const maxClockMs = 5000

/** Judges what was found for what is wanted. The machine is suitable where nothing is `fail`. */
export function judgeMachine(facts: MachineFacts, wanted: Wanted): readonly Finding[] {
  const found: Finding[] = []
  const add = (id: FindingId, state: Finding['state'], text: string, remedy = ''): void => void found.push({ id, state, text, remedy })

  const system = findSystem(facts.system)
  if (typeof system === 'string') add('system', 'fail', system, 'Use a machine with one of these systems, or start the program by hand.')
  else if (!facts.hasSystemd)
    add('system', 'fail', `${facts.system.title} is not run by systemd`, 'Start the program by hand, or use a machine with systemd.')
  else add('system', 'ok', facts.system.title)

  const hasProgram = wanted.architectures.includes(facts.architecture)
  add('processor', 'ok', `${facts.architecture || 'unknown'}, ${facts.cores} cores`)
  if (hasProgram) add('program', 'ok', `The program is packed for ${facts.architecture}`)
  else
    add(
      'program',
      'fail',
      `There is no packed program for ${facts.architecture || 'its processor'} on this host`,
      'Run `npm run pack -- --only tar.gz` in the sources on a machine of that kind, and put the file into `packages` of the data folder.',
    )

  const memory = `${Math.round(facts.memoryBytes / mib)} MiB of memory`
  if (facts.memoryBytes < minMemoryBytes) add('memory', 'fail', memory, `It needs ${minMemoryBytes / mib} MiB.`)
  else
    add(
      'memory',
      facts.memoryBytes < goodMemoryBytes ? 'warn' : 'ok',
      memory,
      facts.memoryBytes < goodMemoryBytes ? 'Enough for a few streams.' : '',
    )

  const disk = `${Math.round(facts.freeBytes / mib)} MiB free below /opt`
  if (facts.freeBytes < minFreeBytes) add('disk', 'fail', disk, `Free at least ${minFreeBytes / mib} MiB.`)
  else add('disk', 'ok', disk)

  judgeRights(facts, wanted, add)
  judgePorts(facts, wanted, add)

  if (facts.nginx !== undefined) add('web-server', 'ok', `nginx ${facts.nginx} is installed; the node uses a process of its own`)
  else if (wanted.cache) add('web-server', 'ok', 'nginx is not installed: it will be, by the package manager')

  const seconds = Math.abs(facts.clockAheadMs) / 1000
  const clock = seconds < 1 ? 'Its clock is right' : `Its clock is ${seconds.toFixed(0)} s ${facts.clockAheadMs > 0 ? 'ahead' : 'behind'}`
  add(
    'clock',
    seconds * 1000 > maxClockMs ? 'warn' : 'ok',
    clock,
    seconds * 1000 > maxClockMs ? 'Set it, for example with `timedatectl set-ntp true`.' : '',
  )

  if (facts.firewall !== undefined) {
    const http3Port = wanted.cache ? wanted.ports[1] : undefined
    add(
      'firewall',
      'warn',
      `The firewall ${facts.firewall} is on`,
      `Allow TCP port ${wanted.ports.join(' and ')}${http3Port === undefined ? '' : `, and for HTTP/3 UDP port ${http3Port},`} in it, or viewers cannot connect: ${firewallCommand(facts.firewall, wanted.ports, http3Port)}`,
    )
  }
  if (facts.hasSelinux)
    add(
      'selinux',
      'warn',
      'SELinux is on',
      'Files get the types of its policy. Where the node does not start, `ausearch -m avc -ts recent` says what was denied.',
    )

  if (wanted.isAcmeByHttp && !wanted.ports.includes(80))
    add(
      'certificate',
      'warn',
      'The authority asks for the certificate at port 80, which is not among the ports',
      'Choose 80 as HTTP port, or have a firewall or proxy pass port 80 on to it.',
    )
  if (wanted.origin !== undefined) judgeReach(facts, wanted.origin, add)

  if (facts.release !== undefined)
    add(
      'node',
      'ok',
      `${wanted.origin === undefined ? 'A host' : 'A node'} is there already (${facts.release}): it is updated and repaired`,
    )
  return found
}

export const isSuitable = (findings: readonly Finding[]): boolean => findings.every(({ state }) => state !== 'fail')

function firewallCommand(firewall: string, tcp: readonly number[], udp: number | undefined): string {
  const ports = [...tcp.map((port) => `${port}/tcp`), ...(udp === undefined ? [] : [`${udp}/udp`])]
  return firewall === 'firewalld'
    ? `\`firewall-cmd --permanent ${ports.map((port) => `--add-port=${port}`).join(' ')} && firewall-cmd --reload\`.`
    : `\`${ports.map((port) => `ufw allow ${port}`).join(' && ')}\`.`
}

type Add = (id: FindingId, state: Finding['state'], text: string, remedy?: string) => void

function judgeRights({ root }: MachineFacts, { hasSudoPassword }: Wanted, add: Add): void {
  if (root === 'root') add('rights', 'ok', 'Signed in as root')
  else if (root === 'sudo') add('rights', 'ok', 'sudo without a password')
  else if (root === 'none')
    add('rights', 'fail', 'The user is not root, and there is no sudo', 'Sign in as root, or install sudo and allow it for this user.')
  else if (hasSudoPassword) add('rights', 'ok', 'sudo with a password')
  else add('rights', 'fail', 'sudo asks for a password', 'Give the password of the user for sudo.')
}

function judgeReach({ reachesOrigin }: MachineFacts, origin: string, add: Add): void {
  if (reachesOrigin === false)
    add(
      'origin',
      'fail',
      `It cannot connect to ${origin}`,
      'Let this host listen where the machine can reach it (`bind`, `publicUrl`), and open its port in firewalls between.',
    )
  else if (reachesOrigin === true) add('origin', 'ok', `It reaches ${origin}`)
}

function judgePorts(facts: MachineFacts, wanted: Wanted, add: Add): void {
  const { ports } = wanted
  // Those that our own node has already are not in the way.
  const taken = facts.release === undefined ? ports.filter((port) => facts.listening.has(port)) : []
  if (taken.length === 0) {
    add('ports', 'ok', `TCP ${ports.join(' and ')}`)
    return
  }
  const by = taken.map((port) => `${port}${facts.listening.get(port) ? ` (${facts.listening.get(port)})` : ''}`).join(', ')
  add('ports', 'fail', `Something else listens on TCP port ${by}`, 'Choose other ports, or end what uses them.')
}
