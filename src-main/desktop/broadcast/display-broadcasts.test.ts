import { beforeEach, expect, it } from 'vitest'
import { ticks } from '../../formats/media-time.ts'
import { headers } from '../../formats/testing/header-samples.ts'
import type { Packet, Track } from '../../formats/track.ts'
import { videoTrack } from '../../formats/track-from-config.ts'
import type { StreamCarrier } from '../../media/stream-carrier.ts'
import { AppError } from '../../platform/errors.ts'
import type { DisplayTaker } from '../sessions/recording-wire.ts'
import { DisplayBroadcasts, streamNameOf } from './display-broadcasts.ts'

/** Displays that are sent live, into doubles of streams. */

let published: { readonly stream: string; readonly kick: (reason: AppError) => void; readonly log: string[] }[]
let takers: DisplayTaker[]
let ended: number
let lines: string[]
let changed: string[]
let broadcasts: DisplayBroadcasts
const track = videoTrack('v0', 'h264', new Uint8Array(headers.avcB)) as Track
const packet = (number: number, key = false): Packet => ({
  track,
  pts: ticks(number),
  dts: ticks(number),
  duration: ticks(1),
  key,
  data: Uint8Array.of(number),
})

beforeEach(() => {
  published = []
  takers = []
  ended = 0
  lines = []
  changed = []
  const publish: StreamCarrier['publish'] = async (stream, { title, maker, onKicked }) => {
    if (stream === 'taken') throw new AppError('publish.busy')
    const log = [`${maker} ${title}`]
    published.push({ stream, kick: onKicked, log })
    return {
      streamId: `id of ${stream}`,
      setTrack: ({ id }) => log.push(`track ${id}`),
      write: ({ dts }) => log.push(`packet ${dts}`),
      close: (how) => log.push(how),
    }
  }
  broadcasts = new DisplayBroadcasts({
    publish,
    audit: { record: ({ message }) => lines.push(message) },
    nameOf(display) {
      if (display === 'gone') throw new AppError('desktop.display_not_found')
      return `Name of ${display}`
    },
    async encode(display, audio, taker) {
      if (display === 'broken') throw new AppError('desktop.server_failed')
      takers.push(taker)
      lines.push(`${display} is encoded${audio ? ' with audio' : ''}`)
      return { wantKey: () => undefined, end: () => ended++ }
    },
    onChange: (display) => changed.push(display),
  })
})

it('goes into a stream of its name from a keyframe on, and again from one after a seam', async () => {
  const state = await broadcasts.start('one', {}, 'token:ann')
  expect(state).toMatchObject({ id: 'one', stream: 'name-of-one', streamId: 'id of name-of-one', audio: true })
  expect(broadcasts.liveAs('one')).toBe('name-of-one')
  const [taker] = takers as [DisplayTaker]
  taker.onTrack(track)
  for (const [number, key] of [false, true, false].entries()) taker.onPacket(packet(number, key))
  taker.onSeam()
  for (const [number, key] of [false, true].entries()) taker.onPacket(packet(number + 3, key))
  expect(published[0]!.log).toEqual(['desktop Name of one', 'track v0', 'packet 1', 'packet 2', 'packet 4'])
  expect(await broadcasts.end('one', 'local')).toEqual({ id: 'one', stream: null, streamId: null, audio: false, startedAt: null })
  taker.onPacket(packet(5, true))
  expect([published[0]!.log.at(-1), ended, changed]).toEqual(['unpublish', 1, ['one', 'one']])
  expect(lines).toEqual([
    'one is encoded with audio',
    'Display Name of one is sent live as the stream name-of-one',
    'Display Name of one is not sent live any more',
  ])
})

it('is one stream however often it is asked for, and has no audio where none is wanted', async () => {
  const wanted = { stream: 'desk', audio: false }
  const states = await Promise.all(['a', 'b', 'c'].map((actor) => broadcasts.start('one', wanted, actor)))
  expect(states.map(({ stream }) => stream)).toEqual(['desk', 'desk', 'desk'])
  expect([published.length, takers.length, lines[0]]).toEqual([1, 1, 'one is encoded'])
})

it('leaves nothing behind where it cannot be started, and is over when its stream or its display is', async () => {
  await expect(broadcasts.start('gone', {}, 'local')).rejects.toMatchObject({ code: 'desktop.display_not_found' })
  await expect(broadcasts.start('one', { stream: 'taken' }, 'local')).rejects.toMatchObject({ code: 'publish.busy' })
  await expect(broadcasts.start('broken', {}, 'local')).rejects.toMatchObject({ code: 'desktop.server_failed' })
  expect(published.map(({ log }) => log.at(-1))).toEqual(['unpublish'])
  expect([broadcasts.liveAs('one'), broadcasts.liveAs('broken')]).toEqual([null, null])
  await broadcasts.start('one', {}, 'local')
  published.at(-1)!.kick(new AppError('publish.kicked'))
  expect([broadcasts.liveAs('one'), ended, lines.at(-1)]).toEqual([null, 1, expect.stringContaining('was ended')])
  await broadcasts.start('one', {}, 'local')
  takers.at(-1)!.onEnd()
  expect([broadcasts.liveAs('one'), ended]).toEqual([null, 2])
  await broadcasts.start('one', {}, 'local')
  broadcasts.stop()
  expect(published.at(-1)!.log.at(-1)).toBe('unpublish')
})

it('has a name of what its display is called', () => {
  expect(['Build (2)', 'Größe é', '漢字', '--'].map(streamNameOf)).toEqual(['build-2', 'gro-e-e', 'desktop', 'desktop'])
})
