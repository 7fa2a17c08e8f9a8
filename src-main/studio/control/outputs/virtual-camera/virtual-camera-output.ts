import { AppError, isErrorCode } from '../../../../platform/errors.ts'
import { type SupervisedWorker, superviseWorker } from '../../../../platform/workers/supervise-worker.ts'
import { workerFile } from '../../../../platform/workers/worker-file.ts'
import type { VirtualCameraSettings } from '../../../document/kinds/output-kinds.ts'
import type { CanvasFrames, StoresListener, TakenStores } from '../../engine/studio-engine.ts'
import type { OutputContext, OutputStatistics, RunningOutput } from '../running-output.ts'
import { chooseCamera, loopbackDevices } from './choose-camera.ts'
import type { CameraToFeed, FromCamera, ToCamera } from './messages.ts'

const restart = { firstMs: 500, maxMs: 10_000, goodAfterMs: 10_000 } as const

/** A camera that other programs see: a process of its own hands them the canvas's frames out of shared memory. */
export class VirtualCameraOutput implements RunningOutput, StoresListener<CanvasFrames> {
  readonly #context: OutputContext
  readonly #camera: CameraToFeed
  readonly #shown: TakenStores
  readonly #worker: SupervisedWorker<ToCamera>
  #canvasFrames: CanvasFrames | null = null
  /** Programs can take the camera. */
  /** Why there is no camera yet. */
  #missing: AppError | undefined
  #open = false
  #taken = false
  #frames = 0
  #dropped = 0
  /** Of processes that are gone. */
  #before = { frames: 0, dropped: 0 }
  #gaps = 0
  #stopped = false

  /** Throws `studio.virtual_camera_missing`. */
  constructor(context: OutputContext) {
    this.#context = context
    const { id, canvas } = context.output
    const settings = context.output.settings as VirtualCameraSettings
    const way = chooseCamera(settings, process.platform, loopbackDevices())
    this.#camera =
      way.via === 'v4l2loopback'
        ? { ...way, muxer: 'v4l2' }
        : { ...way, node: `ami-streams-camera-${id}`, name: settings.name === '' ? 'AMI Streams camera' : settings.name }
    this.#worker = superviseWorker<FromCamera, ToCamera>({
      entry: workerFile('camera'),
      log: context.log,
      restart,
      onReady: () => {
        this.#worker.send({ type: 'open', camera: this.#camera })
        this.#worker.send({ type: 'canvas-frames', canvasFrames: this.#canvasFrames })
      },
      onMessage: (message) => this.#hear(message),
      onExit: () => {
        this.#open = false
        this.#before = { frames: this.#before.frames + this.#frames, dropped: this.#before.dropped + this.#dropped }
        this.#frames = this.#dropped = 0
        this.#take(false)
        if (!this.#stopped) context.onState('retrying')
      },
    })
    this.#shown = context.engine.showFrames(canvas, this)
  }

  onStores(canvasFrames: CanvasFrames): void {
    this.#canvasFrames = canvasFrames
    this.#worker.send({ type: 'canvas-frames', canvasFrames })
    if (this.#open && !this.#stopped) this.#context.onState('live')
  }

  onGap(): void {
    this.#gaps++
    this.#canvasFrames = null
    this.#worker.send({ type: 'canvas-frames', canvasFrames: null })
    if (!this.#stopped) this.#context.onState('retrying')
  }

  onFault(problem: string): void {
    this.#fail('studio.not_running', problem)
  }

  tick(): void {}

  statistics(): OutputStatistics {
    const camera = this.#camera
    return {
      via: camera.via,
      ...(camera.via === 'pipewire' ? { node: camera.node, name: camera.name } : { device: camera.device }),
      watched: this.#taken,
      frames: this.#before.frames + this.#frames,
      droppedFrames: this.#before.dropped + this.#dropped,
      gaps: this.#gaps,
    }
  }

  async command(): Promise<Readonly<Record<string, unknown>>> {
    return {}
  }

  async stop(): Promise<void> {
    if (this.#stopped) return
    this.#stopped = true
    this.#shown.close()
    await this.#worker.stop(500)
  }

  #hear(message: FromCamera): void {
    if (this.#stopped) return
    switch (message.type) {
      case 'live':
        this.#open = true
        this.#missing = undefined
        if (this.#canvasFrames !== null) this.#context.onState('live')
        break
      case 'waiting':
        this.#open = false
        // The process looks for one twice a second: the same problem is reported once.
        if (this.#missing?.message !== message.problem) this.#missing = new AppError('studio.virtual_camera_missing', message.problem)
        this.#context.onState('retrying', this.#missing)
        break
      case 'failed':
        this.#fail(isErrorCode(message.code) ? message.code : 'internal', message.problem)
        break
      case 'taken':
        this.#take(message.taken)
        break
      case 'frames':
        this.#frames = message.frames
        this.#dropped = message.dropped
    }
  }

  #take(taken: boolean): void {
    this.#taken = taken
    this.#shown.setTaken(taken)
  }

  #fail(code: AppError['code'], why: string): void {
    if (!this.#stopped) this.#context.onState('failed', new AppError(code, why))
  }
}
