import type { Duplex } from 'node:stream'

/**
 * Sends the last bytes of a connection and closes it: when the client has closed its half, and `lingerMs` later at the latest. Closing at
 * once would lose the bytes where the client still sends (RFC 9112 section 9.6); `end` alone keeps the socket for as long as the client
 * keeps its half open.
 */
export function endSocket(socket: Duplex, lastBytes = '', lingerMs = 2000): void {
  if (socket.destroyed) return
  const late = setTimeout(() => socket.destroy(), lingerMs)
  socket.once('close', () => clearTimeout(late))
  socket.end(lastBytes)
  socket.resume()
}

/** Answers an upgrade that is rejected, and closes the connection. `status` with its reason, e.g. `404 Not Found`. */
export function rejectUpgrade(socket: Duplex, status: string, contentType?: string, body = ''): void {
  const type = contentType === undefined ? '' : `Content-Type: ${contentType}\r\n`
  endSocket(socket, `HTTP/1.1 ${status}\r\n${type}Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`)
}
