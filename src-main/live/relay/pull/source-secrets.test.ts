import { beforeEach, describe, expect, it } from 'vitest'
import { silentLogger } from '../../../platform/telemetry/logger.ts'
import type { StoredSource } from './source-store.ts'
import { Sources } from './sources.ts'

const url = 'rtsp://me:word@cam.example:554/stream1?auth_code=abc&channel=2'
const shown = 'rtsp://***@cam.example:554/stream1?auth_code=***&channel=2'
const needed = expect.objectContaining({ code: 'secret.needed' })

describe('secrets of a source', () => {
  let saved: StoredSource | undefined
  let reported: string
  let sources: Sources
  const make = (given: string) => sources.create({ stream: 'cam', url: given, enabled: false }, 'ann')

  beforeEach(async () => {
    saved = undefined
    reported = ''
    sources = await Sources.open({
      store: {
        all: async () => [],
        save: async (source) => {
          saved = source
        },
        remove: async () => undefined,
      },
      events: { publish: (topic: string, data: unknown) => (reported += `${topic} ${JSON.stringify(data)}`) } as never,
      audit: { record: (entry) => (reported += JSON.stringify(entry)) },
      log: silentLogger,
      now: Date.now,
      open: () => {
        throw new Error('nothing is published')
      },
      viewers: () => 0,
    })
  })

  it('are kept, and are in no answer, list, event or audit line', async () => {
    const made = await make(url)
    expect(saved?.url).toBe(url)
    expect([made.url, sources.list()[0]?.url]).toEqual([shown, shown])
    await sources.change(made.id, { when: 'on-demand' }, 'ann')
    expect(reported).toContain(JSON.stringify(shown))
    expect(reported).not.toMatch(/word|abc/)
    const refused = await make('no URL at all, https://me:word@h/').catch((error: Error) => error.message)
    expect(refused).toContain('https://***@h/')
  })

  it('stay with a masked URL of the same host, and never go to another host, port or protocol', async () => {
    const { id } = await make(url)
    const moved = await sources.change(id, { url: shown.replace('stream1', 'stream2') }, 'ann')
    expect(moved.url).toBe(shown.replace('stream1', 'stream2'))
    expect(saved?.url).toBe(url.replace('stream1', 'stream2'))
    for (const [from, to] of [
      ['cam.example', 'evil.example'],
      [':554', ':555'],
      ['rtsp:', 'rtsps:'],
    ] as const) {
      await expect(sources.change(id, { url: shown.replace(from, to) }, 'eve')).rejects.toEqual(needed)
    }
    expect(saved?.url).toBe(url.replace('stream1', 'stream2'))
    await expect(sources.create({ stream: 'other', url: shown }, 'eve')).rejects.toEqual(needed)
  })
})
