import { Socket } from 'node:net'
import { createInterface } from 'node:readline'
import type { PassedSocket } from '../../platform/service-manager/passed-sockets.ts'
import {
  beatMs,
  type Handover,
  type HostMessage,
  handoverVariable,
  type Restart,
  type SupervisorMessage,
  supervisorFd,
} from './messages.ts'

/** A host's view of the supervisor that started it. */
export interface SupervisorLink {
  readonly stderrIsTerminal: boolean
  /** Set where the host before this one ended unexpectedly. */
  readonly restart: Restart | undefined
  /** It was started to take over from a host that runs. */
  readonly standby: boolean
  /** Sockets that the service manager passed. */
  readonly sockets: readonly PassedSocket[]
  /** Starts the heartbeat. `onLost` is called when the supervisor is gone. */
  open(onMessage: (message: SupervisorMessage) => void, onLost: () => void): void
  send(message: HostMessage): void
}

/** The supervisor that `environment` names, if any. */
export function readSupervisorLink(environment: Readonly<Record<string, string | undefined>>): SupervisorLink | undefined {
  const text = environment[handoverVariable]
  if (text === undefined) return undefined
  const { stderrIsTerminal, restart, standby = false, sockets = [] } = JSON.parse(text) as Handover
  let socket: Socket | undefined
  const send = (message: HostMessage): void => void (socket?.writable && socket.write(`${JSON.stringify(message)}\n`))
  return {
    stderrIsTerminal,
    restart,
    standby,
    sockets,
    open(onMessage, onLost) {
      socket = new Socket({ fd: supervisorFd, readable: true, writable: true })
      socket.on('error', () => undefined)
      socket.on('close', onLost)
      createInterface({ input: socket }).on('line', (line) => onMessage(JSON.parse(line) as SupervisorMessage))
      socket.unref()
      setInterval(() => send({ kind: 'beat' }), beatMs).unref()
    },
    send,
  }
}
