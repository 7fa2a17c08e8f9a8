import { AppError } from '../errors.ts'
import { type BoundSocket, canonicalIp } from '../net/socket-table.ts'

/** Listeners whose sockets may outlive the process. */
export const listenerNames = ['http', 'https', 'rtmp', 'rtmps', 'srt'] as const
export type ListenerName = (typeof listenerNames)[number]

/** Before the names of sockets that this program asked the service manager to keep. */
const keptPrefix = 'kept-'

/** What the service manager calls the kept socket of a listener. */
export const keptName = (name: ListenerName): string => `${keptPrefix}${name}`

export const transportOf = (name: ListenerName): 'tcp' | 'udp' => (name === 'srt' ? 'udp' : 'tcp')

/** A socket that was passed, and what it is bound to; undefined where the descriptor is no internet socket. */
export interface OfferedSocket {
  readonly name: string
  readonly fd: number
  readonly bound: BoundSocket | undefined
}

export interface WantedListeners {
  /** Option `bind`. */
  readonly bind: string
  /** 0 takes a free one. */
  readonly ports: Readonly<Record<ListenerName, number | 'off'>>
}

export interface SocketChoice {
  /** Sockets to listen on, with their ports. */
  readonly use: ReadonlyMap<ListenerName, { readonly fd: number; readonly port: number }>
  /** Sockets that the host before this one had and that no option asks for any more. */
  readonly release: readonly OfferedSocket[]
}

/**
 * Decides what listens on which passed socket. One of a socket unit (`http`) is used at the port that it has; one that was kept over a restart
 * (`kept-http`) is used while the options still say its IP address and port. Throws `service.sockets_invalid`.
 */
export function chooseSockets(offered: readonly OfferedSocket[], { bind, ports }: WantedListeners): SocketChoice {
  const use = new Map<ListenerName, { fd: number; port: number }>()
  const release: OfferedSocket[] = []
  const fail = (text: string): never => {
    throw new AppError('service.sockets_invalid', text)
  }
  const atBind = (bound: BoundSocket): boolean => canonicalIp(bound.address) === canonicalIp(bind)
  // Those of units first: they are what the machine's admin wants now.
  for (const socket of offered) {
    if (socket.name.startsWith(keptPrefix)) continue
    const name = listenerNames.find((one) => one === socket.name)
    if (name === undefined)
      return fail(`The service manager passed a socket named "${shown(socket.name)}": the names are ${listenerNames.join(', ')}`)
    if (use.has(name)) fail(`The service manager passed two sockets named "${name}": a listener has one`)
    if (ports[name] === 'off') fail(`The service manager passed a socket named "${name}", but option ${name}Port is off`)
    const { bound } = socket
    if (bound === undefined || bound.transport !== transportOf(name) || !bound.listening)
      return fail(`The socket named "${name}" is no ${transportOf(name).toUpperCase()} socket that listens on an IP address`)
    // What `bind` says decides who must sign in: a wider socket must not pass by it.
    if (!atBind(bound)) fail(`The socket named "${name}" listens on ${bound.address}, option bind says ${bind}`)
    use.set(name, { fd: socket.fd, port: bound.port })
  }
  for (const socket of offered) {
    if (!socket.name.startsWith(keptPrefix)) continue
    const name = listenerNames.find((one) => keptName(one) === socket.name)
    const { bound } = socket
    const fits =
      name !== undefined &&
      !use.has(name) &&
      bound !== undefined &&
      bound.transport === transportOf(name) &&
      bound.listening &&
      atBind(bound) &&
      (ports[name] === 0 || ports[name] === bound.port)
    if (fits) use.set(name, { fd: socket.fd, port: bound.port })
    else release.push(socket)
  }
  return { use, release }
}

const shown = (name: string): string => name.replace(/[^\w.-]/g, '?').slice(0, 40)
