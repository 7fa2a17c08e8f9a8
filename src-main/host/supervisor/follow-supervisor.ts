import type { PassedSocket } from '../../platform/service-manager/passed-sockets.ts'
import { openSocketReceiver } from '../../platform/service-manager/socket-receiver.ts'
import type { Restart } from './messages.ts'
import type { SupervisorLink } from './supervisor-link.ts'

export interface SupervisorEvents {
  /** Another host takes over: this one ends, and sends its listening sockets to the socket at `path`. */
  readonly onHandOver: (path: string) => void
  /** The supervisor is gone, while this host runs. */
  readonly onLost: () => void
}

/** What a host starts with. */
export interface Inheritance {
  /** How the host before this one ended, where it did so unexpectedly. */
  readonly restart: Restart | undefined
  readonly sockets: readonly PassedSocket[]
}

/**
 * Opens the channel to the supervisor. A host that is to take over from another waits here, with everything loaded, until that one has ended:
 * its test stream, sources and slates are away for as short as that allows.
 */
export async function followSupervisor(
  supervisor: SupervisorLink | undefined,
  { onHandOver, onLost }: SupervisorEvents,
): Promise<Inheritance> {
  if (supervisor === undefined) return { restart: undefined, sockets: [] }
  const go = Promise.withResolvers<Restart | undefined>()
  let waits = supervisor.standby
  supervisor.open(
    (message) => {
      if (message.kind === 'hand-over') onHandOver(message.path)
      else go.resolve(message.restart)
    },
    () => {
      // Nobody will ask it to start any more.
      if (waits) process.exit(1)
      onLost()
    },
  )
  if (!supervisor.standby) return supervisor
  const receiver = openSocketReceiver()
  supervisor.send({ kind: 'standby', path: receiver.path })
  // The channel alone keeps no process alive.
  const alive = setInterval(() => undefined, 60_000)
  const restart = await go.promise
  clearInterval(alive)
  waits = false
  const passed = supervisor.sockets
  const isNew = ({ name }: PassedSocket): boolean => passed.every((socket) => socket.name !== name)
  // Those that the supervisor has it has from the service manager: they are the same.
  return { restart, sockets: [...passed, ...receiver.take().filter(isNew)] }
}
