import { closeSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { type BoundSocket, canonicalIp, inodeOf, parseSocketTable } from '../net/socket-table.ts'
import type { Notifier } from './notifier.ts'
import type { PassedSocket } from './passed-sockets.ts'
import {
  chooseSockets,
  keptName,
  type ListenerName,
  listenerNames,
  type SocketChoice,
  transportOf,
  type WantedListeners,
} from './socket-choice.ts'

/** Descriptors to listen on in place of new sockets. */
export type ListenerDescriptors = Readonly<Partial<Record<ListenerName, number>>>

/** Passes the host's listening sockets from one process of a service to the next, so that no connection is rejected in between. */
export interface ListenerHandover {
  readonly descriptors: ListenerDescriptors
  /** Ports of those. */
  readonly ports: Readonly<Partial<Record<ListenerName, number>>>
  /** The process before this one kept its sockets for us: the service was restarted, and goes on. */
  readonly continues: boolean
  /** Names of passed sockets that were closed, since no option asks for them any more. */
  readonly released: readonly string[]
  /** Sends what listens now to who keeps it (a service manager, the next host), before the listeners close. */
  keep(listening: Readonly<Partial<Record<ListenerName, number | null>>>, keeper: Notifier): void
}

/** Takes over what was passed. Throws `service.sockets_invalid`. */
export function openListenerHandover(
  passed: readonly PassedSocket[],
  wanted: WantedListeners,
  notifier: Notifier | undefined,
): ListenerHandover {
  const table = passed.length > 0 ? readTable() : []
  const offered = passed.map((socket) => ({ ...socket, bound: table.find(({ inode }) => inode === linkedInode(socket.fd)) }))
  const { use, release }: SocketChoice = chooseSockets(offered, wanted)
  const names = new Set(release.map(({ name }) => name))
  for (const { fd } of release) closeSync(fd)
  for (const name of names) notifier?.send(['FDSTOREREMOVE=1', `FDNAME=${name}`])
  const of = (pick: (one: { fd: number; port: number }) => number): Partial<Record<ListenerName, number>> =>
    Object.fromEntries([...use].map(([name, one]) => [name, pick(one)]))
  return {
    descriptors: of(({ fd }) => fd),
    ports: of(({ port }) => port),
    continues: passed.some(({ name }) => listenerNames.some((one) => keptName(one) === name)),
    released: [...names],
    keep(listening, keeper) {
      const open = ownSockets()
      for (const name of listenerNames) {
        const port = listening[name]
        // What a socket unit opened is the unit's.
        if (port === undefined || port === null || passed.some((socket) => socket.name === name)) continue
        const socket = readTable().find(
          (one) =>
            one.listening &&
            one.transport === transportOf(name) &&
            one.port === port &&
            canonicalIp(one.address) === canonicalIp(wanted.bind) &&
            open.has(one.inode),
        )
        const fd = socket && open.get(socket.inode)
        // Without FDPOLL=0 an ICMP error at the UDP socket would have it dropped.
        if (fd !== undefined) keeper.send(['FDSTORE=1', `FDNAME=${keptName(name)}`, 'FDPOLL=0'], [fd])
      }
    },
  }
}

/** All sockets of this process's network with an IP address. */
function readTable(): readonly BoundSocket[] {
  return (['tcp', 'udp'] as const).flatMap((transport) =>
    [transport, `${transport}6`].flatMap((file) => {
      try {
        return parseSocketTable(readFileSync(`/proc/self/net/${file}`, 'latin1'), transport)
      } catch {
        return []
      }
    }),
  )
}

/** Descriptors of this process's sockets, by inode. */
function ownSockets(): ReadonlyMap<string, number> {
  const found = new Map<string, number>()
  for (const name of readdirSync('/proc/self/fd')) {
    const inode = linkedInode(Number(name))
    if (inode !== undefined) found.set(inode, Number(name))
  }
  return found
}

function linkedInode(fd: number): string | undefined {
  try {
    return inodeOf(readlinkSync(`/proc/self/fd/${fd}`))
  } catch {
    return undefined
  }
}
