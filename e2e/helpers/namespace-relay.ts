import { connect, createServer, type Server } from 'node:net'
import { createInterface } from 'node:readline'

/**
 * TCP ports of two network namespaces on one machine, joined through sockets in a folder, which both see. Run by itself it is the end
 * inside a namespace: `node namespace-relay.ts FOLDER [PORT]` makes
 * what listens there at PORT reachable from outside; each line of its input is a port outside to reach, and the IP address inside to reach it
 * at where that is not the loopback.
 */

const joined = (listen: number | string, address: string, target: { port: number; host: string } | { path: string }): Promise<Server> =>
  new Promise((resolve, reject) => {
    const server = createServer({ allowHalfOpen: false }, (near) => {
      const far = connect(target)
      near.pipe(far).pipe(near)
      for (const [one, other] of [
        [near, far],
        [far, near],
      ] as const) {
        one.setNoDelay?.(true)
        one.once('error', () => other.destroy())
        one.once('close', () => other.destroy())
      }
    })
    server.once('error', reject)
    if (typeof listen === 'string') server.listen(listen, () => resolve(server))
    else server.listen(listen, address, () => resolve(server))
  })

/** Makes port `port` of one namespace reach the same port of the other: `near` is run where programs connect, `far` where one listens. */
export const nearEnd = (folder: string, port: number, address = '127.0.0.1'): Promise<Server> =>
  joined(port, address, { path: `${folder}/${port}.sock` })
export const farEnd = (folder: string, port: number): Promise<Server> => joined(`${folder}/${port}.sock`, '', { port, host: '127.0.0.1' })

if (import.meta.main) {
  const [folder = '', listening] = process.argv.slice(2)
  if (listening !== undefined) await farEnd(folder, Number(listening))
  process.stdout.write('ready\n')
  for await (const line of createInterface({ input: process.stdin })) {
    const [port, address] = line.split(' ')
    await nearEnd(folder, Number(port), address)
    process.stdout.write('open\n')
  }
}
