import { describe, expect, it } from 'vitest'
import { createCollectionCheck } from '../../document/checks/collection-check.ts'
import type { Collection } from '../../document/collection.ts'
import { applyEdits } from '../../document/edits/apply-edits.ts'
import { readDocument } from '../../document/files/read-document.ts'
import { FedEngine } from '../outputs/testing/fed-engine.ts'
import { studioKinds } from '../studio-kinds.ts'
import { type GuestState, Guests } from './guests.ts'
import { JoinAttempts } from './join-attempts.ts'
import { freePlaces, hideGuest, putGuest } from './place-guest.ts'

const seals = { encryptedPlaces: () => [] }
const reader = { kinds: studioKinds, seals, check: createCollectionCheck({ kinds: studioKinds, actionFaults: () => [] }) } as never

function show(more: Record<string, unknown> = {}): Collection {
  return readDocument({ format: 'ami-streams/collection', version: 1, name: 'Evening', scenes: [{ id: 'main' }], ...more }, reader)
}

/** Guests with a carrier that makes keys `sk_1`, `sk_2`, ... and a clock that stays. */
function party(collection: () => Collection | undefined = () => undefined) {
  const revoked = new Set<string>()
  const published: string[] = []
  let keys = 0
  let kept: unknown
  const keep = (value: unknown): void => {
    kept = JSON.parse(JSON.stringify(value))
  }
  const clock = { ms: 1_700_000_000_000 }
  const engine = new FedEngine()
  const makeKey = () => ({ keyId: `key_${++keys}`, key: `sk_${keys}` })
  const make = () =>
    new Guests({
      carrier: {
        invite: async () => ({ stream: `guest-${keys + 1}`, ...makeKey() }),
        reinvite: async (_stream, _label, keyId) => {
          revoked.add(keyId)
          return makeKey()
        },
        disinvite: async (_stream, keyId) => void revoked.add(keyId),
        guestKey: (key) => {
          const keyId = key.replace('sk_', 'key_')
          return /^sk_\d+$/.test(key) ? { keyId, isUsable: !revoked.has(keyId) } : undefined
        },
      },
      engine,
      store: { get: () => kept, set: (_key, value) => keep(value) },
      events: {
        publish: (topic, data) => void published.push(`${topic} ${(data as { state?: string }).state ?? ''}`),
        subscribe: () => () => undefined,
      },
      audit: { record: () => undefined },
      collection,
      now: () => clock.ms,
    })
  return { guests: make(), again: make, engine, clock, published }
}

function connection(name = 'Ann') {
  const states: GuestState[] = []
  const ends: string[] = []
  return {
    name,
    camera: true,
    microphone: true,
    receives: false,
    states,
    ends,
    onState: (state: GuestState) => void states.push(state),
    onEnd: ({ code }: { code: string }) => void ends.push(code),
  }
}

describe('guests', () => {
  it('come by their link alone, and not by one that was taken back, renewed or is too old', async () => {
    const { guests, clock } = party()
    const { guest, key } = await guests.invite('Ann', 60, 'ed')
    expect(guests.admit(key)).toBe(guest.id)
    expect(() => guests.admit('sk_99')).toThrow(expect.objectContaining({ code: 'studio.guest_unknown' }))
    expect(() => guests.admit('nonsense')).toThrow(expect.objectContaining({ code: 'studio.guest_unknown' }))
    const ann = connection()
    const leave = guests.connect(guest.id, ann)
    const renewed = await guests.renew(guest.id, 60, 'ed')
    expect(ann.ends).toEqual(['studio.guest_revoked'])
    leave()
    expect(() => guests.admit(key)).toThrow(expect.objectContaining({ code: 'studio.guest_revoked' }))
    expect(guests.admit(renewed.key)).toBe(guest.id)
    clock.ms += 61 * 60_000
    expect(() => guests.admit(renewed.key)).toThrow(expect.objectContaining({ code: 'studio.guest_expired' }))
    expect(guests.get(guest.id).state).toBe('expired')
    await guests.remove(guest.id, 'ed')
    expect(() => guests.admit(renewed.key)).toThrow(expect.objectContaining({ code: 'studio.guest_revoked' }))
    expect(guests.list()).toEqual([])
    guests.stop()
  })

  it('who are there when their link becomes too old stay, and come back in the place of their old connection', async () => {
    const { guests, clock } = party()
    const { guest, key } = await guests.invite('Ann', 60, 'ed')
    const first = connection()
    const leave = guests.connect(guests.admit(key), first)
    clock.ms += 61 * 60_000
    const second = connection()
    guests.connect(guests.admit(key), second)
    expect(first.ends).toEqual(['studio.guest_elsewhere'])
    leave()
    expect(guests.get(guest.id)).toMatchObject({ state: 'waiting', connected: true })
    guests.stop()
  })

  it('are known again after a restart of the host', async () => {
    const { guests, again } = party()
    const { key } = await guests.invite('Ann', 60, 'ed')
    guests.stop()
    const next = again()
    expect(next.list()).toMatchObject([{ label: 'Ann', state: 'invited' }])
    const leave = next.connect(next.admit(key), connection())
    leave()
    await next.invite('Ben', 60, 'ed')
    next.stop()
    const last = again()
    expect(last.list()).toMatchObject([
      { label: 'Ann', state: 'away' },
      { label: 'Ben', state: 'invited' },
    ])
    last.stop()
  })

  it('are on air as soon as a program shows them, and are sent so', async () => {
    const open = show({ sources: [{ id: 'ann', kind: 'guest', settings: { guest: 'guest-1' } }] })
    const { guests, engine, published } = party(() => open)
    const { guest, key } = await guests.invite('Ann', 60, 'ed')
    const ann = connection()
    guests.connect(guests.admit(key), ann)
    expect(ann.states.at(-1)).toMatchObject({ label: 'Ann', show: 'Evening', onAir: false, inPreview: false, muted: false })
    engine.notify({ kind: 'shown', program: [], preview: ['ann'] })
    expect(guests.get(guest.id)).toMatchObject({ state: 'waiting', inPreview: true, source: 'ann' })
    engine.notify({ kind: 'shown', program: ['ann'], preview: [] })
    expect(ann.states.at(-1)).toMatchObject({ onAir: true, inPreview: false })
    expect(published.at(-1)).toBe('studio.guest.updated on-air')
    guests.setTalk('producer', [guest.id, 'nobody'])
    expect(ann.states.at(-1)).toMatchObject({ talkedTo: true })
    guests.setTalk('producer', null)
    expect(ann.states.at(-1)).toMatchObject({ talkedTo: false })
    guests.stop()
  })

  it('are eight at a time, and fifty invitations', async () => {
    const { guests } = party()
    const keys: string[] = []
    for (let count = 0; count < 50; count++) keys.push((await guests.invite('Ann', 60, 'ed')).key)
    await expect(guests.invite('Ann', 60, 'ed')).rejects.toMatchObject({ code: 'studio.too_many_guests' })
    for (const key of keys.slice(0, 8)) guests.connect(guests.admit(key), connection())
    expect(() => guests.admit(keys[8] as string)).toThrow(expect.objectContaining({ code: 'studio.too_many_guests' }))
    expect(guests.admit(keys[0] as string)).toBe('guest-1')
    guests.stop()
  })
})

it('blocks an IP address that tries links for a while', () => {
  let now = 0
  const attempts = new JoinAttempts(() => now)
  for (let count = 0; count < 20; count++) attempts.failed('203.0.113.9')
  expect([attempts.isBlocked('203.0.113.9'), attempts.isBlocked('203.0.113.10')]).toEqual([true, false])
  now = 6 * 60_000
  expect(attempts.isBlocked('203.0.113.9')).toBe(false)
})

describe('a guest’s place', () => {
  const ann = { stream: 'guest-1', name: 'Ann' }
  const put = (collection: Collection, scene = 'main') => {
    const edits = putGuest(collection, collection.scenes.find(({ id }) => id === scene)!, ann)
    return { edits, after: applyEdits(collection, edits, studioKinds).collection }
  }

  it('is the one of a guest who is not invited yet, and free again when they are not invited any more', () => {
    const interview = show({
      scenes: [{ id: 'main', items: [{ id: 'box', source: 'guest' }] }],
      sources: [{ id: 'guest', kind: 'guest', settings: {} }],
    })
    const { after } = put(interview)
    expect(after.sources).toMatchObject([{ id: 'guest', name: 'Ann', settings: { guest: 'guest-1' } }])
    expect(after.scenes[0]!.items).toHaveLength(1)
    expect(put(after).edits).toEqual([])
    const hidden = applyEdits(after, hideGuest(after, 'guest-1'), studioKinds).collection
    expect(hidden.scenes[0]!.items[0]!.visible).toBe(false)
    expect(put(hidden).after.scenes[0]!.items[0]!.visible).toBe(true)
    expect(applyEdits(hidden, freePlaces(hidden, 'guest-1'), studioKinds).collection.sources[0]!.settings.guest).toBe('')
  })

  it('is all of an empty scene, and a corner of one that shows something', () => {
    const empty = put(show()).after
    expect(empty.scenes[0]!.items[0]!.bounds).toMatchObject({ fit: 'contain', width: empty.canvases[0]!.width })
    const busy = show({ scenes: [{ id: 'main', items: [{ id: 'back', source: 'back' }] }], sources: [{ id: 'back', kind: 'color' }] })
    const beside = put(busy).after
    const item = beside.scenes[0]!.items[1]!
    const { width, height } = beside.canvases[0]!
    expect(item.position.x).toBeGreaterThan(width / 2)
    expect(item.position.x + item.bounds!.width).toBeLessThan(width)
    expect(item.position.y + item.bounds!.height).toBeLessThan(height)
    expect(beside.sources[1]).toMatchObject({ kind: 'guest', audio: { followsVideo: true } })
  })

  it('is where they were hidden, in a group too', () => {
    const group = show({
      scenes: [{ id: 'main', items: [{ id: 'box', visible: false, group: [{ id: 'inner', source: 'ann', visible: false }] }] }],
      sources: [{ id: 'ann', kind: 'guest', settings: { guest: 'guest-1' } }],
    })
    const [item] = put(group).after.scenes[0]!.items
    expect(item).toMatchObject({ visible: true, group: [{ visible: true }] })
  })
})
