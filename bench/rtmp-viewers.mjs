/** Opens many RTMP players of one URL and discards what they receive. Argument: `{ url, viewers }`. Reports the bytes to its parent. */
import { connect } from 'node:net'
import { playRequest } from './rtmp-play-request.mjs'

const { url, viewers } = JSON.parse(process.argv[2])
const { hostname, port } = new URL(url)
const { hello, asking } = playRequest(url)

const buffer = Buffer.alloc(1 << 20)
let bytes = 0
let lost = 0
for (let index = 0; index < viewers; index++) {
  let greeted = false
  const socket = connect({
    host: hostname,
    port: Number(port),
    onread: {
      buffer,
      callback(length) {
        bytes += length
        if (!greeted) {
          greeted = true
          socket.write(asking)
        }
        return true
      },
    },
  })
  socket.on('connect', () => socket.write(hello))
  socket.on('error', () => undefined)
  socket.on('close', () => {
    lost++
  })
}
setInterval(() => process.send({ bytes, lost }), 250)
