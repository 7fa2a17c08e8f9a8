// Leads from a Unix socket to a TCP port of this process's network: port-forwarder.mjs SOCKET PORT
import { connect, createServer } from 'node:net'

const [socket, port] = process.argv.slice(2)
createServer({ allowHalfOpen: true }, (outer) => {
  const inner = connect({ port: Number(port), host: '127.0.0.1', allowHalfOpen: true })
  outer.pipe(inner).pipe(outer)
  outer.on('error', () => inner.destroy()).on('close', () => inner.destroy())
  inner.on('error', () => outer.destroy()).on('close', () => outer.destroy())
}).listen(socket)
