import { beforeEach, describe, expect, it, vi } from 'vitest'
import { videoTrack } from '../../formats/codecs/track-from-config.ts'
import { ticks } from '../../formats/media-time.ts'
import { headers } from '../../formats/testing/header-samples.ts'
import type { Packet, Track } from '../../formats/track.ts'
import type { StreamCarrier } from '../../media/stream-carrier.ts'
import { AppError } from '../../platform/errors.ts'
import { silentLogger } from '../../platform/telemetry/logger.ts'
import type { DisplayTaker } from '../sessions/recording-wire.ts'
import type { KeptBroadcast } from './broadcast-store.ts'
import { DisplayBroadcasts, streamNameOf } from './display-broadcasts.ts'

/** Displays that are sent live, into doubles of streams. */

let published: { readonly stream: string; readonly kick: (reason: AppError) => void; readonly log: string[] }[]
let takers: DisplayTaker[]
let ended: number
let lines: string[]
let changed: string[]
/** What is on the disk, by display. */
let stored: Map<string, KeptBroadcast>
let broadcasts: DisplayBroadcasts
/** Displays that are not encoded before that. */
let started: Record<string, Promise<void>>
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
  started = {}
  stored = new Map()
  broadcasts = open()
})

/** Those of the next host, which finds what is on the disk. */
function open(): DisplayBroadcasts {
  const publish: StreamCarrier['publish'] = async (stream, { title, keepsTitle, maker, onKicked }) => {
    if (stream === 'taken') throw new AppError('publish.busy')
    const log = [`${maker} ${title}${keepsTitle ? ' where it has none' : ''}`]
    published.push({ stream, kick: onKicked, log })
    return {
      streamId: `id of ${stream}`,
      setTrack: ({ id }) => log.push(`track ${id}`),
      write: ({ dts }) => log.push(`packet ${dts}`),
      close: (how) => log.push(how),
    }
  }
  return new DisplayBroadcasts({
    publish,
    log: silentLogger,
    store: { save: (kept) => void stored.set(kept.display, kept), remove: (display) => void stored.delete(display) },
    kept: [...stored.values()],
    audit: { record: ({ message }) => lines.push(message) },
    nameOf(display) {
      if (display === 'gone') throw new AppError('desktop.display_not_found')
      return `Name of ${display}`
    },
    async encode(display, audio, taker) {
      if (display === 'broken') throw new AppError('desktop.server_failed')
      await started[display]
      takers.push(taker)
      lines.push(`${display} is encoded${audio ? ' with audio' : ''}`)
      return { encoding: { wantKey: () => undefined, end: () => ended++ }, audio: audio && display !== 'silent' }
    },
    onChange: (display) => changed.push(display),
  })
}

it('goes into a stream of its name from a keyframe on, and again from one after a seam', async () => {
  const state = await broadcasts.start('one', {}, 'token:ann')
  expect(state).toMatchObject({ id: 'one', stream: 'name-of-one', streamId: 'id of name-of-one', audio: true })
  expect(broadcasts.liveAs('one')).toBe('name-of-one')
  const [taker] = takers as [DisplayTaker]
  taker.onTrack(track)
  for (const [number, key] of [false, true, false].entries()) taker.onPacket(packet(number, key))
  taker.onSeam()
  for (const [number, key] of [false, true].entries()) taker.onPacket(packet(number + 3, key))
  expect(published[0]!.log).toEqual(['desktop Name of one where it has none', 'track v0', 'packet 1', 'packet 2', 'packet 4'])
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
  broadcasts.stop(false)
  expect(published.at(-1)!.log.at(-1)).toBe('unpublish')
})

it('says that it has audio where some is sent', async () => {
  expect((await broadcasts.start('silent', {}, 'local')).audio).toBe(false)
  expect((await broadcasts.start('one', { audio: false }, 'local')).audio).toBe(false)
  expect((await broadcasts.start('two', {}, 'local')).audio).toBe(true)
})

it('ends at once while another display is started, and while it is started itself', async () => {
  await broadcasts.start('one', {}, 'local')
  const { promise, resolve } = Promise.withResolvers<void>()
  started.slow = promise
  const starting = broadcasts.start('slow', {}, 'local')
  expect((await broadcasts.end('one', 'local')).stream).toBeNull()
  expect([published[0]!.log.at(-1), published[1]!.log.at(-1)]).toEqual(['unpublish', 'desktop Name of slow where it has none'])
  const over = broadcasts.end('slow', 'local')
  expect([published[1]!.log.at(-1), broadcasts.liveAs('slow')]).toEqual(['unpublish', null])
  resolve()
  await expect(starting).rejects.toThrow('ended while it was started')
  expect([(await over).stream, ended]).toEqual([null, 2])
  expect((await broadcasts.start('slow', {}, 'local')).stream).toBe('name-of-slow')
})

describe('after the host has ended', () => {
  const live = (): (string | null)[] => ['one', 'two'].map((display) => broadcasts.liveAs(display))
  const next = (running: readonly string[]): void => {
    broadcasts = open()
    broadcasts.goOn(new Set(running))
  }

  it('goes on where the display still runs, and where it does not when it is started', async () => {
    await broadcasts.start('one', { stream: 'first', audio: false }, 'local')
    await broadcasts.start('two', {}, 'local')
    broadcasts.stop(false)
    lines = []
    next(['one'])
    await vi.waitFor(() => expect(live()).toEqual(['first', null]))
    expect(broadcasts.keptAs('two')).toBe('name-of-two')
    expect(lines[0]).toBe('one is encoded')
    broadcasts.displayStarted('two')
    await vi.waitFor(() => expect(live()).toEqual(['first', 'name-of-two']))
  })

  it('is over where a person ended it, its stream or the host, or where the display was removed', async () => {
    const ends = [
      () => broadcasts.end('one', 'local'),
      () => published.at(-1)!.kick(new AppError('publish.kicked')),
      () => broadcasts.removeDisplay('one'),
      () => broadcasts.stop(true),
    ]
    for (const end of ends) {
      await broadcasts.start('one', {}, 'local')
      expect(stored.size).toBe(1)
      await end()
      broadcasts.stop(false)
      expect(stored.size).toBe(0)
      next(['one'])
      expect(broadcasts.keptAs('one')).toBeNull()
    }
  })

  it('goes on when its display ended and is started again, also before that was noticed', async () => {
    broadcasts.goOn(new Set(['one']))
    await broadcasts.start('one', {}, 'local')
    takers.at(-1)!.onEnd()
    expect([live()[0], broadcasts.keptAs('one')]).toEqual([null, 'name-of-one'])
    broadcasts.displayStarted('one')
    await vi.waitFor(() => expect(live()[0]).toBe('name-of-one'))
    broadcasts.displayStarted('one')
    expect(live()[0]).toBeNull()
    await vi.waitFor(() => expect([live()[0], takers.length]).toEqual(['name-of-one', 3]))
  })

  it('says why it did not go on, and tries again at the next start', async () => {
    stored.set('one', { display: 'one', stream: 'taken', audio: true })
    next(['one'])
    await vi.waitFor(() => expect(lines.at(-1)).toContain('the stream taken of a display did not go on'))
    expect([live()[0], broadcasts.keptAs('one')]).toEqual([null, 'taken'])
    expect((await broadcasts.end('one', 'local')).stream).toBeNull()
    expect(stored.size).toBe(0)
  })
})

it('has a name of what its display is called', () => {
  const names = ['Build (2)', 'Größe é', '漢字', '--'].map((name, at) => streamNameOf(name, `${at}bcdefghijkl`))
  expect(names).toEqual(['build-2', 'gro-e-e', 'desktop-2bcdefgh', 'desktop-3bcdefgh'])
})

it('does not go on by itself where the person before the display took it back', async () => {
  await broadcasts.start('one', {}, 'local')
  takers[0]!.onEnd()
  expect(stored.size).toBe(1)
  broadcasts.withdraw('one')
  expect(stored.size).toBe(0)
  broadcasts = open()
  broadcasts.goOn(new Set(['one']))
  broadcasts.displayStarted('one')
  await broadcasts.end('one', 'local')
  expect(published.length).toBe(1)
})
