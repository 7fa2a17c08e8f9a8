import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createEventBus } from '../../../../platform/events/event-bus.ts'
import type { NetworkPolicy } from '../../../../platform/outbound/network-policy.ts'
import { ownPageToken } from '../../../../platform/outbound/own-pages.ts'
import type { Principal } from '../../../../platform/routes/principal.ts'
import { silentLogger } from '../../../../platform/telemetry/logger.ts'
import type { Overlay } from './overlay-store.ts'
import { Overlays } from './overlays.ts'

const admin: Principal = { id: 'local', role: 'admin' }
const editor: Principal = { id: 'token:1', role: 'editor' }
const policy: NetworkPolicy = {
  editorHosts: [],
  ownHttpPorts: [8080],
  ownHttpsPorts: [],
  ownPages: { origin: 'http://127.0.0.1:8080', secret: 'run' },
}

let stored: Map<string, Overlay>
let overlays: Overlays

function open(): Overlays {
  return new Overlays({
    store: {
      load: async () => [...stored.values()],
      keep: (overlay) => void stored.set(overlay.id, overlay),
      remove: (id) => void stored.delete(id),
    },
    events: createEventBus(silentLogger),
    audit: { record: () => undefined },
    network: () => policy,
    viewers: () => 0,
  })
}

beforeEach(() => {
  stored = new Map()
  overlays = open()
})
afterEach(() => overlays.stop())

/** A URL that nobody answers, with a secret in it. */
const inner = 'http://user:word@127.0.0.1:9/data.json?key=abc123'
const data = { source: 'url', url: inner, intervalMs: 86_400_000 }

describe('the URL of an overlay’s data', () => {
  it('is judged by who wrote it, and stays an admin’s while editors change the rest', () => {
    const forbidden = expect.objectContaining({ code: 'url.forbidden' })
    expect(() => overlays.create({ kind: 'number', name: 'x', settings: data }, editor)).toThrow(forbidden)
    const { id } = overlays.create({ kind: 'number', name: 'x', settings: data }, admin)
    expect(stored.get(id)?.byEditor).toBe(false)
    overlays.change(id, { settings: { label: 'Price', path: 'a.b' } }, editor)
    expect(stored.get(id)).toMatchObject({ byEditor: false, settings: { url: inner, label: 'Price' } })
    expect(() => overlays.change(id, { settings: { url: 'http://10.0.0.1/' } }, editor)).toThrow(forbidden)
    overlays.change(id, { settings: { url: 'https://public.example/' } }, editor)
    expect(stored.get(id)?.byEditor).toBe(true)
    overlays.change(id, { settings: { url: 'https://public.example/' } }, admin)
    expect(stored.get(id)?.byEditor).toBe(false)
  })

  it('is shown, shared and sent back without its secrets', () => {
    const { id, settings } = overlays.create({ kind: 'number', name: 'x', settings: data }, admin)
    expect(settings.url).toBe('http://***@127.0.0.1:9/data.json?key=***')
    overlays.change(id, { settings: { url: settings.url } }, editor)
    expect(stored.get(id)?.settings.url).toBe(inner)
    expect(() => overlays.change(id, { settings: { url: 'http://***@evil.example/data.json?key=***' } }, editor)).toThrow(
      expect.objectContaining({ code: 'secret.needed' }),
    )
    const shared = overlays.share(undefined)
    expect(JSON.stringify(shared)).not.toMatch(/word|abc123/)
    const { made, incomplete } = overlays.take(shared, admin)
    expect(incomplete).toEqual([made[0]?.id])
    expect(made[0]?.id).not.toBe(id)
    expect(made[0]?.settings).toMatchObject({ url: '', source: 'posted' })
  })
})

describe('what is not taken', () => {
  it('leaves nothing behind', () => {
    expect(() => overlays.create({ kind: 'goal', name: 'x', data: { target: -1 } }, editor)).toThrow(/body\.data\.target/)
    expect(() => overlays.create({ kind: 'alert', name: 'x', data: {} }, editor)).toThrow(/body\.title/)
    expect(() => overlays.create({ kind: 'confetti', name: 'x' }, editor)).toThrow(/body\.kind/)
    const good = { id: 'abcdef', kind: 'goal', name: 'x', settings: {} }
    for (const bad of [
      { ...good, kind: 'confetti' },
      { ...good, data: { value: 'many' } },
      { ...good, settings: { accent: 'red' } },
    ]) {
      expect(() => overlays.take([good, bad], editor)).toThrow(/overlays[[.]1/)
    }
    expect(overlays.list()).toEqual([])
    expect(stored.size).toBe(0)
  })

  it('is more than a hundred overlays', () => {
    const good = { id: 'abcdef', kind: 'goal', name: 'x', settings: {} }
    expect(
      overlays
        .take(
          Array.from({ length: 100 }, () => good),
          editor,
        )
        .made.map(({ id }) => id)[0],
    ).toBe('abcdef')
    expect(new Set(overlays.list().map(({ id }) => id)).size).toBe(100)
    expect(() => overlays.create({ kind: 'goal', name: 'x' }, editor)).toThrow(
      expect.objectContaining({ code: 'studio.too_many_overlays' }),
    )
  })
})

it('is there again after a restart, with its contents and secrets', async () => {
  const { id } = overlays.create({ kind: 'goal', name: 'x', data: { value: 3 } }, editor)
  overlays.get(id).post({ add: 4 })
  const { viewToken } = overlays.get(id).overlay
  overlays.stop()
  overlays = open()
  await overlays.start()
  expect(overlays.list()).toMatchObject([{ id, state: { value: 7, target: 100 } }])
  expect(overlays.openForPage(id, viewToken).own).toBe(false)
})

it('is opened by the token of its own pages, of this host, and by no other', () => {
  const [{ id }, other] = [overlays.create({ kind: 'goal', name: 'x' }, editor), overlays.create({ kind: 'goal', name: 'y' }, editor)]
  const missing = expect.objectContaining({ code: 'studio.overlay_not_found' })
  const { viewToken, postToken } = overlays.get(id).overlay
  expect(overlays.openForPage(id, ownPageToken('run', id)).own).toBe(true)
  for (const token of ['', postToken, ownPageToken('run', other.id), ownPageToken('other run', id), `${viewToken}x`]) {
    expect(() => overlays.openForPage(id, token)).toThrow(missing)
  }
  expect(() => overlays.openForPosts(id, viewToken)).toThrow(missing)
  expect(overlays.openForPosts(id, postToken).overlay.id).toBe(id)
  overlays.renew(id, 'page', editor)
  expect(() => overlays.openForPage(id, viewToken)).toThrow(missing)
  expect(overlays.openForPosts(id, postToken).overlay.id).toBe(id)
})
