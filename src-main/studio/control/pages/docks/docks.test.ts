import { describe, expect, it, test } from 'vitest'
import type { StateStore } from '../../state-store.ts'
import { dockFrame } from './dock-frame.ts'
import { judgeDockUrl } from './dock-url.ts'
import { Docks } from './docks.ts'
import { framingOf } from './framing.ts'

const addresses: Readonly<Record<string, string>> = {
  'chat.example': '93.184.216.34',
  'nas.lan': '192.168.1.9',
  'rebound.example': '127.0.0.1',
}
const rules = (limited: boolean, editorHosts: readonly string[] = []) => ({
  limited,
  network: { editorHosts, ownHttpPorts: [8080], ownHttpsPorts: [8443] },
  ownUrls: ['http://127.0.0.1:8080', 'https://live.example'],
  lookup: async (host: string) => {
    const address = addresses[host]
    if (address === undefined) throw new Error('not found')
    return [{ address, family: 4 }]
  },
})

describe('URLs of docks', () => {
  it.each([
    ['an editor', true, 'https://chat.example/popout?room=1'],
    ['an admin', false, 'https://chat.example/'],
    ['an admin', false, 'http://nas.lan:3000/board'],
    ['an admin', false, 'http://127.0.0.1:3000/'],
  ])('of %s (limited: %s): %s is taken', async (_, limited, url) => {
    expect((await judgeDockUrl(url, rules(limited))).href).toBe(url)
  })

  it('of an editor lead into a private network where an admin opened the host', async () => {
    await expect(judgeDockUrl('http://nas.lan:3000/', rules(true))).rejects.toMatchObject({ code: 'url.forbidden' })
    await expect(judgeDockUrl('http://nas.lan:3000/', rules(true, ['nas.lan']))).resolves.toMatchObject({ hostname: 'nas.lan' })
  })

  it.each([
    ['javascript:alert(1)', 'request.invalid'],
    ['data:text/html,<script>alert(1)</script>', 'request.invalid'],
    ['file:///etc/passwd', 'request.invalid'],
    ['blob:https://chat.example/1', 'request.invalid'],
    ['nothing', 'request.invalid'],
    ['https://me:secret@chat.example/', 'request.invalid'],
    ['http://chat.example/', 'request.invalid'],
    ['http://127.0.0.1:8080/studio', 'request.invalid'],
    ['http://rebound.example:8080/', 'request.invalid'],
    ['https://live.example/', 'request.invalid'],
    ['https://unknown.example/', 'request.invalid'],
  ])('%s is rejected, also of an admin: %s', async (url, code) => {
    await expect(judgeDockUrl(url, rules(false))).rejects.toMatchObject({ code })
  })
})

test.each([
  [{}, 'allowed'],
  [{ 'x-frame-options': 'SAMEORIGIN' }, 'x-frame-options'],
  [{ 'x-frame-options': 'DENY' }, 'x-frame-options'],
  [{ 'content-security-policy': "default-src 'self'; frame-ancestors 'none'" }, 'frame-ancestors'],
  [{ 'content-security-policy': "frame-ancestors 'self'" }, 'frame-ancestors'],
  [{ 'content-security-policy': 'frame-ancestors https://other.example' }, 'frame-ancestors'],
  [{ 'content-security-policy': 'frame-ancestors *', 'x-frame-options': 'DENY' }, 'allowed'],
  [{ 'content-security-policy': 'frame-ancestors http://studio.example:8080' }, 'allowed'],
  [{ 'content-security-policy': 'frame-ancestors *.example:*' }, 'allowed'],
  [{ 'content-security-policy': "frame-ancestors *, frame-ancestors 'none'" }, 'frame-ancestors'],
] as const)('%j: framing is %s', (headers, framing) => {
  expect(framingOf(headers, new URL('https://chat.example/'), new URL('http://studio.example:8080'))).toBe(framing)
})

test('the document around a dock frames its origin alone, and names and URLs stay text', () => {
  const { html, headers } = dockFrame({ id: '1', name: '"><script>', url: 'https://chat.example/?a=1&b="%27', opens: 'pane' })
  expect(headers['content-security-policy']).toContain("frame-src https://chat.example; base-uri 'none'")
  expect(html).not.toContain('<script>')
  expect(html).toContain('src="https://chat.example/?a=1&amp;b=&quot;%27"')
})

test('docks are kept encrypted, in their order, and bounded', () => {
  const kept = new Map<string, unknown>()
  const store = {
    get: (key: string) => kept.get(key),
    set: (key: string, value: unknown) => void kept.set(key, value),
  } as unknown as StateStore
  const secrets = { encrypt: (text: string) => `sealed ${btoa(text)}`, open: (text: string) => atob(text.slice(7)) }
  const open = () => new Docks({ store, secrets, onChange: () => undefined })
  const docks = open()
  const first = docks.add({ name: 'Chat', url: 'https://chat.example/?token=secret', opens: 'pane' })
  docks.add({ name: 'Alerts', url: 'https://alerts.example/', opens: 'window' })
  expect(JSON.stringify([...kept])).not.toContain('secret')
  docks.change(first.id, { name: 'Talk' })
  expect(
    open()
      .list()
      .map(({ name }) => name),
  ).toEqual(['Talk', 'Alerts'])
  docks.remove(first.id)
  expect(() => docks.get(first.id)).toThrow(expect.objectContaining({ code: 'studio.not_found' }))
  for (let index = docks.list().length; index < 24; index++) docks.add({ name: `${index}`, url: 'https://chat.example/', opens: 'pane' })
  expect(() => docks.add({ name: 'More', url: 'https://chat.example/', opens: 'pane' })).toThrow(
    expect.objectContaining({ code: 'request.conflict' }),
  )
})
