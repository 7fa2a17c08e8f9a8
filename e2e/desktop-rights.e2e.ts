import type { Browser } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { findingsInBothThemes } from './helpers/axe.ts'
import { type DesktopViewer, pressEnter } from './helpers/desktop-viewer.ts'
import type { RunningHost } from './helpers/host.ts'
import { look } from './helpers/studio-page.ts'
import { setUpTerminalDisplay, type TerminalDisplay } from './helpers/terminal-display.ts'
import { until } from './helpers/until.ts'

/** What a user may do at a display: by WebSockets of its own, as a page of somebody else's making would try it. */

let desk: TerminalDisplay
let host: RunningHost
let id = ''
let browser: Browser
let ann = { user: '', secret: '' }
const connect = setUpTerminalDisplay('desktop-rights', async (started, opened) => {
  desk = started
  ;({ host, id } = desk)
  browser = opened
  const { token, secret } = (await host.api('POST', '/tokens', { label: 'Ann', role: 'editor' })).body
  ann = { user: `token:${token.id}`, secret }
})

const grant = (rights: readonly string[], expiresAt?: string) =>
  host.api('PUT', `/desktop/displays/${id}/grants/${encodeURIComponent(ann.user)}`, { rights, ...(expiresAt && { expiresAt }) })
const asAnn = async (path: string) => {
  const answer = await fetch(`${host.http}/api/v1${path}`, { headers: { authorization: `Bearer ${ann.secret}` } })
  return { status: answer.status, body: await answer.json() }
}

/** Everybody leaves, and nobody is expected back. */
async function empty(...connections: readonly DesktopViewer[]) {
  for (const connection of connections) connection.leave()
  await until(async () => (await host.api('GET', `/desktop/displays/${id}`)).body.viewers === 0, 'everybody has left')
}

describe('the rights of a user at a display', () => {
  it('need a grant: without one the display is not listed, and not opened', async () => {
    expect((await asAnn('/desktop/displays')).body.items).toEqual([])
    expect((await asAnn(`/desktop/displays/${id}`)).status).toBe(404)
    const rejectedOne = connect({ display: id, secret: ann.secret })
    await until(() => rejectedOne.rejected() !== undefined, 'the WebSocket is rejected')
    expect(rejectedOne.rejected()).toBe(404)
  })

  it('let a viewer see, and nothing of keyboard, pointer and size arrive', async () => {
    await grant(['see'])
    const listed = (await asAnn('/desktop/displays')).body.items
    expect(listed).toMatchObject([{ id, rights: ['see'], command: null, server: null }])
    const admin = connect({ display: id })
    const viewer = connect({ display: id, secret: ann.secret })
    await Promise.all([admin.joined(), viewer.joined()])
    await until(() => viewer.updates() > 0, 'the viewer sees the display')
    const { width } = (await host.api('GET', `/desktop/displays/${id}`)).body
    await until(() => {
      admin.type('ready')
      return desk.typed() === 'ready'
    }, 'the terminal writes what is typed')
    viewer.send({ kind: 'size', width: 444, height: 333 }, { kind: 'button', button: 1, down: true, x: 10, y: 10 })
    viewer.send({ kind: 'key', code: 'ShiftLeft', key: 'Shift', down: true }, { kind: 'held', codes: ['ShiftLeft'] })
    viewer.type('of the viewer')
    await viewer.read()
    admin.type('of the admin')
    await until(() => desk.typed() === 'of the admin', 'what the admin types arrives')
    expect(desk.lines()).not.toContain('of the viewer')
    expect((await host.api('GET', `/desktop/displays/${id}`)).body.width).toBe(width)
    expect((await host.api('GET', `/desktop/displays/${id}/attendees`)).body.items).toMatchObject([
      { user: 'local', rights: ['see', 'control', 'clipboard', 'files', 'audio', 'microphone', 'camera', 'record'] },
      { user: ann.user, name: 'Ann', rights: ['see'] },
    ])
    await empty(admin, viewer)
  })

  it('change while connected: what is pressed is released, and nothing else arrives', async () => {
    await grant(['control'])
    const viewer = connect({ display: id, secret: ann.secret })
    await viewer.joined()
    const admin = connect({ display: id })
    await admin.joined()
    viewer.type('of Ann')
    await until(() => desk.typed() === 'of Ann', 'Ann controls it')
    viewer.send({ kind: 'key', code: 'ShiftLeft', key: 'Shift', down: true })
    await viewer.read()
    const { items } = (await host.api('GET', `/desktop/displays/${id}/attendees`)).body
    const attendee = items.find(({ user }) => user === ann.user)!.id
    expect((await host.api('PATCH', `/desktop/displays/${id}/attendees/${attendee}`, { rights: ['see'] })).status).toBe(200)
    expect(viewer.rights()).toEqual(['see'])
    viewer.type('too late')
    await viewer.read()
    // By keys: a Shift that is still down would show.
    for (const key of 'abc')
      admin.send({ kind: 'key', code: `Key${key}`, key, down: true }, { kind: 'key', code: `Key${key}`, key, down: false })
    admin.send(...pressEnter)
    await until(() => desk.typed() === 'abc' || desk.typed() === 'ABC', 'the admin has typed')
    expect(desk.typed()).toBe('abc')
    expect(desk.lines()).not.toContain('too late')
    await grant(['control', 'audio'])
    await until(() => viewer.rights()?.includes('control') === true, 'the grant is newer')
    await empty(admin, viewer)
  })

  it('end at once when they are taken back, and at their time', async () => {
    await grant(['see'])
    const first = connect({ display: id, secret: ann.secret })
    await first.joined()
    await grant(['see'], new Date(Date.now() + 1500).toISOString())
    await until(() => first.closed() === 4403, 'the grant expires')
    expect(first.said.at(-1)).toMatchObject({ kind: 'error', code: 'desktop.rights_ended' })
    await grant(['see'])
    const second = connect({ display: id, secret: ann.secret })
    await second.joined()
    await host.api('DELETE', `/desktop/displays/${id}/grants/${encodeURIComponent(ann.user)}`)
    await until(() => second.closed() === 4403, 'nobody sees it without a grant')
    const actors = (await host.api('GET', '/audit?limit=50')).body.items.map(({ message }) => message)
    expect(actors).toContain('Ann was granted rights at a display: see')
  })
})

describe('the rights of users on the page', () => {
  it('are granted for a time, changed, and taken back, by keyboard too', async () => {
    await host.api('DELETE', `/desktop/displays/${id}/grants/${encodeURIComponent(ann.user)}`)
    const granted = async () => (await host.api('GET', `/desktop/displays/${id}/grants`)).body.items
    const owner = await browser.newPage({ viewport: { width: 1200, height: 760 }, colorScheme: 'dark' })
    await owner.goto(`${host.http}/desktops/${id}`)
    await owner.locator('[data-testid=desktop][data-state=open]').waitFor()
    await owner.getByTestId('desktop-share').press('Enter')
    await owner.getByTestId('share-add-user').press('Enter')
    await owner.getByTestId('share-grant-dialog').waitFor()
    await owner.getByTestId('share-user').selectOption({ label: 'Ann' })
    await owner.getByTestId('grant-right-audio').press('Space')
    await owner.getByTestId('grant-minutes').selectOption('60')
    expect(await findingsInBothThemes(owner)).toEqual([])
    await look(owner, 'desktop-grant')
    await owner.getByTestId('share-grant').press('Enter')
    await owner.getByTestId('share-users').getByText('Ann').waitFor()
    const [first] = await granted()
    expect(first).toMatchObject({ user: ann.user, name: 'Ann', rights: ['see', 'control', 'audio'] })
    expect(Math.abs(Date.parse(first?.expiresAt ?? '') - Date.now() - 3_600_000)).toBeLessThan(600_000)
    const viewer = connect({ display: id, secret: ann.secret })
    await viewer.joined()
    await owner.getByTestId('share-people').getByText('Ann').waitFor()
    expect(await findingsInBothThemes(owner)).toEqual([])
    await look(owner, 'desktop-share')

    await owner.getByTestId('share-change').click()
    await owner.getByTestId('grant-right-control').click()
    await owner.getByTestId('share-grant').click()
    await until(() => viewer.rights()?.join() === 'see,audio', 'Ann may do less, at once')
    // Its time stays what it was.
    expect((await granted())[0]?.expiresAt).toBe(first?.expiresAt)
    await owner.getByTestId('share-take-back').press('Enter')
    await until(() => viewer.closed() === 4403, 'Ann is disconnected')
    await owner.getByTestId('share-users').waitFor({ state: 'detached' })
    expect(await granted()).toEqual([])
    await owner.close()
  })
})

describe('a page of another origin', () => {
  it('opens no session, though this machine needs no sign-in', async () => {
    const foreign = connect({ display: id, headers: { origin: 'http://evil.example' } })
    await until(() => foreign.rejected() !== undefined, 'the WebSocket is rejected')
    expect(foreign.rejected()).toBe(403)
  })
})

describe('control of a shared display', () => {
  it('is of one person: input of two never mixes, who asks gets it, and the admin takes it back', async () => {
    await grant(['control'])
    const admin = connect({ display: id })
    await until(() => admin.people().length === 1, 'the admin is there')
    const helper = connect({ display: id, secret: ann.secret })
    await until(() => admin.people().length === 2, 'Ann is there, too')
    expect(helper.people().map(({ name, controls }) => [name, controls])).toEqual([
      ['admin', true],
      ['Ann', false],
    ])
    helper.type('mixed')
    await helper.read()
    admin.type('of one')
    await until(() => desk.typed() === 'of one', 'what the admin types arrives')
    helper.send({ kind: 'control', action: 'take' }, { kind: 'control', action: 'ask' })
    await until(() => admin.people()[1]?.asks === true, 'the admin sees that Ann asks')
    admin.send({ kind: 'key', code: 'ShiftLeft', key: 'Shift', down: true }, { kind: 'control', action: 'give', attendee: helper.id() })
    await until(() => helper.people()[1]?.controls === true, 'Ann controls it')
    admin.type('mixed')
    await admin.read()
    for (const key of 'xyz') {
      const code = `Key${key}`
      helper.send({ kind: 'key', code, key, down: true }, { kind: 'key', code, key, down: false })
    }
    helper.send(...pressEnter)
    await until(() => desk.typed()?.toLowerCase() === 'xyz', 'Ann has typed')
    expect(desk.typed()).toBe('xyz')
    expect(desk.lines()).not.toContain('mixed')
    admin.send({ kind: 'control', action: 'take' })
    await until(() => admin.people()[0]?.controls === true, 'the admin controls it')
    await empty(admin, helper)
  })

  it('comes back to who lost the connection, and to another device of theirs, with the programs where they were', async () => {
    await grant(['control'])
    const first = connect({ display: id, secret: ann.secret })
    await first.joined()
    first.send({ kind: 'text', text: 'half a ' })
    await first.read()
    const admin = connect({ display: id })
    await admin.joined()
    first.socket.terminate()
    await until(() => admin.people().length === 1, 'Ann is gone')
    admin.type('between')
    await admin.read()
    const again = connect({ display: id, secret: ann.secret })
    await until(() => again.people().some(({ name, controls }) => name === 'Ann' && controls), 'Ann controls it again')
    again.type('line')
    await until(() => desk.typed() === 'half a line', 'the line goes on where it was')
    await empty(admin, again)
  })
})

describe('a viewer who floods the display', () => {
  it('is disconnected, and nobody else is', async () => {
    await grant(['control'])
    const admin = connect({ display: id })
    await admin.joined()
    const flood = connect({ display: id, secret: ann.secret })
    await flood.joined()
    for (let count = 0; count < 5000; count++) flood.send({ kind: 'move', x: count % 100, y: 1 })
    await until(() => flood.closed() === 1008, 'the flood ends its own connection')
    const large = connect({ display: id, secret: ann.secret })
    await large.joined()
    large.socket.send(JSON.stringify({ kind: 'text', text: 'a'.repeat(20_000) }))
    await until(() => large.closed() === 1007, 'so does a message that is too large')
    const odd = connect({ display: id, secret: ann.secret })
    await odd.joined()
    odd.socket.send('{"kind":"control","action":"own"}')
    await until(() => odd.closed() === 1007, 'and one that makes no sense')
    expect(admin.closed()).toBeUndefined()
    admin.type('still here')
    await until(() => desk.typed() === 'still here', 'the admin goes on')
    await empty(admin)
  })
})
