import type { Packet, VideoTrack } from '../../../formats/track.ts'
import { openVideoDecoder, type VideoDecoder } from '../../../platform/ffmpeg/video-decoder.ts'
import { openMediaWire } from '../../../platform/workers/media-wire.ts'
import { connectToHost, openMediaPipe } from '../../../platform/workers/worker-side.ts'
import { type CameraDevice, openCameraDevice } from './camera-device.ts'
import type { FromCamera, ToCamera } from './messages.ts'

/** The process that decodes a canvas and writes its pictures to a virtual camera. */

/** Packets that may wait for the decoder: more are left out up to the next keyframe. */
const mostWaiting = 30

let order: ToCamera | undefined
let decoder: VideoDecoder | undefined
let device: CameraDevice | undefined
let waiting = 0
let skipping = false
let frames = 0
let dropped = 0
let chain: Promise<void> = Promise.resolve()

const host = connectToHost<ToCamera, FromCamera>((message) => {
  order = message
})

function inTurn(work: () => Promise<void>): void {
  chain = chain.then(work).catch((error: Error) => host.send({ type: 'failed', message: error.message.split('\n')[0] ?? '' }))
}

openMediaWire(openMediaPipe(), {
  onTrack: (_channel, track) =>
    inTurn(async () => {
      decoder?.close()
      decoder = openVideoDecoder(track as VideoTrack)
    }),
  onPacket: (_channel, packet) => {
    if (packet.key) skipping = false
    if (waiting >= mostWaiting) skipping = true
    if (skipping) {
      dropped++
      return
    }
    waiting++
    inTurn(() => show(packet).finally(() => waiting--))
  },
  onNote() {},
})

async function show(packet: Packet): Promise<void> {
  if (decoder === undefined || order === undefined) return
  await decoder.push(packet)
  for (let next = await decoder.next(); next !== undefined; next = await decoder.next()) {
    const { frame } = next
    if (device?.width !== frame.width || device.height !== frame.height) {
      await device?.close()
      device = await openCameraDevice(order, frame.width, frame.height)
      host.send({ type: 'live' })
    }
    await device.write(frame)
    frames++
  }
}

setInterval(() => host.send({ type: 'frames', frames, dropped }), 1000)

host.stopping.addEventListener('abort', () => {
  chain.finally(async () => {
    await device?.close()
    host.end()
  })
})
host.ready()
