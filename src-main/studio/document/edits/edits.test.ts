import { describe, expect, it } from 'vitest'
import { changedPlaces } from '../changed-places.ts'
import { createCollectionCheck } from '../checks/collection-check.ts'
import type { Collection, Item } from '../collection.ts'
import { readDocument } from '../files/read-document.ts'
import { testDocument, testKinds, testReader } from '../testing/test-kinds.ts'
import { applyEdits } from './apply-edits.ts'
import { EditHistory } from './edit-history.ts'
import { nameEdits } from './edit-names.ts'
import type { Edit } from './edit-schemas.ts'
import { applyPatch, patchBetween } from './patch.ts'

const show = readDocument(testDocument(), testReader())
const check = createCollectionCheck({ kinds: testKinds, actionFaults: () => [] })

function edited(...edits: readonly Edit[]): Collection {
  const before = structuredClone(show)
  const { collection } = applyEdits(show, edits, testKinds)
  // What was open is never touched.
  expect(show).toEqual(before)
  expect(check.faults(collection)).toEqual([])
  return collection
}
const items = (collection: Collection, scene: string): readonly Item[] => collection.scenes.find(({ id }) => id === scene)?.items ?? []
const ids = (list: readonly { readonly id: string }[]): readonly string[] => list.map(({ id }) => id)

describe('edits', () => {
  it('make a new collection that shares what did not change', () => {
    const after = edited({ do: 'change', at: 'scenes/intro/items/i-film', changes: { position: { y: 7 } } })
    expect(items(after, 'intro')[1]?.position).toEqual({ x: 100, y: 7 })
    expect(items(after, 'intro')[0]).toBe(items(show, 'intro')[0])
    expect(after.scenes[1]).toBe(show.scenes[1])
    expect(after.sources).toBe(show.sources)
  })

  it('add items that are given with little, in a place', () => {
    const { collection, made } = applyEdits(
      show,
      [
        { do: 'add', to: 'sources', value: { name: 'Film', kind: 'media' }, index: 0 },
        { do: 'add', to: 'scenes/intro/items', value: { source: 'Film' } },
        { do: 'add', to: 'sources/Film/audio-filters', value: { kind: 'gate' } },
        { do: 'add', to: 'scenes', value: { name: 'intro' } },
        { do: 'add', to: 'canvases', value: { id: 'square', width: 1080, height: 1080 } },
      ],
      testKinds,
    )
    expect(made).toEqual(['Film', 'intro-Film', 'Film-gate', 'intro-2', 'square'])
    expect(collection.sources[0]?.audio?.filters).toHaveLength(1)
    expect(collection.canvases[2]).toMatchObject({ scene: 'square-scene' })
    expect(check.faults(collection)).toEqual([])
  })

  it('merge settings, take them away with null, and keep null where it means something', () => {
    const after = edited(
      { do: 'change', at: 'sources/film', changes: { settings: { loop: true, file: null }, audio: { pan: -1 } } },
      { do: 'change', at: 'scenes/intro/items/i-film', changes: { bounds: null } },
      { do: 'change', at: 'scenes/phone', changes: { follows: null } },
    )
    expect(after.sources[1]).toMatchObject({ settings: { loop: true }, audio: { pan: -1, gainDb: 0 } })
    expect(items(after, 'intro')[1]?.bounds).toBeNull()
    expect(after.scenes[2]).not.toHaveProperty('follows')
  })

  it('remove what cannot be without an item that is removed', () => {
    const source = edited({ do: 'remove', at: 'sources/cam' })
    expect(ids(items(source, 'phone'))).toEqual([])
    expect(items(source, 'talk')[1]).toMatchObject({ id: 'pair', group: [{ id: 'g-back' }] })
    const scene = edited({ do: 'add', to: 'scenes', value: { id: 'end' } }, { do: 'remove', at: 'scenes/talk' })
    expect(scene.scenes.find(({ id }) => id === 'phone')).not.toHaveProperty('follows')
    const nested = edited({ do: 'remove', at: 'scenes/intro' })
    expect(ids(items(nested, 'talk'))).toEqual(['pair'])
    expect(nested.canvases[0]?.scene).toBe('talk')
    const canvas = edited({ do: 'remove', at: 'canvases/tall' })
    expect(ids(canvas.scenes)).toEqual(['intro', 'talk'])
    const transition = edited({ do: 'remove', at: 'transitions/cut' })
    expect(transition.transition).toBe('fade')
  })

  it('give what a change brings along an id that nothing there has', () => {
    const changes = { items: [{ source: 'cam' }, { source: 'cam', id: 'intro-cam' }] }
    const once = edited({ do: 'change', at: 'scenes/intro', changes })
    expect(items(once, 'intro')).toHaveLength(2)
    const again = applyEdits(
      once,
      [{ do: 'change', at: 'scenes/intro', changes: { items: [{ source: 'cam' }, ...items(once, 'intro')] } }],
      testKinds,
    )
    expect(check.faults(again.collection)).toEqual([])
  })

  it('complete filters that a change gives with little, in each place that has some', () => {
    const gate = { kind: 'gate' }
    const after = edited(
      { do: 'change', at: 'sources/film', changes: { filters: [{ kind: 'blur' }] } },
      { do: 'change', at: 'sources/mic', changes: { audio: { filters: [gate, gate] } } },
      { do: 'change', at: 'scenes/talk', changes: { filters: [{ kind: 'blur' }] } },
      { do: 'change', at: 'tracks/1', changes: { filters: [gate] } },
    )
    const lists = [
      after.sources.find(({ id }) => id === 'film')?.filters,
      after.sources.find(({ id }) => id === 'mic')?.audio?.filters,
      after.scenes.find(({ id }) => id === 'talk')?.filters,
      after.tracks[0]?.filters,
    ]
    for (const filters of lists) {
      for (const each of filters ?? []) expect(each).toMatchObject({ id: expect.any(String), name: expect.any(String), enabled: true })
    }
    expect(lists.map((filters) => filters?.length)).toEqual([1, 2, 1, 1])
  })

  it('give the tracks filters, and leave the tracks themselves', () => {
    const after = edited(
      { do: 'add', to: 'tracks/2/audio-filters', value: { kind: 'gate' } },
      { do: 'change', at: 'tracks/2', changes: { name: 'Guests' } },
      { do: 'move', at: 'sources/mic/audio-filters/mic-gate', to: 'tracks/1/audio-filters' },
    )
    expect(after.tracks[0]?.filters).toMatchObject([{ id: 'mic-gate', kind: 'gate' }])
    expect(after.tracks[1]).toMatchObject({ id: '2', name: 'Guests', filters: [{ id: 'track-2-gate', kind: 'gate', enabled: true }] })
    expect(changedPlaces(show, after)).toEqual(['sources/mic', 'tracks/1', 'tracks/2'])
    const refused = (edit: Edit) => () => applyEdits(show, [edit], testKinds)
    for (const edit of [
      { do: 'add', to: 'tracks', value: {} },
      { do: 'remove', at: 'tracks/1' },
      { do: 'move', at: 'tracks/1', index: 3 },
      { do: 'duplicate', at: 'tracks/1' },
    ] as const) {
      expect(refused(edit)).toThrow(/There are always 6 tracks/)
    }
    expect(refused({ do: 'add', to: 'tracks/7/audio-filters', value: {} })).toThrow(/no track "7"/)
  })

  it('reject what would leave no collection, and name what is not there', () => {
    const refused = (edit: Edit) => () => applyEdits(show, [edit], testKinds)
    expect(refused({ do: 'remove', at: 'scenes/phone' })).toThrow(/"phone" is the only scene of its canvas/)
    expect(refused({ do: 'remove', at: 'canvases/main' })).toThrow(/The output "YouTube" sends the canvas "Wide"/)
    expect(refused({ do: 'change', at: 'sources/cam9', changes: {} })).toThrow(/no source "cam9"/)
    expect(refused({ do: 'change', at: 'sources/cam', changes: { id: 'x' } })).toThrow(/An id is kept for ever/)
    expect(refused({ do: 'add', to: 'sources/mic/pictures', value: {} })).toThrow(/no list/)
    expect(refused({ do: 'add', to: 'sources/back/audio-filters', value: {} })).toThrow(/has no audio/)
    expect(refused({ do: 'move', at: 'scenes/talk/items/pair', to: 'scenes/talk/items/pair/items' })).toThrow(
      /Groups cannot contain groups/,
    )
    expect(refused({ do: 'move', at: 'scenes/talk', to: 'sources' })).toThrow(/is of the sort scene/)
  })

  it('reorder, and move items between scenes and groups', () => {
    expect(ids(items(edited({ do: 'move', at: 'scenes/intro/items/i-film', index: 0 }), 'intro'))).toEqual(['i-film', 'i-back'])
    const out = edited({ do: 'move', at: 'scenes/talk/items/g-cam', to: 'scenes/intro/items', index: 1 })
    expect(ids(items(out, 'intro'))).toEqual(['i-back', 'g-cam', 'i-film'])
    const into = edited({ do: 'move', at: 'scenes/talk/items/i-intro', to: 'scenes/talk/items/pair/items' })
    expect(items(into, 'talk')).toMatchObject([{ id: 'pair', group: [{ id: 'g-back' }, { id: 'g-cam' }, { id: 'i-intro' }] }])
  })

  it('group items without moving them, and take groups apart again', () => {
    const grouped = edited({ do: 'group', scene: 'intro', items: ['i-film', 'i-back'], id: 'both', name: 'Both' })
    expect(items(grouped, 'intro')).toMatchObject([
      { id: 'both', position: { x: 0, y: 0 }, group: [{ id: 'i-back' }, { id: 'i-film', position: { x: 100, y: 0 } }] },
    ])
    const apart = applyEdits(grouped, [{ do: 'ungroup', at: 'scenes/intro/items/both' }], testKinds).collection
    expect(items(apart, 'intro')).toEqual(items(show, 'intro'))

    const turned = edited(
      {
        do: 'change',
        at: 'scenes/talk/items/pair',
        changes: { position: { x: 500, y: 200 }, rotation: 90, scale: { x: 2, y: 2 }, opacity: 0.5 },
      },
      { do: 'ungroup', at: 'scenes/talk/items/pair' },
    )
    const [, , camera] = items(turned, 'talk')
    expect(camera).toMatchObject({ id: 'g-cam', rotation: 90, scale: { x: 2, y: 2 }, opacity: 0.5 })
    expect(camera?.position.x).toBeCloseTo(500 - 60)
    expect(camera?.position.y).toBeCloseTo(200 + 80)
  })

  it('copy scenes with ids of their own, sources too where that is asked for', () => {
    const { collection, made } = applyEdits(show, [{ do: 'duplicate', at: 'scenes/talk', name: 'Talk again', sources: 'copy' }], testKinds)
    expect(made).toEqual(['talk-2'])
    expect(ids(collection.scenes)).toEqual(['intro', 'talk', 'talk-2', 'phone'])
    expect(items(collection, 'talk-2')).toMatchObject([
      { id: 'i-intro-2', scene: 'intro' },
      { id: 'pair-2', group: [{ source: 'back-2' }, { source: 'cam-2' }] },
    ])
    expect(check.faults(collection)).toEqual([])
    const output = edited({ do: 'duplicate', at: 'outputs/yt' })
    expect(output.outputs[1]).toMatchObject({ id: 'yt-2', name: 'YouTube 2', autostart: false, settings: { key: 'k3y' } })
  })

  it('paste items from elsewhere: the same source is shared, another one of that id is added', () => {
    const pasted = edited({
      do: 'paste',
      scene: 'phone',
      items: [
        { id: 'g-cam', source: 'cam' },
        { id: 'n', source: 'back' },
      ],
      sources: [{ id: 'back', kind: 'color', settings: { color: '#ff0000' } }, show.sources[2] as unknown as Record<string, unknown>],
    })
    expect(items(pasted, 'phone')).toMatchObject([{ id: 'p-cam' }, { id: 'g-cam-2', source: 'cam' }, { id: 'n', source: 'back-2' }])
    expect(ids(pasted.sources)).toEqual(['back', 'film', 'cam', 'mic', 'back-2'])
  })

  it('are named for people', () => {
    const name = (...edits: readonly Edit[]) => nameEdits(edits, show, applyEdits(show, edits, testKinds).collection)
    expect(name({ do: 'change', at: 'scenes/intro/items/i-film', changes: { position: { x: 1 } } })).toBe('Move "film"')
    const layout = { position: { x: 0, y: 0 }, scale: { x: 1, y: 1 }, alignment: { x: 'left', y: 'top' }, bounds: null, rotation: 0 }
    const crop = { left: 0, top: 0, right: 0, bottom: 0 }
    const laidOut = (changes: Readonly<Record<string, unknown>>) => name({ do: 'change', at: 'scenes/intro/items/i-film', changes })
    expect(laidOut({ position: { x: 1, y: 0 }, crop })).toBe('Crop "film"')
    expect(laidOut({ ...layout, crop, rotation: 10 })).toBe('Paste transform to "film"')
    expect(laidOut({ ...layout, crop })).toBe('Reset transform of "film"')
    expect(laidOut({ ...layout, crop, opacity: 1 })).toBe('Reset transform of "film"')
    expect(name({ do: 'change', at: 'sources/film', changes: { settings: { loop: true } } })).toBe('Change loop of "film"')
    expect(name({ do: 'remove', at: 'outputs/yt' })).toBe('Remove output "YouTube"')
    expect(name({ do: 'add', to: 'scenes/intro/items', value: { source: 'cam' } })).toBe('Add item "cam"')
    expect(name({ do: 'remove', at: 'sources/mic' }, { do: 'remove', at: 'outputs/yt' })).toBe('Remove source "mic" and 1 more')
  })
})

describe('patches', () => {
  it('lead there and back, whatever the edit, and stay small', () => {
    const every: readonly Edit[] = [
      { do: 'add', to: 'sources', value: { id: 'x', kind: 'color' } },
      { do: 'change', at: 'sources/film', changes: { settings: { loop: true }, filters: [] } },
      { do: 'change', at: 'scenes/phone', changes: { follows: null, transition: 'fade' } },
      { do: 'remove', at: 'sources/cam' },
      { do: 'move', at: 'scenes/intro/items/i-film', index: 0 },
      { do: 'move', at: 'sources/film', index: 0 },
      { do: 'group', scene: 'intro', items: ['i-film', 'i-back'] },
      { do: 'duplicate', at: 'scenes/talk', sources: 'copy' },
      { do: 'change', at: 'collection', changes: { name: 'Other', frameRate: 60 } },
    ]
    for (const edit of every) {
      const { collection } = applyEdits(show, [edit], testKinds)
      expect(applyPatch(show, patchBetween(show, collection)), edit.do).toEqual(collection)
      expect(applyPatch(collection, patchBetween(collection, show)), edit.do).toEqual(show)
    }
    const moved = applyEdits(
      show,
      [{ do: 'change', at: 'scenes/intro/items/i-film', changes: { position: { x: 5 } } }],
      testKinds,
    ).collection
    expect(patchBetween(moved, show)).toEqual([{ at: ['scenes', 0, 'items', 1, 'position', 'x'], set: 100 }])
  })
})

describe('the history', () => {
  const about = { actor: 'me', time: '2026-11-05T10:00:00.000Z' }
  /** A history that has seen edits, one every `everyMs`. */
  function historyOf(edits: readonly Edit[], everyMs: number): { readonly history: EditHistory; readonly collection: Collection } {
    const history = new EditHistory()
    let collection = show
    let nowMs = 0
    for (const edit of edits) {
      const after = applyEdits(collection, [edit], testKinds).collection
      nowMs += everyMs
      history.record(collection, after, { ...about, name: edit.do }, [edit], nowMs)
      collection = after
    }
    return { history, collection }
  }
  const dragged = (count: number): readonly Edit[] =>
    Array.from({ length: count }, (_, index) => ({
      do: 'change' as const,
      at: 'scenes/intro/items/i-film',
      changes: { position: { x: index } },
    }))

  it('joins what follows fast on the same property to one step, and nothing else', () => {
    const drag = historyOf(dragged(30), 16)
    expect(drag.history.done).toHaveLength(1)
    expect(drag.history.undo(drag.collection)?.collection).toEqual(show)
    expect(historyOf(dragged(3), 501).history.done).toHaveLength(3)
    const others: Edit[] = [{ do: 'change', at: 'scenes/intro/items/i-film', changes: { opacity: 0.5 } }]
    expect(historyOf([...dragged(3), ...others, ...dragged(2)], 16).history.done).toHaveLength(3)
  })

  it('joins edits of one gesture however long it takes, unless another edit comes in between', () => {
    const history = new EditHistory()
    let collection = show
    let nowMs = 0
    const record = (edit: Edit, gesture?: string): void => {
      const after = applyEdits(collection, [edit], testKinds).collection
      nowMs += 5000
      history.record(collection, after, { ...about, name: edit.do }, [edit], nowMs, gesture)
      collection = after
    }
    for (const edit of dragged(3).slice(1)) record(edit, 'first')
    expect(history.done).toHaveLength(1)
    expect(history.undo(collection)?.collection).toEqual(show)
    collection = show
    for (const edit of dragged(3).slice(1)) record(edit, 'second')
    record({ do: 'change', at: 'scenes/intro/items/i-film', changes: { opacity: 0.5 } })
    record({ do: 'change', at: 'scenes/intro/items/i-film', changes: { position: { x: 9 } } }, 'second')
    expect(history.done).toHaveLength(3)
  })

  it('has no step for a gesture that is back where it started, and keeps what was undone before it', () => {
    const history = new EditHistory()
    let collection = show
    const place = (edit: Edit, gesture?: string): void => {
      const after = applyEdits(collection, [edit], testKinds).collection
      history.record(collection, after, { ...about, name: edit.do }, [edit], 0, gesture)
      collection = after
    }
    const at = 'scenes/intro/items/i-film'
    place({ do: 'change', at, changes: { opacity: 0.5 } })
    collection = history.undo(collection)?.collection as Collection
    const { x } = collection.scenes[0]?.items[1]?.position ?? { x: 0 }
    place({ do: 'change', at, changes: { position: { x: 70 } } }, 'drag')
    expect([history.done.length, history.undone.length]).toEqual([1, 0])
    place({ do: 'change', at, changes: { position: { x } } }, 'drag')
    expect([history.done.length, history.undone.length]).toEqual([0, 1])
    // The drag goes on: it is one step again, from where it started.
    place({ do: 'change', at, changes: { position: { x: 71 } } }, 'drag')
    place({ do: 'change', at, changes: { position: { x: 72 } } }, 'drag')
    expect([history.done.length, history.undone.length]).toEqual([1, 0])
    expect(history.undo(collection)?.collection).toEqual(show)
  })

  it('keeps 500 steps, and undoes and does again all of them', () => {
    const { history, collection } = historyOf(dragged(600), 501)
    expect(history.done).toHaveLength(500)
    expect(history.first).toBe(100)
    let current = collection
    for (let step = history.undo(current); step !== undefined; step = history.undo(current)) current = step.collection
    expect(current.scenes[0]?.items[1]?.position.x).toBe(99)
    for (let step = history.redo(current); step !== undefined; step = history.redo(current)) current = step.collection
    expect(current).toEqual(collection)
  })

  it('drops what was undone when something else is done, and starts no drag with it', () => {
    const { history, collection } = historyOf(dragged(2), 501)
    const undone = history.undo(collection)?.collection as Collection
    const [edit] = dragged(1) as [Edit]
    history.record(undone, applyEdits(undone, [edit], testKinds).collection, { ...about, name: 'new' }, [edit], 1010)
    expect(history.undone).toEqual([])
    expect(history.done.map(({ name }) => name)).toEqual(['change', 'new'])
  })
})
