import type { SourceReport } from '../../../../media/source-report.ts'
import { NodeFollower } from '../../../../media/worker/capture/pipewire/node-follower.ts'
import { PipeWireDevices } from '../../../../media/worker/capture/pipewire/pipewire-devices.ts'
import { loadPipeWire, type VideoEvent, type VideoInput } from '../../../../media/worker/native/pipewire.ts'
import type { CameraSettings } from '../../../document/kinds/cameras.ts'
import type { StartSource } from '../running-source.ts'

/** A camera of PipeWire. It is waited for, and goes on when it is plugged in again. */
export const startCamera: StartSource<CameraSettings> = (first, context) => {
  const addon = loadPipeWire()
  const devices = new PipeWireDevices(addon)
  const frameStore = context.stores.createFrameStore()
  let settings = first
  let shown = true
  let stopped = false
  let format: SourceReport['details'] = {}
  let last: SourceReport = { state: 'starting' }
  const report = (next: SourceReport): void => {
    last = next
    if (next.state !== 'running' && settings.whileAway === 'nothing') frameStore.clear()
    context.report(next.state === 'running' ? { ...next, details: { ...next.details, ...format } } : next)
  }
  const absent = (title: string | undefined): string =>
    settings.device === 'default' ? 'No camera is plugged in' : `The camera ${title ?? settings.device} is not plugged in`

  const follow = (): NodeFollower<VideoInput> =>
    new NodeFollower<VideoInput>({
      devices,
      choose: () => devices.nodes.find('camera', settings.device),
      open(node, listener) {
        const { width, height, frameRate } = settings
        const hear = (event: VideoEvent): void => {
          if (event.kind === 'state') listener(event)
          else if (event.kind === 'format') {
            format = { width: event.width, height: event.height, frameRate: event.rate, format: event.format }
            if (last.state === 'running') report(last)
          }
        }
        const wish = { width, height, rate: frameRate }
        const input = new addon.VideoInput({ name: node.title, store: frameStore.address, target: node.serial, ...wish }, hear)
        input.setShown(shown)
        return input
      },
      report,
      absent,
    })
  let follower: NodeFollower<VideoInput> | undefined
  const refollow = (): void => {
    follower?.stop()
    follower = undefined
    const rests = !shown && settings.whenHidden === 'close'
    report({ state: rests ? 'paused' : 'starting' })
    if (!rests) follower = follow()
  }
  refollow()

  return {
    frameStore,
    update(next) {
      const before = settings
      settings = next as CameraSettings
      const kept = (['device', 'width', 'height', 'frameRate', 'whenHidden'] as const).every((key) => before[key] === settings[key])
      if (!kept) refollow()
      else if (last.state !== 'running') report(last)
    },
    show(now) {
      if (now === shown) return
      shown = now
      if (settings.whenHidden === 'close') refollow()
      else follower?.stream?.setShown(shown)
    },
    stop() {
      if (stopped) return
      stopped = true
      follower?.stop()
      devices.close()
      frameStore.close()
    },
  }
}
