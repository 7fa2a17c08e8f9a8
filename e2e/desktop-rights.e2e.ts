import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { encode } from 'uqr'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import type { ClientMessage } from '../src-main/desktop/sessions/client-message.ts'
import { totpCode, totpStep } from '../src-main/formats/totp.ts'
import { findingsInBothThemes } from './helpers/axe.ts'
import { launchBrowser } from './helpers/browser.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { skipBecause } from './helpers/skip.ts'
import { look } from './helpers/studio-page.ts'
import { until } from './helpers/until.ts'

/** Who may do what at a display: by WebSockets of its own, as a page of somebody else's making would try it. */

const missing = ['Xvnc', 'xterm'].every((program) => existsSync(`/usr/bin/${program}`))
  ? undefined
  : 'Xvnc and xterm are needed: apt-get install tigervnc-standalone-server xterm'
let host: RunningHost
let id = ''
let browser: Browser
let ann = { user: '', secret: '' }
const open = new Set<WebSocket>()

/** Lines that a terminal on the display was typed. */
const lines = () => {
  const file = join(host.dataDir, 'typed.txt')
  return existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : []
}
const typed = () => lines().at(-1)

interface Here {
  readonly id: string
  readonly name: string
  readonly controls: boolean
  readonly asks: boolean
}

/** A connection to the display: of an admin on this machine, or of who has that secret. */
function connect(secret?: string, headers: Readonly<Record<string, string>> = {}, path = `session?display=${id}`, port = host.httpPort) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/api/v1/desktop/${path}`, {
    headers: { ...headers, ...(secret === undefined ? {} : { authorization: `Bearer ${secret}` }) },
  })
  open.add(socket)
  const said: {
    readonly kind: string
    readonly code?: string
    readonly rights?: readonly string[]
    readonly attendee?: string
    readonly people?: readonly Here[]
  }[] = []
  let updates = 0
  let closed: number | undefined
  let rejected: number | undefined
  socket.on('message', (data, binary) => {
    if (!binary) said.push(JSON.parse(String(data)))
    else {
      updates++
      const bytes = data as Buffer
      if (bytes[0] !== 2) socket.send(JSON.stringify({ kind: 'drawn', update: bytes.readUInt32LE(4) }))
    }
  })
  socket.on('close', (code) => {
    closed = code
    open.delete(socket)
  })
  socket.on('unexpected-response', (_request, { statusCode }) => {
    rejected = statusCode
  })
  socket.on('error', () => undefined)
  const send = (...messages: readonly ClientMessage[]) => {
    for (const message of messages) socket.send(JSON.stringify(message))
  }
  return {
    said,
    send,
    rights: () => said.filter(({ kind }) => kind === 'rights').at(-1)?.rights,
    people: () => said.filter(({ kind }) => kind === 'people').at(-1)?.people ?? [],
    id: () => said.find(({ kind }) => kind === 'rights')?.attendee ?? '',
    socket,
    updates: () => updates,
    closed: () => closed,
    rejected: () => rejected,
    leave: () => socket.close(),
    /** Resolves when the host has read everything that was sent. */
    read: () =>
      new Promise<void>((resolve) => {
        socket.once('pong', () => resolve())
        socket.ping()
      }),
    joined: () => until(() => said.some(({ kind }) => kind === 'rights'), 'the display says what is allowed'),
    type: (text: string) => send({ kind: 'text', text }, ...enter),
  }
}
const enter: readonly ClientMessage[] = [
  { kind: 'key', code: 'Enter', key: 'Enter', down: true },
  { kind: 'key', code: 'Enter', key: 'Enter', down: false },
]

beforeAll(async () => {
  if (missing !== undefined) return
  host = await startHost({ name: 'desktop-rights' })
  const command = ['xterm', '-maximized', '-e', 'sh', '-c', `cat > ${join(host.dataDir, 'typed.txt')}`]
  id = (await host.api('POST', '/desktop/displays', { command })).body.id
  const { token, secret } = (await host.api('POST', '/tokens', { label: 'Ann', role: 'editor' })).body
  browser = await launchBrowser()
  ann = { user: `token:${token.id}`, secret }
}, 120_000)

afterAll(async () => {
  for (const socket of open) socket.terminate()
  if (id !== '') await host?.api('DELETE', `/desktop/displays/${id}`).catch(() => undefined)
  await browser?.close()
  await host?.stop()
}, 60_000)

beforeEach((context) => {
  if (missing !== undefined) skipBecause(context, missing)
})

const grant = (rights: readonly string[], expiresAt?: string) =>
  host.api('PUT', `/desktop/displays/${id}/grants/${encodeURIComponent(ann.user)}`, { rights, ...(expiresAt && { expiresAt }) })
const asAnn = async (path: string) => {
  const answer = await fetch(`${host.http}/api/v1${path}`, { headers: { authorization: `Bearer ${ann.secret}` } })
  return { status: answer.status, body: await answer.json() }
}

/** Everybody leaves, and nobody is expected back. */
async function empty(...connections: readonly ReturnType<typeof connect>[]) {
  for (const connection of connections) connection.leave()
  await until(async () => (await host.api('GET', `/desktop/displays/${id}`)).body.viewers === 0, 'everybody has left')
}

describe('the rights of a user at a display', () => {
  it('need a grant: without one the display is not listed, and not opened', async () => {
    expect((await asAnn('/desktop/displays')).body.items).toEqual([])
    expect((await asAnn(`/desktop/displays/${id}`)).status).toBe(404)
    const rejectedOne = connect(ann.secret)
    await until(() => rejectedOne.rejected() !== undefined, 'the WebSocket is rejected')
    expect(rejectedOne.rejected()).toBe(404)
  })

  it('let a viewer see, and nothing of keyboard, pointer and size arrive', async () => {
    await grant(['see'])
    const listed = (await asAnn('/desktop/displays')).body.items
    expect(listed).toMatchObject([{ id, rights: ['see'], command: null, server: null }])
    const admin = connect()
    const viewer = connect(ann.secret)
    await Promise.all([admin.joined(), viewer.joined()])
    await until(() => viewer.updates() > 0, 'the viewer sees the display')
    const { width } = (await host.api('GET', `/desktop/displays/${id}`)).body
    await until(() => {
      admin.type('ready')
      return typed() === 'ready'
    }, 'the terminal writes what is typed')
    viewer.send({ kind: 'size', width: 444, height: 333 }, { kind: 'button', button: 1, down: true, x: 10, y: 10 })
    viewer.send({ kind: 'key', code: 'ShiftLeft', key: 'Shift', down: true }, { kind: 'held', codes: ['ShiftLeft'] })
    viewer.type('of the viewer')
    await viewer.read()
    admin.type('of the admin')
    await until(() => typed() === 'of the admin', 'what the admin types arrives')
    expect(lines()).not.toContain('of the viewer')
    expect((await host.api('GET', `/desktop/displays/${id}`)).body.width).toBe(width)
    expect((await host.api('GET', `/desktop/displays/${id}/attendees`)).body.items).toMatchObject([
      { user: 'local', rights: ['see', 'control', 'clipboard', 'files', 'audio', 'microphone', 'camera', 'record'] },
      { user: ann.user, name: 'Ann', rights: ['see'] },
    ])
    await empty(admin, viewer)
  })

  it('change while connected: what is pressed is released, and nothing else arrives', async () => {
    await grant(['control'])
    const viewer = connect(ann.secret)
    await viewer.joined()
    const admin = connect()
    await admin.joined()
    viewer.type('of Ann')
    await until(() => typed() === 'of Ann', 'Ann controls it')
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
    admin.send(...enter)
    await until(() => typed() === 'abc' || typed() === 'ABC', 'the admin has typed')
    expect(typed()).toBe('abc')
    expect(lines()).not.toContain('too late')
    await grant(['control', 'audio'])
    await until(() => viewer.rights()?.includes('control') === true, 'the grant is newer')
    await empty(admin, viewer)
  })

  it('end at once when they are taken back, and at their time', async () => {
    await grant(['see'])
    const first = connect(ann.secret)
    await first.joined()
    await grant(['see'], new Date(Date.now() + 1500).toISOString())
    await until(() => first.closed() === 4403, 'the grant expires')
    expect(first.said.at(-1)).toMatchObject({ kind: 'error', code: 'desktop.rights_ended' })
    await grant(['see'])
    const second = connect(ann.secret)
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
    const viewer = connect(ann.secret)
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
    const foreign = connect(undefined, { origin: 'http://evil.example' })
    await until(() => foreign.rejected() !== undefined, 'the WebSocket is rejected')
    expect(foreign.rejected()).toBe(403)
  })
})

describe('control of a shared display', () => {
  it('is of one person: input of two never mixes, who asks gets it, and the admin takes it back', async () => {
    await grant(['control'])
    const admin = connect()
    await until(() => admin.people().length === 1, 'the admin is there')
    const helper = connect(ann.secret)
    await until(() => admin.people().length === 2, 'Ann is there, too')
    expect(helper.people().map(({ name, controls }) => [name, controls])).toEqual([
      ['admin', true],
      ['Ann', false],
    ])
    helper.type('mixed')
    await helper.read()
    admin.type('of one')
    await until(() => typed() === 'of one', 'what the admin types arrives')
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
    helper.send(...enter)
    await until(() => typed()?.toLowerCase() === 'xyz', 'Ann has typed')
    expect(typed()).toBe('xyz')
    expect(lines()).not.toContain('mixed')
    admin.send({ kind: 'control', action: 'take' })
    await until(() => admin.people()[0]?.controls === true, 'the admin controls it')
    await empty(admin, helper)
  })

  it('comes back to who lost the connection, and to another device of theirs, with the programs where they were', async () => {
    await grant(['control'])
    const first = connect(ann.secret)
    await first.joined()
    first.send({ kind: 'text', text: 'half a ' })
    await first.read()
    const admin = connect()
    await admin.joined()
    first.socket.terminate()
    await until(() => admin.people().length === 1, 'Ann is gone')
    admin.type('between')
    await admin.read()
    const again = connect(ann.secret)
    await until(() => again.people().some(({ name, controls }) => name === 'Ann' && controls), 'Ann controls it again')
    again.type('line')
    await until(() => typed() === 'half a line', 'the line goes on where it was')
    await empty(admin, again)
  })
})

describe('an invitation', () => {
  const invite = async (body: object) => (await host.api('POST', `/desktop/displays/${id}/invitations`, body)).body

  it('leads a guest without an account to the display, by a page that says what for; taking it back ends the visit', async () => {
    const owner = await browser.newPage({ viewport: { width: 1200, height: 760 }, colorScheme: 'dark' })
    await owner.goto(`${host.http}/desktops/${id}`)
    await owner.locator('[data-testid=desktop][data-state=open]').waitFor()
    await owner.getByTestId('desktop-share').click()
    await owner.getByTestId('share-invite').click()
    await owner.getByTestId('share-invite-dialog').waitFor()
    await owner.getByTestId('share-right-control').click()
    expect(await findingsInBothThemes(owner)).toEqual([])
    await look(owner, 'desktop-invite')
    await owner.getByTestId('share-create').click()
    const url = (await owner.getByTestId('share-link').textContent()) ?? ''
    expect(url).toContain('#key=')
    // A phone that reads it would look for the host at itself.
    await owner.getByTestId('share-link-local').waitFor()
    expect(await owner.getByTestId('qr-code').count()).toBe(0)
    await owner.getByTestId('share-link-done').click()

    const context = await browser.newContext({ viewport: { width: 1000, height: 700 } })
    const guest = await context.newPage()
    await guest.goto(url)
    await guest.getByTestId('invitation-page').waitFor()
    expect(await guest.getByTestId('invitation-rights').locator('li').allTextContents()).toEqual(['See the desktop'])
    expect(await findingsInBothThemes(guest)).toEqual([])
    await look(guest, 'desktop-invitation')
    await guest.getByTestId('invitation-name').fill('Gus')
    await guest.getByTestId('invitation-join').click()
    await guest.locator('[data-testid=desktop][data-state=open]').waitFor()

    await asks(guest, owner)
    await owner.getByTestId('desktop-give').click()
    await guest.locator('[data-testid=desktop-people][data-controls=true]').waitFor()
    await guest.getByTestId('desktop-keys').focus()
    await guest.keyboard.type('of the guest')
    await guest.keyboard.press('Enter')
    await until(() => typed() === 'of the guest', 'the guest types')
    await owner.getByTestId('desktop-take').click()
    await guest.locator('[data-testid=desktop-people][data-controls=false]').waitFor()

    // The page loaded again is the same guest; another browser is nobody.
    await guest.reload()
    await guest.locator('[data-testid=desktop][data-state=open]').waitFor()
    const other = await (await browser.newContext()).newPage()
    await other.goto(url)
    await other.getByTestId('invitation-notice').getByText('has been used').waitFor()

    await owner.getByTestId('desktop-share').click()
    await owner.getByTestId('share-people').getByText('Gus').waitFor()
    await owner.getByTestId('share-revoke').click()
    await guest.locator('[data-testid=desktop][data-state=failed]').waitFor()
    expect((await host.api('GET', `/desktop/displays/${id}/invitations`)).body.items).toEqual([])
    await context.close()
    await owner.close()
  })

  it('leads each guest to a display of their own, which others do not see, and which ends with the invitation', async () => {
    const owner = await browser.newPage({ viewport: { width: 1200, height: 900 } })
    await owner.goto(`${host.http}/desktops/${id}`)
    await owner.getByTestId('desktop-share').click()
    await owner.getByTestId('share-invite').click()
    await owner.getByTestId('share-once').click()
    await owner.getByTestId('share-separate').click()
    await owner.getByTestId('share-command').fill('xterm -title own')
    expect(await findingsInBothThemes(owner)).toEqual([])
    await look(owner, 'desktop-invite-own')
    await owner.getByTestId('share-create').click()
    const url = (await owner.getByTestId('share-link').textContent()) ?? ''
    await owner.close()
    const own = async () => (await host.api('GET', '/desktop/displays')).body.items.filter(({ forGuest }) => forGuest)

    const guest = await (await browser.newContext({ viewport: { width: 900, height: 640 } })).newPage()
    await guest.goto(url)
    await guest.getByTestId('invitation-page').getByText('a desktop of your own').waitFor()
    await guest.getByTestId('invitation-name').fill('Gus')
    await guest.getByTestId('invitation-join').click()
    await guest.locator('[data-testid=desktop][data-state=open]').waitFor()
    const [first] = await own()
    expect(first).toMatchObject({ name: 'Gus (guest)', command: ['xterm', '-title', 'own'], endAfterMinutes: 10 })
    await until(async () => (await own())[0]?.width === 900, 'it has the size of the window')
    await look(guest, 'desktop-own')
    // Loaded again it is the same.
    await guest.reload()
    await guest.locator('[data-testid=desktop][data-state=open]').waitFor()
    expect((await own()).map((each) => each.id)).toEqual([first!.id])

    const key = url.split('#key=')[1] ?? ''
    const come = async (name: string) => {
      const { body } = await host.api('POST', '/desktop/invitations/join', { key, name })
      const connection = connect(undefined, {}, 'guest')
      connection.socket.on('open', () => connection.socket.send(JSON.stringify({ kind: 'hello', guest: body.guest })))
      return connection
    }
    const others = await Promise.all(['Hal', 'Ida', 'Jo', 'Kit'].map(come))
    await until(
      () => others.filter((each) => each.people().length > 0).length === 3 && others.some((each) => each.closed() === 4409),
      'three more have a display, the fifth has none',
    )
    expect(others.find((each) => each.closed())?.said.at(-1)).toMatchObject({ kind: 'error', code: 'desktop.limit' })
    // Each is alone, and the display that the invitation was made at is nobody's.
    expect(others.filter((each) => !each.closed()).map((each) => each.people().length)).toEqual([1, 1, 1])
    expect(new Set((await own()).map((each) => each.server)).size).toBe(4)
    expect((await host.api('GET', `/desktop/displays/${id}`)).body.viewers).toBe(0)

    const [invitation] = (await host.api('GET', `/desktop/displays/${id}/invitations`)).body.items
    await host.api('DELETE', `/desktop/displays/${id}/invitations/${invitation!.id}`)
    await guest.locator('[data-testid=desktop][data-state=failed]').waitFor()
    await until(async () => (await own()).length === 0, 'their displays are gone')
    await until(() => others.every((each) => each.closed() !== undefined), 'they are disconnected')
    await guest.context().close()
  })

  it('has a QR code of the link where other machines can open it', async () => {
    const owner = await browser.newPage()
    await owner.route('**/invitations', async (route) => {
      if (route.request().method() !== 'POST') return route.continue()
      const response = await route.fetch()
      const body = await response.text()
      return route.fulfill({ response, body: body.replace(host.http, 'https://desk.example') })
    })
    await owner.goto(`${host.http}/desktops/${id}`)
    await owner.getByTestId('desktop-share').click()
    await owner.getByTestId('share-invite').click()
    await owner.getByTestId('share-create').click()
    const drawn = await owner.getByTestId('qr-code').locator('path').getAttribute('d')
    const { data } = encode((await owner.getByTestId('share-link').textContent()) ?? '', { ecc: 'M', border: 4 })
    expect(drawn?.match(/M\d+ \d+/g)).toEqual(data.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}`] : []))))
    await owner.getByTestId('share-link-done').click()
    await owner.close()
    for (const each of (await host.api('GET', `/desktop/displays/${id}/invitations`)).body.items)
      await host.api('DELETE', `/desktop/displays/${id}/invitations/${each.id}`)
  })

  it('opens nothing else, ends at once when it is taken back, and cannot be guessed at will', async () => {
    const { invitation, url } = await invite({ rights: ['see'], once: false })
    const key = new URL(url).hash.slice('#key='.length)
    const join = (name: string, secret = key) => host.api('POST', '/desktop/invitations/join', { key: secret, name })
    const guests = await Promise.all(['Gus', 'Mia'].map(async (name) => (await join(name)).body.guest))
    const visits = guests.map((secret) => {
      const visit = connect(undefined, {}, 'guest')
      visit.socket.on('open', () => visit.socket.send(JSON.stringify({ kind: 'hello', guest: secret })))
      return visit
    })
    await Promise.all(visits.map((visit) => visit.joined()))
    visits[0]!.type('of a guest')
    await visits[0]!.read()
    const bearer = await fetch(`${host.http}/api/v1/desktop/displays`, { headers: { authorization: `Bearer ${guests[0]}` } })
    expect(bearer.status).toBe(401)
    const foreign = connect(undefined, { origin: 'http://evil.example' }, 'guest')
    await until(() => foreign.rejected() === 403, 'another origin opens nothing')
    await host.api('DELETE', `/desktop/displays/${id}/invitations/${invitation.id}`)
    await until(() => visits.every((visit) => visit.closed() === 4403), 'both are disconnected')
    expect(typed()).not.toBe('of a guest')
    expect((await join('Gus')).body.code).toBe('desktop.invitation_unknown')
    const guesses = await Promise.all(Array.from({ length: 15 }, (_, index) => join('Gus', `guess-${index}`)))
    expect(guesses.map(({ body }) => body.code)).toContain('auth.too_many_attempts')
    const good = await invite({ rights: ['see'] })
    expect((await join('Gus', new URL(good.url).hash.slice('#key='.length))).status).toBe(201)
    const silent = connect(undefined, {}, 'guest')
    silent.socket.on('open', () => silent.socket.send(JSON.stringify({ kind: 'hello', guest: 'nobody' })))
    await until(() => silent.closed() === 4403, 'a secret of nobody opens nothing')
  })
})

describe('a viewer who floods the display', () => {
  it('is disconnected, and nobody else is', async () => {
    await grant(['control'])
    const admin = connect()
    await admin.joined()
    const flood = connect(ann.secret)
    await flood.joined()
    for (let count = 0; count < 5000; count++) flood.send({ kind: 'move', x: count % 100, y: 1 })
    await until(() => flood.closed() === 1008, 'the flood ends its own connection')
    const large = connect(ann.secret)
    await large.joined()
    large.socket.send(JSON.stringify({ kind: 'text', text: 'a'.repeat(20_000) }))
    await until(() => large.closed() === 1007, 'so does a message that is too large')
    const odd = connect(ann.secret)
    await odd.joined()
    odd.socket.send('{"kind":"control","action":"own"}')
    await until(() => odd.closed() === 1007, 'and one that makes no sense')
    expect(admin.closed()).toBeUndefined()
    admin.type('still here')
    await until(() => typed() === 'still here', 'the admin goes on')
    await empty(admin)
  })
})

describe('strangers who say nothing', () => {
  it('take no guest a place', async () => {
    const { url } = (await host.api('POST', `/desktop/displays/${id}/invitations`, { rights: ['see'] })).body
    const key = new URL(url).hash.slice('#key='.length)
    const { guest } = (await host.api('POST', '/desktop/invitations/join', { key, name: 'Gus' })).body
    const strangers = Array.from({ length: 28 }, () => connect(undefined, {}, 'guest'))
    await until(() => strangers.filter(({ closed }) => closed() === 1006).length === 12, 'those who waited longest are closed')
    strangers.push(...Array.from({ length: 12 }, () => connect(undefined, {}, 'guest')))
    const visit = connect(undefined, {}, 'guest')
    visit.socket.on('open', () => visit.socket.send(JSON.stringify({ kind: 'hello', guest })))
    await visit.joined()
    expect(strangers.some(({ rejected }) => rejected() !== undefined)).toBe(false)
    for (const { socket } of strangers) socket.terminate()
    await empty(visit)
  })
})

describe('consent', () => {
  it('is asked of an admin before each guest of such an invitation comes, and no is no', async () => {
    const { url } = (await host.api('POST', `/desktop/displays/${id}/invitations`, { rights: ['see'], once: false, asks: true })).body
    const owner = await browser.newPage({ viewport: { width: 1100, height: 760 } })
    await owner.goto(`${host.http}/desktops/${id}`)
    await owner.locator('[data-testid=desktop][data-state=open]').waitFor()
    const come = async (name: string) => {
      const guest = await (await browser.newContext()).newPage()
      await guest.goto(url)
      await guest.getByTestId('invitation-name').fill(name)
      await guest.getByTestId('invitation-join').click()
      await guest.locator('[data-testid=desktop][data-state=waiting]').waitFor()
      await owner.getByTestId('desktop-consent').getByText(name).waitFor()
      return guest
    }
    const gus = await come('Gus')
    expect(await findingsInBothThemes(owner)).toEqual([])
    await look(owner, 'desktop-consent')
    await owner.getByTestId('consent-deny').click()
    await gus.locator('[data-testid=desktop][data-state=failed]').waitFor()
    const mia = await come('Mia')
    expect((await host.api('GET', `/desktop/displays/${id}`)).body.viewers).toBe(1)
    await owner.getByTestId('consent-allow').click()
    await mia.locator('[data-testid=desktop][data-state=open]').waitFor()
    await owner.getByTestId('desktop-consent').waitFor({ state: 'detached' })
    // After a break she comes back without a question.
    await mia.reload()
    await mia.locator('[data-testid=desktop][data-state=open]').waitFor()
    for (const page of [gus, mia]) await page.context().close()
    await owner.close()
  })

  it('is asked by a window on the screen of the machine, which ends with the answer', async () => {
    const { server } = (await host.api('GET', `/desktop/displays/${id}`)).body
    const env = { DISPLAY: server ?? '', XAUTHORITY: join(host.dataDir, 'displays', id, 'xauthority') }
    const other = await startHost({ name: 'desktop-consent', env })
    try {
      const { url } = (await other.api('POST', '/desktop/displays/screen/invitations', { rights: ['see'], once: false })).body
      const key = new URL(url).hash.slice('#key='.length)
      const come = async (name: string) => {
        const { guest } = (await other.api('POST', '/desktop/invitations/join', { key, name })).body
        const visit = connect(undefined, {}, 'guest', other.httpPort)
        visit.socket.on('open', () => visit.socket.send(JSON.stringify({ kind: 'hello', guest })))
        return visit
      }
      const visit = await come('Gus')
      const windows = () => processesBelow(other.process.pid ?? 0).filter((command) => /zenity|xmessage/.test(command))
      await until(() => windows().some((command) => command.includes('Gus wants to use this screen')), 'a window asks')
      await until(() => visit.said.length > 0, 'the guest is told')
      expect(visit.said.map(({ kind }) => kind)).toEqual(['waiting'])
      const [consent] = (await other.api('GET', '/desktop/consents')).body.items
      await other.api('POST', `/desktop/consents/${consent!.id}`, { allowed: true })
      await visit.joined()
      await until(() => windows().length === 0, 'the window has ended')
      visit.leave()
      // Whoever sits there closes the window.
      const admin = connect()
      await admin.joined()
      const { width, height } = (await host.api('GET', `/desktop/displays/${id}`)).body
      admin.send({ kind: 'move', x: Math.floor(width / 2), y: Math.floor(height / 2) })
      const second = await come('Mia')
      await until(() => {
        if (windows().length > 0)
          admin.send(...['down', 'up'].map((state) => ({ kind: 'key', code: 'Escape', key: 'Escape', down: state === 'down' }) as const))
        return second.closed() === 4403
      }, 'that is a no')
      expect(second.said.at(-1)?.code).toBe('desktop.consent_denied')
      await empty(admin)
    } finally {
      await other.stop()
    }
  })
})

/** Command lines of the processes that a process started. */
function processesBelow(pid: number): readonly string[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .split(' ')
    .filter((child) => child !== '')
  return children.map((child) => {
    try {
      return readFileSync(`/proc/${child}/cmdline`, 'utf8').replaceAll('\0', ' ')
    } catch {
      return ''
    }
  })
}

describe('a second factor', () => {
  it('is asked for in each sign-in before desktops open, takes each code once, and is set up by a QR code', async () => {
    await grant(['see'])
    const asked = async (method: string, path: string, headers: Readonly<Record<string, string>>, body?: object) => {
      const answer = await fetch(`${host.http}/api/v1${path}`, {
        method,
        headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
        ...(body && { body: JSON.stringify(body) }),
      })
      return { status: answer.status, cookie: answer.headers.get('set-cookie')?.split(';')[0] ?? '', body: await answer.json() }
    }
    const signIn = async () => (await asked('POST', '/sessions', {}, { token: ann.secret })).cookie
    const [name = '', value = ''] = (await signIn()).split('=')
    const context = await browser.newContext({ viewport: { width: 1100, height: 760 } })
    await context.addCookies([{ name, value, url: host.http }])
    const page = await context.newPage()
    await page.goto(`${host.http}/desktops`)
    await page.getByTestId('factor-open').click()
    await page.getByTestId('factor-dialog').waitFor()
    await page.getByTestId('factor-submit').click()
    await page.getByTestId('qr-code').waitFor()
    expect(await findingsInBothThemes(page)).toEqual([])
    await look(page, 'desktop-second-factor')
    const secret = (await page.getByTestId('factor-secret').textContent()) ?? ''
    const bits = [...secret].map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')).join('')
    const key = Buffer.from(bits.match(/.{8}/g)!.map((byte) => Number.parseInt(byte, 2)))
    const step = totpStep(Date.now())
    await page.getByTestId('factor-code').fill(totpCode(key, step))
    await page.getByTestId('factor-submit').click()
    await page.getByTestId('factor-dialog').waitFor({ state: 'detached' })
    await page.getByTestId('display-card').waitFor()

    const other = { cookie: await signIn() }
    expect((await asked('GET', '/desktop/displays', other)).body.code).toBe('desktop.second_factor_needed')
    const socket = connect(undefined, other)
    await until(() => socket.closed() === 4403, 'the display stays closed')
    expect(socket.said.at(-1)?.code).toBe('desktop.second_factor_needed')
    const [otherName = '', otherValue = ''] = other.cookie.split('=')
    await context.addCookies([{ name: otherName, value: otherValue, url: host.http }])
    await page.goto(`${host.http}/desktops/${id}`)
    await page.getByTestId('factor-code').fill(totpCode(key, step))
    expect(await findingsInBothThemes(page)).toEqual([])
    await page.getByTestId('factor-prove').click()
    await until(async () => (await page.getByTestId('factor-code').inputValue()) === '', 'the code is not taken twice')
    expect(await page.locator('[data-testid=desktop]').count()).toBe(0)
    await page.getByTestId('factor-code').fill(totpCode(key, step + 1))
    await page.getByTestId('factor-prove').click()
    await page.locator('[data-testid=desktop][data-state=open]').waitFor()
    const audited = (await host.api('GET', '/audit?limit=50')).body.items.map(({ message }) => message)
    expect(audited).toEqual(
      expect.arrayContaining(['a second factor was set up', 'a second factor was wrong', 'a second factor was proved']),
    )
    await context.close()
  })
})

describe('a display that locks itself', () => {
  it('is seen by nobody once whoever controls it has left, until somebody who may enters a code', async () => {
    const { id: own } = (await host.api('POST', '/desktop/displays', { name: 'Locks', command: null, locksOnLeave: true })).body
    const { token, secret } = (await host.api('POST', '/tokens', { label: 'Zoe', role: 'viewer' })).body
    await host.api('PUT', `/desktop/displays/${own}/grants/${encodeURIComponent(`token:${token.id}`)}`, { rights: ['control', 'record'] })
    const asked = async (method: string, path: string, cookie: string, body?: object) => {
      const answer = await fetch(`${host.http}/api/v1${path}`, {
        method,
        headers: { cookie, ...(body && { 'content-type': 'application/json' }) },
        ...(body && { body: JSON.stringify(body) }),
      })
      const text = await answer.text()
      return { cookie: answer.headers.get('set-cookie')?.split(';')[0] ?? '', body: text === '' ? undefined : JSON.parse(text) }
    }
    const { cookie } = await asked('POST', '/sessions', '', { token: secret })
    expect((await asked('POST', `/desktop/displays/${own}/unlock`, cookie, { code: '000000' })).body.code).toBe(
      'desktop.second_factor_missing',
    )
    const { secret: letters } = (await asked('POST', '/desktop/second-factor', cookie)).body
    const bits = [...letters].map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')).join('')
    const key = Buffer.from(bits.match(/.{8}/g)!.map((byte: string) => Number.parseInt(byte, 2)))
    await asked('POST', '/desktop/second-factor/prove', cookie, { code: totpCode(key, totpStep(Date.now())) })

    const [name = '', value = ''] = cookie.split('=')
    const context = await browser.newContext({ viewport: { width: 1100, height: 760 }, colorScheme: 'dark' })
    await context.addCookies([{ name, value, url: host.http }])
    const page = await context.newPage()
    await page.goto(`${host.http}/desktops/${own}`)
    await page.locator('[data-testid=desktop][data-state=open]').waitFor()
    const watching = connect(undefined, {}, `session?display=${own}`)
    await watching.joined()
    await page.goto('about:blank')
    watching.leave()
    const locked = async () => (await host.api('GET', `/desktop/displays/${own}`)).body.locked
    await until(locked, 'it is locked')
    expect((await asked('POST', `/desktop/displays/${own}/recording`, cookie)).body.code).toBe('desktop.locked')
    expect((await asked('GET', `/desktop/displays/${own}/screenshot`, cookie)).body.code).toBe('desktop.locked')
    expect((await host.api('PATCH', `/desktop/displays/${own}`, { locksOnLeave: false })).body.code).toBe('desktop.locked')
    const admin = connect(undefined, {}, `session?display=${own}`)
    await until(() => admin.closed() === 4403, 'not even an admin sees it')
    expect(admin.said.at(-1)?.code).toBe('desktop.locked')
    await page.goto(`${host.http}/desktops/${own}`)
    await page.getByTestId('factor-code').fill('000000')
    expect(await findingsInBothThemes(page)).toEqual([])
    await look(page, 'desktop-locked')
    await page.getByTestId('factor-code').fill(totpCode(key, totpStep(Date.now()) + 1))
    await page.getByTestId('desktop-unlock').click()
    await page.locator('[data-testid=desktop][data-state=open]').waitFor()
    expect(await locked()).toBe(false)
    await context.close()
    await host.api('DELETE', `/desktop/displays/${own}`)
  })
})

/** The guest asks for control on the page, and the owner's page shows it by itself. */
async function asks(guest: Page, owner: Page) {
  await guest.getByTestId('desktop-ask').click()
  await owner.getByTestId('desktop-people-list').getByText('asks for control').waitFor()
  expect(await findingsInBothThemes(owner)).toEqual([])
}
