import { describe, expect, it } from 'vitest'
import { ticks } from '../../formats/media-time.ts'
import type { Track } from '../../formats/track.ts'
import type { LiveStream } from '../../media/live-stream.ts'
import { StreamRun } from '../hub/run/stream-run.ts'
import { feedPackets } from './packet-feed.ts'
import { PacketRuns } from './packet-runs.ts'

const log: any = { error() {} }

const video: Track = {
  ...{ id: 'v0', kind: 'video', codec: 'h264', codecString: 'avc1.42e01f', timescale: 90_000 },
  ...{ config: new Uint8Array([1, 2, 3]), width: 640, height: 360 },
}

/** A run at the origin whose frame number is in its packets; every tenth is a keyframe. */
function publish(epoch = 'e1') {
  const run = new StreamRun({ id: 'st_show', name: 'show', epoch, log, nowMs: 1000 })
  run.setTrack(video)
  let frame = 0
  return {
    run,
    frames(count: number, bytes = 10) {
      for (const end = frame + count; frame < end; frame++) {
        const at = ticks(frame * 3000)
        const data = new Uint8Array(bytes).fill(frame % 251)
        run.deliver({ track: video, pts: at, dts: at, duration: ticks(3000), key: frame % 10 === 0, data })
      }
    },
  }
}

const sourceOf = (first: LiveStream | undefined) => {
  const state = { guarded: false, next: (_: LiveStream | undefined): void => undefined }
  return {
    state,
    follow: (listener: (run: LiveStream | undefined) => void) => {
      state.next = listener
      listener(first)
      return () => undefined
    },
    isGuarded: () => state.guarded,
  }
}

const sinkOf = (runs: PacketRuns, state = { space: Number.POSITIVE_INFINITY, bytes: 0 }) => ({
  state,
  write(json: string, data: Uint8Array = new Uint8Array()) {
    state.bytes += data.length
    runs.take(JSON.parse(json), data)
  },
  hasSpace: () => state.bytes < state.space,
})

/** The times of the packets that a peer gets, in frames. */
function played(run: LiveStream | undefined): number[] {
  const frames: number[] = []
  run?.subscribe(
    { onTrack() {}, onPacket: ({ pts }) => frames.push(pts / 3000), onDiscontinuity() {}, onEnd: () => frames.push(-1) },
    { from: 'keyframe' },
  )
  return frames
}

describe('packets of a stream at a node', () => {
  it('are those of the origin, from the newest keyframe on', () => {
    const { run, frames } = publish()
    frames(14)
    const runs = new PacketRuns(log)
    feedPackets('show', sourceOf(run), sinkOf(runs))
    frames(3)
    const got = runs.find('show')
    expect([got?.id, got?.epoch, got?.originTimeMs, got?.tracks]).toEqual(['st_show', 'e1', 1000, [video]])
    expect(played(got)).toEqual([10, 11, 12, 13, 14, 15, 16])
  })

  it('go on after a break without one that came before, and with nothing of another run', () => {
    const { run, frames } = publish()
    frames(12)
    const runs = new PacketRuns(log)
    const first = feedPackets('show', sourceOf(run), sinkOf(runs))
    const got = runs.find('show')
    const peer = played(got)
    first.stop()
    frames(3)
    const source = sourceOf(run)
    feedPackets('show', source, sinkOf(runs))
    frames(1)
    expect(runs.find('show')).toBe(got)
    expect(peer).toEqual([10, 11, 12, 13, 14, 15])
    const next = publish('e2')
    next.frames(2)
    source.state.next(next.run)
    expect(peer.at(-1)).toBe(-1)
    expect(played(runs.find('show'))).toEqual([0, 1])
    source.state.next(undefined)
    expect(runs.find('show')).toBeUndefined()
  })

  it('wait for space, and those that a keyframe makes useless are left out', () => {
    const { run, frames } = publish()
    frames(1)
    const runs = new PacketRuns(log)
    const sink = sinkOf(runs)
    const feed = feedPackets('show', sourceOf(run), sink)
    const peer = played(runs.find('show'))
    sink.state.space = sink.state.bytes
    frames(5)
    expect(peer).toEqual([0])
    sink.state.space = Number.POSITIVE_INFINITY
    feed.resume()
    expect(peer).toEqual([0, 1, 2, 3, 4, 5])
    sink.state.space = sink.state.bytes
    frames(8)
    sink.state.space = Number.POSITIVE_INFINITY
    feed.resume()
    expect(peer).toEqual([0, 1, 2, 3, 4, 5, 10, 11, 12, 13])
  })

  it('are bounded while a node takes nothing, and start again with a keyframe', () => {
    const { run, frames } = publish()
    frames(1)
    const runs = new PacketRuns(log)
    const sink = sinkOf(runs)
    const feed = feedPackets('show', sourceOf(run), sink)
    const peer = played(runs.find('show'))
    sink.state.space = 0
    frames(9, 1024 * 1024)
    sink.state.space = Number.POSITIVE_INFINITY
    feed.resume()
    // eight MiB wait at most: the ninth had all of them dropped
    expect(peer).toEqual([0])
    frames(3)
    expect(peer).toEqual([0, 10, 11, 12])
  })

  it('say whether the origin decides about each viewer, and are known once it has said anything', () => {
    const { run, frames } = publish()
    frames(1)
    const runs = new PacketRuns(log)
    let known = 0
    runs.whenListed('show', 60_000, () => known++)
    expect(runs.isGuarded('show')).toBe(true)
    const source = sourceOf(run)
    source.state.guarded = true
    feedPackets('show', source, sinkOf(runs))
    expect([known, runs.isGuarded('show')]).toEqual([1, true])
    runs.drop('show')
    expect([runs.find('show'), runs.isListed('show')]).toEqual([undefined, false])
  })

  it('do not end a node where a record is about what it has left', () => {
    const runs = new PacketRuns(log)
    runs.take({ type: 'packet', name: 'show', track: 'v0', pts: 0, dts: 0, duration: 1, key: true }, new Uint8Array(1))
    runs.take({ type: 'packetGuard', name: 'show', guarded: false }, new Uint8Array())
    expect(runs.find('show')).toBeUndefined()
  })
})
