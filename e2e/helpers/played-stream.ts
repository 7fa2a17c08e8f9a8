import type { Packet, Track } from '../../src-main/formats/track.ts'
import { audioTicks } from '../../src-main/live/hub/publishers/joining/audio-ticks.ts'
import type { Publication } from '../../src-main/live/hub/publishers/publisher.ts'
import { StreamRun } from '../../src-main/live/hub/run/stream-run.ts'
import { Timeline } from '../../src-main/live/hub/run/timeline.ts'
import { MediaReceiver } from '../../src-main/live/protocols/flv/media-receiver.ts'
import type { LiveStream } from '../../src-main/media/live-stream.ts'
import { readFlv } from './flv.ts'
import { quietLog } from './quiet-log.ts'

export interface PlayedStream {
  readonly stream: StreamRun
  /** Resolves when the file is through. */
  readonly played: Promise<void>
  stop(): void
}

/** A stream within the test, fed from an FLV file at its own pace: what is between a publisher and the parts under test. */
export function playFile(file: string): PlayedStream {
  const run = new StreamRun({ id: 'st_test', name: 'test', epoch: 'e1', log: quietLog, nowMs: Date.now() })
  const timeline = new Timeline({ startMs: 0, floorMs: 0, audioTicks })
  const publication: Publication = {
    streamName: 'test',
    streamId: 'st_test',
    setTrack: (track) => {
      timeline.setTrack(track)
      run.setTrack(track)
    },
    write: (packet) => {
      const placed = timeline.place(packet, performance.now())
      if (placed) run.deliver(placed)
    },
    setMetadata: () => undefined,
    report: (fault) => {
      throw fault
    },
    close: () => undefined,
  }
  const receiver = new MediaReceiver(publication, 16, (reason) => {
    throw reason
  })
  const tags = readFlv(file)
  const startedAt = performance.now()
  let next = 0
  let stopped = false
  const played = new Promise<void>((resolve) => {
    const step = (): void => {
      while (!stopped && next < tags.length && tags[next]!.timestampMs <= performance.now() - startedAt) {
        const tag = tags[next++]!
        if (tag.type === 9) receiver.onVideo(tag.timestampMs, tag.body)
        else if (tag.type === 8) receiver.onAudio(tag.timestampMs, tag.body)
      }
      if (!stopped && next < tags.length) setTimeout(step, 5)
      else {
        run.end('ended')
        resolve()
      }
    }
    step()
  })
  return {
    stream: run,
    played,
    stop: () => {
      stopped = true
    },
  }
}

export interface Taken {
  readonly tracks: Track[]
  /** With the time at which it was taken, ms of `performance.now()`. */
  readonly packets: (Packet & { readonly atMs: number })[]
  readonly ended: Promise<void>
  leave(): void
}

/** Everything that a stream gives a subscriber. */
export function take(stream: LiveStream): Taken {
  const tracks: Track[] = []
  const packets: Taken['packets'] = []
  let onEnd = (): void => undefined
  const ended = new Promise<void>((resolve) => {
    onEnd = resolve
  })
  const leave = stream.subscribe(
    {
      onTrack: (track) => tracks.push(track),
      onPacket: (packet) => packets.push({ ...packet, atMs: performance.now() }),
      onDiscontinuity: () => undefined,
      onEnd,
    },
    { from: 'keyframe' },
  )
  return { tracks, packets, ended, leave }
}
