import type { AudioOutput, PipeWireAddon } from '../../../native/pipewire.ts'
import { NodeFollower } from '../../pipewire/node-follower.ts'
import { PipeWireDevices } from '../../pipewire/pipewire-devices.ts'
import { type AudioSystem, type AudioTarget, audioRate } from '../audio-capturer.ts'
import { ApplicationFollower } from './application-follower.ts'

/** Audio through PipeWire: this user's, or that of a full path of a socket, which is captured and not played on. */
export function createPipeWireAudio(addon: PipeWireAddon, server?: string): AudioSystem {
  const devices = new PipeWireDevices(addon, server)
  const place = server === undefined ? {} : { server }
  const open = new Set<{ stop(): void }>()
  const kept = (follower: { stop(): void }): (() => void) => {
    open.add(follower)
    return () => {
      if (open.delete(follower)) follower.stop()
    }
  }
  return {
    async devices(kind) {
      await devices.settled()
      return devices.nodes.list(kind)
    },
    capture(target, store, report) {
      if (target.kind === 'application') {
        const follower = new ApplicationFollower({
          devices,
          application: target.device,
          open: (listener) => new addon.AudioInput({ name: target.device, store: store.address, ...place }, listener),
          report,
        })
        return { stop: kept(follower) }
      }
      const { kind, device, passive = false } = target
      const follower = new NodeFollower({
        devices,
        choose: () => devices.nodes.find(kind, device),
        open: (node, listener) =>
          new addon.AudioInput(
            { name: node.title, store: store.address, target: node.serial, monitor: kind === 'speaker', passive, ...place },
            listener,
          ),
        report,
        passive,
        absent: (title) => absent(target, title),
      })
      return { stop: kept(follower) }
    },
    play(device, report) {
      const target: AudioTarget = { kind: 'speaker', device }
      const follower = new NodeFollower<AudioOutput>({
        devices,
        choose: () => devices.nodes.find('speaker', device),
        open: (node, listener) => new addon.AudioOutput({ name: 'Monitor', target: node.serial, sampleRate: audioRate }, listener),
        report,
        absent: (title) => absent(target, title),
      })
      return {
        write: (samples) => follower.stream?.write(samples),
        statistics: () => follower.stream?.statistics() ?? { queuedMs: 0, underruns: 0, droppedFrames: 0 },
        stop: kept(follower),
      }
    },
    close() {
      for (const follower of open) follower.stop()
      open.clear()
      devices.close()
    },
  }
}

function absent({ kind, device }: AudioTarget, title: string | undefined): string {
  if (device === 'default') return `There is no ${kind}`
  return `The ${kind} ${title ?? device} is not plugged in`
}
