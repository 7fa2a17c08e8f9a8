/** The process that feeds a virtual camera: whatever its device or its libraries do, they do not do it to the studio. */
import { AppError } from '../../../platform/errors.ts'
import { connectToHost } from '../../../platform/workers/worker-side.ts'
import type { CanvasFrames } from '../../control/engine/studio-engine.ts'
import type { CameraToFeed, FromCamera, ToCamera } from '../../control/outputs/virtual-camera/messages.ts'
import type { FedCamera } from './fed-camera.ts'

let camera: FedCamera | undefined
let canvasFrames: CanvasFrames | null = null

const host = connectToHost<ToCamera, FromCamera>((message) => {
  if (message.type === 'canvas-frames') {
    canvasFrames = message.canvasFrames
    camera?.show(canvasFrames)
    return
  }
  open(message.camera).catch((error: Error) => {
    const code = error instanceof AppError ? error.code : 'internal'
    host.send({ type: 'failed', code, problem: error.message.split('\n')[0] ?? '' })
  })
})

async function open(wanted: CameraToFeed): Promise<void> {
  if (wanted.via === 'pipewire') {
    const [{ PipeWireCamera }, { loadPipeWire }] = await Promise.all([
      import('./pipewire-camera.ts'),
      import('../../../media/worker/native/pipewire.ts'),
    ])
    camera = new PipeWireCamera(loadPipeWire(), wanted, host.send)
  } else {
    const [{ LoopbackCamera }, { loadCompositor }] = await Promise.all([
      import('./loopback-camera.ts'),
      import('../compositor/load-compositor.ts'),
    ])
    camera = new LoopbackCamera(loadCompositor(), wanted, host.send)
  }
  camera.show(canvasFrames)
}

setInterval(() => {
  if (camera !== undefined) host.send({ type: 'frames', ...camera.statistics() })
}, 1000)

host.stopping.addEventListener('abort', () => {
  void (camera?.close() ?? Promise.resolve()).finally(() => host.end())
})
host.ready()
