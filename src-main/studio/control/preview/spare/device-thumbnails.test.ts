import type { TSchema } from 'typebox'
import Value from 'typebox/value'
import { describe, expect, it, vi } from 'vitest'
import type { Device } from '../../../../media/device.ts'
import type { Collection } from '../../../document/collection.ts'
import { sourceKinds } from '../../../document/kinds/source-kinds.ts'
import type { TileImage } from '../../engine/studio-engine.ts'
import { DeviceThumbnails, seenKinds } from './device-thumbnails.ts'

const empty = { sources: [], scenes: [], frameRate: { numerator: 30, denominator: 1 } } as unknown as Collection
const jpeg = Uint8Array.of(0xff, 0xd8)

/** A spare engine that has video of every device but those that are called `dark`. */
function opened(names: readonly string[]) {
  const shown: Collection[] = []
  let notify: (tile: TileImage) => void = () => undefined
  const spare = {
    devices: async () => names.map((id): Device => ({ kind: 'window', id, name: id })),
    async show(document: Collection) {
      if (shown.at(-1) === document) return
      shown.push(document)
      for (const { id, name } of document.sources) notify({ id: `source:${id}`, jpeg: name.startsWith('dark') ? null : jpeg })
    },
    onTile(listener: (tile: TileImage) => void) {
      notify = listener
      return () => undefined
    },
  }
  const thumbnails = new DeviceThumbnails({ spare, empty, keepMs: 1000, patienceMs: 20 })
  const openNow = () => shown.at(-1)?.sources.map(({ name }) => name)
  return { thumbnails, shown, openNow }
}

describe('images of devices', () => {
  it('opens a device that is asked for, once, and lets it go when nobody asks any more', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
    try {
      const { thumbnails, shown, openNow } = opened(['one', 'two'])
      expect(await thumbnails.of('window', 'one')).toEqual(jpeg)
      expect(await thumbnails.of('window', 'one')).toEqual(jpeg)
      expect(await thumbnails.of('window', 'two')).toEqual(jpeg)
      expect(openNow()).toEqual(['one', 'two'])
      expect(shown).toHaveLength(2)
      await vi.advanceTimersByTimeAsync(5000)
      expect(openNow()).toEqual([])
      thumbnails.stop()
    } finally {
      vi.useRealTimers()
    }
  })

  it.each(seenKinds)('opens a %s with settings that its kind takes', async (kind) => {
    const { thumbnails, shown } = opened(['one'])
    await thumbnails.of(kind, 'one')
    const [source] = shown.at(-1)?.sources ?? []
    expect(source?.kind).toBe(kind)
    const { settings } = sourceKinds.find((each) => each.kind === kind) ?? {}
    expect([...Value.Errors(settings as TSchema, Value.Default(settings as TSchema, source?.settings))]).toEqual([])
    thumbnails.stop()
  })

  it('opens nothing that the machine does not list', async () => {
    const { thumbnails, shown } = opened(['one'])
    await expect(thumbnails.of('window', '/dev/sda')).rejects.toMatchObject({ code: 'studio.not_found' })
    expect(shown).toEqual([])
    thumbnails.stop()
  })

  it('says that a device has no video, and how many may be looked at', async () => {
    const names = Array.from({ length: 17 }, (_, index) => `w${index}`)
    const { thumbnails } = opened(['dark', ...names])
    await expect(thumbnails.of('window', 'dark')).rejects.toMatchObject({ code: 'studio.not_found' })
    for (const name of names.slice(0, 15)) await thumbnails.of('window', name)
    await expect(thumbnails.of('window', 'w16')).rejects.toMatchObject({ code: 'studio.busy' })
    thumbnails.stop()
  })
})
