import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { Packet, Track } from '../../../formats/track.ts'
import type { SendAim, SendEvents, StreamCarrier } from '../../../media/stream-carrier.ts'
import { AppError } from '../../../platform/errors.ts'
import { createEventBus } from '../../../platform/events/event-bus.ts'
import type { AppEvent, EventBus } from '../../../platform/events/events.ts'
import { silentLogger } from '../../../platform/telemetry/logger.ts'
import { openReach } from '../../../platform/testing/open-reach.ts'
import type { Collection } from '../../document/collection.ts'
import type { Output } from '../../document/schemas/output-schemas.ts'
import type { StateStore } from '../state-store.ts'
import { FileBook } from './files/file-book.ts'
import type { StoredFile } from './files/studio-file.ts'
import { Outputs } from './outputs.ts'
import { FedEngine } from './testing/fed-engine.ts'

const scratch = mkdtempSync(join(tmpdir(), 'ami-outputs-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

const video = { codec: 'h264', bitrateKbps: 2000, bFrames: 0 } as Output['video']
const aac = { codec: 'aac', bitrateKbps: 128, track: 1 } as Output['audio'][number]

function output(id: string, kind: string, settings: Output['settings'], more: Partial<Output> = {}): Output {
  return { id, name: id, kind, autostart: false, canvas: 'main', video, audio: [aac], settings, ...more } as Output
}

function collectionOf(...outputs: Output[]): Collection {
  return {
    frameRate: { numerator: 30, denominator: 1 },
    canvases: [{ id: 'main', name: 'Main', scene: 's1' }],
    scenes: [
      { id: 's1', name: 'Welcome' },
      { id: 's2', name: 'Game' },
    ],
    outputs,
  } as unknown as Collection
}

/** A carrier that writes down what it is asked for. */
class CarrierDouble {
  readonly published: { stream: string; tracks: Track[]; packets: Packet[]; closed: string | undefined; kick: (why: AppError) => void }[] =
    []
  readonly sent: { aim: SendAim; events: SendEvents; stopped: boolean; retries: number; queuedMs: number }[] = []
  refuses: AppError | undefined

  readonly carrier = {
    publish: async (stream: string, { onKicked }: { onKicked: (why: AppError) => void }) => {
      if (this.refuses !== undefined) throw this.refuses
      const made = { stream, tracks: [] as Track[], packets: [] as Packet[], closed: undefined as string | undefined, kick: onKicked }
      this.published.push(made)
      return {
        streamId: `id of ${stream}`,
        setTrack: (track: Track) => void made.tracks.push(track),
        write: (packet: Packet) => void made.packets.push(packet),
        close: (how: string) => {
          made.closed ??= how
        },
      }
    },
    send: (aim: SendAim, _feed: unknown, events: SendEvents) => {
      if (aim.url.includes('bad')) throw new AppError('destination.address_invalid')
      const made = { aim, events, stopped: false, retries: 0, queuedMs: 0 }
      this.sent.push(made)
      events.onState('connecting', undefined)
      return {
        retry: () => made.retries++,
        stop: () => {
          made.stopped = true
        },
        statistics: () => ({
          bitrateKbps: 1,
          bytes: 1,
          frames: 1,
          droppedFrames: 0,
          queuedMs: made.queuedMs,
          rttMs: null,
          packetsLost: null,
          packetsRetransmitted: null,
          reconnects: 0,
        }),
      }
    },
  } as unknown as StreamCarrier
}

/** A store that outlives hosts. */
function storeDouble(): StateStore & { readonly kept: Map<string, unknown> } {
  const kept = new Map<string, unknown>()
  return {
    kept,
    get: (key) => structuredClone(kept.get(key)),
    set: (key, value) => void kept.set(key, value),
    written: async () => undefined,
  }
}

async function setUp(...made: Output[]) {
  return setUpHost({}, ...made)
}

async function setUpHost({ store = storeDouble(), now = Date.now }: { store?: StateStore; now?: () => number }, ...made: Output[]) {
  const engine = new FedEngine()
  const double = new CarrierDouble()
  const events = createEventBus(silentLogger)
  const heard: AppEvent[] = []
  events.subscribe((event) => heard.push(event))
  const files = await openBook(events)
  const folder = mkdtempSync(join(scratch, 'files-'))
  const audited: object[] = []
  const audit = { record: (line: object) => void audited.push(line) }
  const reach = { policy: () => openReach }
  const dependencies = { engine, carrier: double.carrier, events, audit, log: silentLogger, files, folder, reach, now, store }
  const outputs = new Outputs({ ...dependencies, resumeWithinMs: () => 600_000 })
  outputs.sync(collectionOf(...made))
  const state = (id: string) => outputs.list().find((each) => each.id === id)
  return { engine, double, outputs, files, folder, heard, audited, state }
}

/** The list of files as a host finds it that starts. */
function openBook(events: EventBus, stored: readonly StoredFile[] = []): Promise<FileBook> {
  const rows = stored.map((file) => ({ file: JSON.stringify(file) }))
  const database = { selectFrom: () => ({ selectAll: () => ({ orderBy: () => ({ execute: async () => rows }) }) }) } as never
  return FileBook.open({
    database,
    writes: { enqueue: () => undefined },
    events,
    log: silentLogger,
    posters: join(tmpdir(), 'no-pictures'),
    posterOf: async () => undefined,
    retention: { expired: async () => [] },
  })
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('outputs', () => {
  it('fail one by one: neither a wrong URL nor a broken connection touches another', async () => {
    const { engine, double, outputs, audited, state } = await setUp(
      output('good', 'rtmp', { url: 'rtmp://a/live', key: 'hush-hush-key' }),
      output('bad', 'rtmp', { url: 'rtmp://bad/live' }),
      output('whip', 'whip', { url: 'https://a/whip' }),
    )
    await outputs.start('good')
    await expect(outputs.start('bad')).rejects.toMatchObject({ code: 'destination.address_invalid' })
    await expect(outputs.start('whip')).rejects.toMatchObject({ code: 'studio.output_invalid', details: { field: 'audio.0.codec' } })
    await expect(outputs.start('other')).rejects.toMatchObject({ code: 'studio.output_not_found' })
    engine.begin()
    double.sent[0]?.events.onState('live', undefined)
    expect(outputs.list().map((each) => each.state)).toEqual(['live', 'failed', 'failed'])
    double.sent[0]?.events.onState('retrying', new AppError('destination.closed'))
    expect(state('good')).toMatchObject({ state: 'retrying', error: { code: 'destination.closed' } })
    expect(audited).toContainEqual({ kind: 'error', code: 'destination.closed', message: expect.stringMatching(/^output good: ./) })
    await outputs.command('good', 'retry', {})
    expect(double.sent[0]?.retries).toBe(1)
    await expect(outputs.command('bad', 'retry', {})).rejects.toMatchObject({ code: 'studio.output_off' })
    await expect(outputs.command('good', 'save', {})).rejects.toMatchObject({ code: 'studio.output_command_unknown' })
    expect(JSON.stringify(outputs.list())).not.toContain('hush-hush-key')
    await outputs.close(false)
    expect(double.sent[0]?.stopped).toBe(true)
    expect(engine.encodings.size).toBe(0)
  })

  it('restart when they are changed, stay when only their name is, and end when they are removed', async () => {
    const first = output('x', 'rtmp', { url: 'rtmp://a/live' })
    const { double, outputs, heard } = await setUp(first)
    await outputs.start('x')
    outputs.sync(collectionOf({ ...first, name: 'Another' }))
    await turn()
    expect(double.sent).toHaveLength(1)
    outputs.sync(collectionOf({ ...first, settings: { url: 'rtmp://b/live' } }))
    await outputs.start('x')
    expect(double.sent.map(({ aim, stopped }) => [aim.url, stopped])).toEqual([
      ['rtmp://a/live', true],
      ['rtmp://b/live', false],
    ])
    outputs.sync(collectionOf())
    await turn()
    expect(double.sent[1]?.stopped).toBe(true)
    expect(heard.at(-1)).toMatchObject({ topic: 'studio.output.removed', data: { id: 'x' } })
    await outputs.close(false)
  })

  it('have an encoder of their own where they give way to the network, and tell what it makes', async () => {
    const settings = { url: 'rtmp://a/live', adaptive: true, minBitrateKbps: 500 }
    const { engine, double, outputs, heard, state } = await setUp(output('x', 'rtmp', settings))
    await outputs.start('x')
    const [own] = engine.encodings
    expect(own?.request).toMatchObject({ owner: 'x' })
    const sent = double.sent[0]!
    sent.events.onState('live', undefined)
    const second = (): void => outputs.second()
    for (let index = 0; index < 30; index++) {
      sent.queuedMs += 500
      second()
    }
    expect(own?.bitrateKbps).toBe(500)
    expect(state('x')?.statistics).toMatchObject({ targetKbps: 500 })
    expect(heard.filter(({ topic }) => topic === 'studio.output.bitrate')[0]?.data).toMatchObject({
      id: 'x',
      why: 'congestion',
    })
    await outputs.close(false)
  })
})

describe('a host that comes back', () => {
  const sent = (id: string, more: Partial<Output> = {}): Output => output(id, 'rtmp', { url: `rtmp://${id}/live` }, more)

  it('goes on with what ran, in the same session and paused where it was, and not with what a person stopped or what had failed', async () => {
    const store = storeDouble()
    const made = [sent('a'), sent('b', { autostart: true }), sent('c'), output('file', 'recording', {}), sent('d', { autostart: true })]
    const first = await setUpHost({ store, now: () => 1_000_000 }, ...made)
    first.outputs.autostart()
    for (const id of ['a', 'c', 'file']) await first.outputs.start(id)
    await first.outputs.command('file', 'pause', {})
    await first.outputs.stop('b')
    first.double.sent.find(({ aim }) => aim.url.includes('//c/'))?.events.onState('failed', new AppError('destination.refused'))
    await expect(first.outputs.start('nothing')).rejects.toMatchObject({ code: 'studio.output_not_found' })
    const { session } = (store.kept.get('outputs') as { running: Record<string, { session: string }> }).running.file!
    // It is killed here; the next one has the same store.
    const next = await setUpHost({ store, now: () => 1_500_000 }, ...made)
    next.outputs.resume()
    // Behind what was started by itself.
    await next.outputs.start('file')
    expect(next.outputs.list().map(({ id, state }) => [id, state])).toEqual([
      ['a', 'starting'],
      ['b', 'off'],
      ['c', 'off'],
      ['file', 'paused'],
      ['d', 'starting'],
    ])
    expect(next.state('a')?.startedAt).toBe(new Date(1_000_000).toISOString())
    expect(next.state('c')).toMatchObject({ error: { code: 'studio.output_left_off' } })
    expect(next.state('c')?.error?.message).toContain('destination.refused')
    await next.outputs.command('file', 'resume', {})
    next.engine.begin()
    next.engine.feed(2)
    expect(next.files.list()).toMatchObject([{ session, part: 1 }])
    await first.outputs.close(false)
    await next.outputs.close(false)
  })

  it('leaves off what ran too long ago, what another collection has, and what a person ended with the host', async () => {
    const back = async (store: StateStore, now: number, how: 'resume' | 'autostart') => {
      const { outputs, state } = await setUpHost({ store, now: () => now }, sent('a'))
      outputs[how]()
      await turn()
      const reported = state('a')
      await outputs.close(false)
      return [reported?.state, reported?.error?.code, reported?.error?.message]
    }
    const ran = async (byPerson: boolean) => {
      const store = storeDouble()
      const { outputs } = await setUpHost({ store, now: () => 0 }, sent('a'))
      await outputs.start('a')
      await outputs.close(byPerson)
      return store
    }
    expect(await back(await ran(false), 599_000, 'resume')).toEqual(['starting', undefined, undefined])
    const late = await ran(false)
    expect(await back(late, 36_000_000, 'resume')).toEqual(['off', 'studio.output_left_off', expect.stringContaining('away for 10 hours')])
    expect(await back(late, 36_000_001, 'resume')).toEqual(['off', undefined, undefined])
    expect(await back(await ran(false), 1000, 'autostart')).toEqual(['off', 'studio.output_left_off', expect.anything()])
    expect(await back(await ran(true), 1000, 'resume')).toEqual(['off', undefined, undefined])
    // One that ends each time soon after it came back is not started for ever.
    const falling = await ran(false)
    const states: unknown[] = []
    for (let times = 0; times < 6; times++) {
      const { outputs, state } = await setUpHost({ store: falling, now: () => 0 }, sent('a'))
      outputs.resume()
      await turn()
      states.push(state('a')?.state)
    }
    expect(states).toEqual([...Array(5).fill('starting'), 'off'])
  })
})

describe("a stream of the host's own", () => {
  it('is given the very same bytes, keeps its viewers over a gap, and ends when the output is stopped', async () => {
    const { engine, double, outputs, state } = await setUp(output('x', 'host', { stream: 'show' }))
    await outputs.start('x')
    engine.begin()
    engine.feed(1.5)
    await turn()
    engine.feed(1)
    expect(state('x')?.state).toBe('live')
    expect(double.published[0]?.tracks.map(({ id }) => id)).toEqual(['v0', 'a0'])
    expect(double.published[0]?.packets[0]).toMatchObject({ key: true, pts: 90_000 })
    engine.die(2)
    expect(double.published[0]?.closed).toBe('lost')
    expect(state('x')).toMatchObject({ state: 'retrying', statistics: { gaps: 1 } })
    engine.feed(1.6)
    await turn()
    expect(state('x')?.state).toBe('live')
    await outputs.stop('x')
    expect(double.published.map(({ closed }) => closed)).toEqual(['lost', 'unpublish'])
    await outputs.close(false)
  })

  it('ends also when it is stopped in the middle of a gap; one that was rejected or kicked waits for a command', async () => {
    const { engine, double, outputs, state } = await setUp(output('x', 'host', { stream: 'show' }))
    await outputs.start('x')
    engine.begin()
    engine.feed(1)
    await turn()
    double.published[0]?.kick(new AppError('publish.kicked'))
    engine.feed(1)
    await turn()
    expect(state('x')).toMatchObject({ state: 'failed', error: { code: 'publish.kicked' } })
    await outputs.command('x', 'retry', {})
    engine.feed(1)
    await turn()
    expect(state('x')?.state).toBe('live')
    engine.die(1)
    await outputs.stop('x')
    expect(double.published.at(-1)?.closed).toBe('unpublish')
    double.refuses = new AppError('publish.busy')
    await outputs.start('x')
    engine.begin()
    engine.feed(1)
    await turn()
    expect(state('x')).toMatchObject({ state: 'failed', error: { code: 'publish.busy' } })
    await outputs.close(false)
  })
})

describe('an output that comes back while it is still ending', () => {
  it('starts behind its end, and none starts when the host has ended', async () => {
    const first = output('x', 'host', { stream: 'show' })
    const { engine, double, outputs, state } = await setUp(first)
    await outputs.start('x')
    engine.begin()
    engine.feed(1)
    // Removed while its stream is being opened, and there again by undo.
    outputs.sync(collectionOf())
    outputs.sync(collectionOf(first))
    await outputs.start('x')
    expect(double.published.map(({ closed }) => closed)).toEqual(['unpublish'])
    engine.begin()
    engine.feed(1)
    await turn()
    expect(state('x')?.state).toBe('live')
    const closing = outputs.close(false)
    await expect(outputs.start('x')).rejects.toMatchObject({ code: 'studio.not_running' })
    await closing
  })
})

describe('a recording', () => {
  it('goes on in a new part when the process dies, splits on command, marks chapters, and leaves out a pause', async () => {
    const tracks = [aac, { ...aac, track: 3 }]
    const settings = { name: '{output} {canvas} {scene} {part}', chapters: 'scenes' }
    const { engine, outputs, files, folder, state } = await setUp(output('x', 'recording', settings, { audio: tracks }))
    await outputs.start('x')
    expect(state('x')?.state).toBe('starting')
    engine.begin()
    engine.feed(3)
    expect(state('x')?.state).toBe('live')
    engine.notify({ kind: 'switched', canvas: 'main', scene: 's2', transition: null, frame: 60 })
    await outputs.command('x', 'chapter', { name: 'A goal' })
    await expect(outputs.command('x', 'chapter', {})).rejects.toMatchObject({ code: 'request.invalid' })
    await outputs.command('x', 'pause', {})
    expect(state('x')?.state).toBe('paused')
    engine.feed(10)
    await outputs.command('x', 'resume', {})
    engine.feed(2)
    engine.die(5)
    engine.feed(2)
    await outputs.command('x', 'split', {})
    engine.feed(2)
    await outputs.stop('x')
    const [first, second, third] = files.list()
    expect(readdirSync(folder).sort()).toEqual(['x_Main_Game_002.mp4', 'x_Main_Game_003.mp4', 'x_Main_Welcome_001.mp4'])
    expect(files.list().map((file) => file.state)).toEqual(['complete', 'complete', 'complete'])
    // 3 s, then 2 s after a pause of which nothing is seen
    expect(Math.abs((first?.durationMs ?? 0) - 5000)).toBeLessThan(80)
    expect(Math.abs((second?.durationMs ?? 0) - 2000)).toBeLessThan(80)
    expect(Math.abs((third?.durationMs ?? 0) - 2000)).toBeLessThan(80)
    expect(first?.chapters.map(({ name }) => name)).toEqual(['Welcome', 'Game', 'A goal'])
    expect(first?.chapters[1]?.atMs).toBe(2000)
    expect(first?.tracks.map(({ name }) => name)).toEqual(['Main', 'Track 1', 'Track 3'])
    await outputs.close(false)
  })

  it('has a file of its own where another starts at the same moment with the same name', async () => {
    const { engine, outputs, folder, files } = await setUp(
      output('x', 'recording', { name: 'same' }),
      output('y', 'recording', { name: 'same' }),
    )
    await Promise.all([outputs.start('x'), outputs.start('y')])
    engine.begin()
    engine.feed(2)
    expect(outputs.list().map(({ state }) => state)).toEqual(['live', 'live'])
    await outputs.close(false)
    expect(readdirSync(folder).sort()).toEqual(['same-2.mp4', 'same.mp4'])
    expect(files.list().map(({ state }) => state)).toEqual(['complete', 'complete'])
  })

  it('says which folder it cannot write to', async () => {
    const { outputs } = await setUp(output('x', 'recording', { folder: '/proc/nowhere' }), output('y', 'recording', { folder: '../up' }))
    await expect(outputs.start('x')).rejects.toMatchObject({ code: 'studio.folder_unusable' })
    await expect(outputs.start('y')).rejects.toMatchObject({ code: 'studio.folder_unusable' })
    await outputs.close(false)
  })
})

describe('a replay buffer', () => {
  it('keeps the last seconds, and saves them from a keyframe on', async () => {
    const { engine, outputs, files, folder } = await setUp(output('x', 'replay', { seconds: 5, name: 'Replay' }))
    await outputs.start('x')
    await expect(outputs.command('x', 'save', {})).rejects.toMatchObject({ code: 'studio.replay_empty' })
    engine.begin()
    engine.feed(20)
    const saved = await outputs.command('x', 'save', {})
    expect(Math.abs(Number(saved.durationMs) - 5500)).toBeLessThan(600)
    expect(readdirSync(folder)).toEqual(['Replay.mp4'])
    expect(files.list()).toMatchObject([{ kind: 'replay', state: 'complete', bytes: saved.bytes }])
    await outputs.close(false)
  })

  it('that a host was killed over while it saved is cleared away at the next start, or kept where it was whole', async () => {
    const { engine, outputs, files, folder } = await setUp(output('x', 'replay', { seconds: 5, name: 'Replay' }))
    await outputs.start('x')
    engine.begin()
    engine.feed(20)
    await outputs.command('x', 'save', {})
    await outputs.close(false)
    const [saved] = files.list()
    if (saved === undefined) expect.unreachable()
    const half: StoredFile = { ...saved, id: 'half', state: 'writing', path: join(folder, 'Half.mp4') }
    writeFileSync(`${half.path}.part`, 'half')
    const book = await openBook(createEventBus(silentLogger), [{ ...saved, state: 'writing', bytes: 0 }, half])
    await book.recover()
    expect(readdirSync(folder)).toEqual(['Replay.mp4'])
    expect(book.list()).toMatchObject([{ id: saved.id, state: 'complete', bytes: saved.bytes }])
    expect(Math.abs((book.list()[0]?.durationMs ?? 0) - saved.durationMs)).toBeLessThan(100)
  })
})
