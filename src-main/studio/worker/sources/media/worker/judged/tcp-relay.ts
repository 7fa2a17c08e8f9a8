import { type AddressInfo, createServer, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { connectJudged, type JudgeTarget } from '../../../../../../platform/outbound/judged-connection.ts'
import { OutboundFault } from '../../../../../../platform/outbound/network-policy.ts'

export interface TcpRelayOptions {
  readonly host: string
  readonly port: number
  /** TLS is spoken with the server, in FFmpeg's place: as FFmpeg does by itself, without looking at the certificate. */
  readonly secure: boolean
  readonly judge: JudgeTarget
  /** What of the server's bytes is passed on; made for each connection. What it throws ends the connection. */
  readonly filter?: () => { push(bytes: Buffer): Buffer }
}

/** A port of this machine that leads to a server which is judged at each connection. */
export interface TcpRelay {
  readonly port: number
  takeRejection(): string | undefined
  stop(): void
}

const maxConnections = 4

export async function openTcpRelay({ host, port, secure, judge, filter }: TcpRelayOptions): Promise<TcpRelay> {
  const sockets = new Set<Socket>()
  let rejection: string | undefined
  const keep = (socket: Socket): void => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  }
  const server = createServer({ noDelay: true }, (client) => {
    const far = connectJudged(host, port, judge)
    keep(client)
    keep(far)
    const end = (error?: Error): void => {
      if (error instanceof OutboundFault) rejection = error.message
      client.destroy()
      far.destroy()
    }
    client.on('error', end)
    client.on('close', () => end())
    far.on('error', end)
    far.on('close', () => end())
    far.once('connect', () => {
      const spoken = secure ? connectTls({ socket: far, rejectUnauthorized: false, ...(isIP(host) === 0 && { servername: host }) }) : far
      if (spoken !== far) spoken.on('error', end)
      const strainer = filter?.()
      client.pipe(spoken)
      spoken.on('data', (bytes: Buffer) => {
        try {
          const passed = strainer === undefined ? bytes : strainer.push(bytes)
          if (passed.length > 0 && !client.write(passed)) spoken.pause()
        } catch (error) {
          end(error as Error)
        }
      })
      client.on('drain', () => spoken.resume())
      spoken.on('end', () => client.end())
    })
  })
  server.maxConnections = maxConnections
  await new Promise<void>((resolve, reject) => {
    server.on('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    takeRejection() {
      const taken = rejection
      rejection = undefined
      return taken
    },
    stop() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}
