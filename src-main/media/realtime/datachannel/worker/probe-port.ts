import { createSocket } from 'node:dgram'

/** The library only logs when it cannot have its port: try it first. */
export function probePort(port: number, address: string | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4')
    socket.on('error', (error) => {
      socket.close()
      reject(error)
    })
    socket.bind({ port, exclusive: true, ...(address === undefined ? {} : { address }) }, () => socket.close(() => resolve()))
  })
}
