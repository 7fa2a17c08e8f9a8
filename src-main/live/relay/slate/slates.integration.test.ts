import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { flvHeader, flvTag } from '../../../formats/flv/flv-file.ts'
import { headers } from '../../../formats/testing/header-samples.ts'
import type { AudioTrack, VideoTrack } from '../../../formats/track.ts'
import { type AppDatabase, openDatabase } from '../../../platform/storage/database.ts'
import { silentLogger } from '../../../platform/telemetry/logger.ts'
import { liveMigrations } from '../../migrations.ts'
import { readSlate } from './slate-media.ts'
import { slateSettings } from './slate-settings.ts'
import { Slates } from './slates.ts'

const video: VideoTrack = {
  id: 'v0',
  kind: 'video',
  codec: 'h264',
  codecString: 'avc1.4d401f',
  timescale: 90_000,
  config: new Uint8Array(),
  width: 1280,
  height: 720,
}
const audio: AudioTrack = {
  id: 'a0',
  kind: 'audio',
  codec: 'aac',
  codecString: 'mp4a.40.2',
  timescale: 44_100,
  config: new Uint8Array(),
  sampleRate: 44_100,
  channels: 2,
}
const notFound = expect.objectContaining({ code: 'slate.not_found' })

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'slates-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

describe('slates and who shows which', () => {
  let database: AppDatabase
  let audit: string[]
  let events: unknown[][]
  const open = (preset: 'off' | 'default' = 'off'): Promise<Slates> =>
    Slates.open({
      database: database.kysely as never,
      dataDir: dir,
      events: { publish: (...event: unknown[]) => void events.push(event) } as never,
      audit: { record: ({ message }) => void audit.push(message) },
      streamIdOf: (name) => (name === 'cam' ? 'st_cam' : undefined),
      log: silentLogger,
      preset,
    })
  const png = (width: number, height: number): Buffer => {
    const data = Buffer.alloc(33)
    data.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52])
    data.writeUInt32BE(width, 16)
    data.writeUInt32BE(height, 20)
    data.set([8, 2], 24)
    return data
  }

  beforeEach(async () => {
    audit = []
    events = []
    database = await openDatabase({ dir, migrations: liveMigrations })
    mkdirSync(join(dir, 'slates'))
    for (const name of ['sl_card.png', 'sl_half.png', 'notes.txt']) writeFileSync(join(dir, 'slates', name), 'x')
    const row = { id: 'sl_card', label: 'Card', file: 'sl_card.png', bytes: 1, created_at: '2026-11-22T12:00:00.000Z' }
    await database.kysely
      .insertInto('slate' as never)
      .values(row as never)
      .execute()
  })
  afterEach(() => database.close())

  it('are there again after a restart, and what a host that was killed had half taken in is gone', async () => {
    expect((await open()).list()).toEqual([{ id: 'sl_card', label: 'Card', bytes: 1, createdAt: '2026-11-22T12:00:00.000Z' }])
    expect(['sl_card.png', 'sl_half.png', 'notes.txt'].map((name) => existsSync(join(dir, 'slates', name)))).toEqual([true, false, true])
  })

  it('show what was chosen for the stream, also after a restart, else what the host was started with', async () => {
    const slates = await open('default')
    expect([slates.choice('cam'), slates.lasts('cam')]).toEqual([{ slate: 'default', lasts: 'window' }, 'window'])
    expect(await slates.choose('cam', { slate: 'sl_card' }, 'ann')).toEqual({ slate: 'sl_card', lasts: 'window' })
    expect(await slates.choose('cam', { lasts: 'unlimited' }, 'ann')).toEqual({ slate: 'sl_card', lasts: 'unlimited' })
    await slates.choose('quiet', { slate: 'off' }, 'ann')
    expect(events, 'of streams that are there').toEqual([
      ['stream.slate', { slate: 'sl_card', lasts: 'window' }, { stream: 'st_cam' }],
      ['stream.slate', { slate: 'sl_card', lasts: 'unlimited' }, { stream: 'st_cam' }],
    ])
    expect([slates.lasts('cam'), slates.lasts('quiet')]).toEqual(['unlimited', undefined])
    await expect(slates.choose('cam', { slate: 'sl_gone' }, 'ann')).rejects.toEqual(notFound)
    const again = await open('off')
    expect(['cam', 'quiet', 'other'].map((stream) => again.choice(stream))).toEqual([
      { slate: 'sl_card', lasts: 'unlimited' },
      { slate: 'off', lasts: 'window' },
      { slate: 'off', lasts: 'window' },
    ])
  })

  it('are deleted with their file, and streams that had chosen one show the default', async () => {
    const slates = await open()
    await slates.choose('cam', { slate: 'sl_card', lasts: 'unlimited' }, 'ann')
    await slates.remove('sl_card', 'ann')
    expect([slates.list(), slates.choice('cam')]).toEqual([[], { slate: 'default', lasts: 'unlimited' }])
    expect(existsSync(join(dir, 'slates', 'sl_card.png'))).toBe(false)
    expect((await open()).choice('cam').slate).toBe('default')
    await expect(slates.remove('sl_card', 'ann')).rejects.toEqual(notFound)
    expect(audit.at(-1)).toBe('slate Card was removed')
    expect(events.slice(-2), 'who follows has what streams show before the slate is gone').toEqual([
      ['stream.slate', { slate: 'default', lasts: 'unlimited' }, { stream: 'st_cam' }],
      ['slate.removed', { id: 'sl_card' }],
    ])
  })

  it.each([
    ['a text', Buffer.from('no image at all, but long enough'), /Only PNG, JPEG, MP4 and WebM/],
    ['too few bytes', png(640, 360).subarray(0, 15), /Only PNG, JPEG, MP4 and WebM/],
    ['a PNG without a size', png(640, 360).subarray(0, 20), /cannot be read/],
    ['an image of 16K', png(15_360, 8640), /15360x8640 is too large/],
  ])('do not take %s, and nothing of it stays', async (_, data, message) => {
    const slates = await open()
    await expect(slates.add('Bad', data, 'ann')).rejects.toEqual(
      expect.objectContaining({ code: 'slate.unreadable', message: expect.stringMatching(message) }),
    )
    expect(slates.list()).toHaveLength(1)
    expect(audit).toEqual([])
  })

  it('say why a stream has none', async () => {
    const slates = await open('default')
    const stream = { name: 'cam', title: 'Cam', tracks: [audio], frameRate: undefined }
    await expect(slates.prepare(stream)).rejects.toEqual(expect.objectContaining({ code: 'slate.unsupported' }))
  })
})

describe('the settings of a slate', () => {
  const rateOf = (frameRate: number | undefined, measured?: number) =>
    slateSettings([{ ...video, ...(frameRate === undefined ? {} : { frameRate }) }], measured).video.rate

  it('are those of the stream', () => {
    expect(slateSettings([{ ...video, width: 641, height: 361, frameRate: 30 }, audio], undefined)).toEqual({
      video: { codec: 'h264', profile: 'main', width: 640, height: 360, rate: [30, 1] },
      audio: { codec: 'aac', sampleRate: 44_100, channels: 2 },
    })
    expect(slateSettings([{ ...video, codec: 'av1', codecString: 'av01.0.04M.08' }], undefined)).toMatchObject({
      video: { codec: 'av1', profile: undefined },
      audio: undefined,
    })
  })

  it('leave out audio that has no encoder here', () => {
    expect(slateSettings([video, { ...audio, channels: 6 }], undefined).audio).toBeUndefined()
    expect(slateSettings([video, { ...audio, codec: 'mp3' }], undefined).audio).toBeUndefined()
    expect(slateSettings([video, { ...audio, codec: 'opus' }], undefined).audio?.codec).toBe('opus')
  })

  it('have the frame rate that is meant by a measured one', () => {
    expect([29.97, 29.975, 30, 23.976, 24, 59.94, 25.4, 48.9].map((rate) => rateOf(rate))).toEqual([
      [30_000, 1001],
      [30_000, 1001],
      [30, 1],
      [24_000, 1001],
      [24, 1],
      [60_000, 1001],
      [25, 1],
      [50, 1],
    ])
    expect([rateOf(undefined, 50.2), rateOf(undefined), rateOf(14.6), rateOf(0.2), rateOf(500)]).toEqual([
      [50, 1],
      [30, 1],
      [15, 1],
      [1, 1],
      [120, 1],
    ])
  })

  it('do not exist for a stream without video, or in VP9', () => {
    const unsupported = expect.objectContaining({ code: 'slate.unsupported' })
    expect(() => slateSettings([audio], undefined)).toThrow(unsupported)
    expect(() => slateSettings([{ ...video, codec: 'vp9' }], undefined)).toThrow(unsupported)
  })
})

describe('the file of a slate', () => {
  const avcConfig = Buffer.concat([Buffer.from([0x17, 0, 0, 0, 0]), headers.avcB])
  const frame = (key: boolean, ...data: number[]): Buffer => Buffer.from([key ? 0x17 : 0x27, 1, 0, 0, 0, 0, 0, 0, data.length, ...data])
  const aac = (type: 0 | 1, data: Uint8Array): Buffer => Buffer.from([0xaf, type, ...data])
  function write(...tags: Buffer[]): string {
    const file = join(dir, 'slate.flv')
    writeFileSync(file, Buffer.concat([flvHeader(true, true), ...tags]))
    return file
  }

  it('is read as the frames to repeat, and the last packet of silence', async () => {
    const file = write(
      flvTag(9, 0, avcConfig),
      flvTag(8, 0, aac(0, headers.aacLc)),
      flvTag(8, 0, aac(1, new Uint8Array([1]))),
      flvTag(9, 0, frame(true, 10)),
      flvTag(9, 40, frame(false, 11)),
      flvTag(8, 21, aac(1, new Uint8Array([2]))),
    )
    const slate = await readSlate(file, [25, 1])
    expect(slate.tracks.map(({ id, codec }) => `${id} ${codec}`)).toEqual(['v0 h264', 'a0 aac'])
    expect(slate.frames.map(({ dts, key }) => [dts, key])).toEqual([
      [0, true],
      [40, false],
    ])
    expect(slate.rate).toEqual([25, 1])
    expect(slate.silence).toMatchObject({ trackId: 'a0', timescale: 48_000, ticks: 1024, data: Buffer.from([2]) })
  })

  it('has no silence where the stream has none', async () => {
    const slate = await readSlate(write(flvTag(9, 0, avcConfig), flvTag(9, 0, frame(true, 10))), [25, 1])
    expect([slate.tracks.length, slate.silence]).toEqual([1, undefined])
  })

  it('is rejected where it has no frame, or does not start with a keyframe', async () => {
    await expect(readSlate(write(flvTag(9, 0, avcConfig)), [25, 1])).rejects.toThrow('no frame')
    await expect(readSlate(write(flvTag(9, 0, avcConfig), flvTag(9, 0, frame(false, 10))), [25, 1])).rejects.toThrow('no frame')
    await expect(readSlate(write(flvTag(9, 0, avcConfig).subarray(0, 9)), [25, 1])).rejects.toThrow('no frame')
  })
})
