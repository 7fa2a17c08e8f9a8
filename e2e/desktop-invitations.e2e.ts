import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { encode } from 'uqr'
import { describe, expect, it } from 'vitest'
import { findingsInBothThemes } from './helpers/axe.ts'
import type { DesktopViewer } from './helpers/desktop-viewer.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { look } from './helpers/studio-page.ts'
import { setUpTerminalDisplay, type TerminalDisplay } from './helpers/terminal-display.ts'
import { until } from './helpers/until.ts'

/** Guests who come by a link: what it opens, for how long, and who is asked. */

let desk: TerminalDisplay
let host: RunningHost
let id = ''
let browser: Browser

const connect = setUpTerminalDisplay('desktop-invitations', (started, opened) => {
  desk = started
  ;({ host, id } = desk)
  browser = opened
})

/** Everybody leaves, and nobody is expected back. */
async function empty(...connections: readonly DesktopViewer[]) {
  for (const connection of connections) connection.leave()
  await until(async () => (await host.api('GET', `/desktop/displays/${id}`)).body.viewers === 0, 'everybody has left')
}

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
    await until(() => desk.typed() === 'of the guest', 'the guest types')
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
      const connection = connect({ guest: body.guest })
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
      const visit = connect({ guest: secret })
      return visit
    })
    await Promise.all(visits.map((visit) => visit.joined()))
    visits[0]!.type('of a guest')
    await visits[0]!.read()
    const bearer = await fetch(`${host.http}/api/v1/desktop/displays`, { headers: { authorization: `Bearer ${guests[0]}` } })
    expect(bearer.status).toBe(401)
    const foreign = connect({ headers: { origin: 'http://evil.example' } })
    await until(() => foreign.rejected() === 403, 'another origin opens nothing')
    await host.api('DELETE', `/desktop/displays/${id}/invitations/${invitation.id}`)
    await until(() => visits.every((visit) => visit.closed() === 4403), 'both are disconnected')
    expect(desk.typed()).not.toBe('of a guest')
    expect((await join('Gus')).body.code).toBe('desktop.invitation_unknown')
    const guesses = await Promise.all(Array.from({ length: 15 }, (_, index) => join('Gus', `guess-${index}`)))
    expect(guesses.map(({ body }) => body.code)).toContain('auth.too_many_attempts')
    const good = await invite({ rights: ['see'] })
    expect((await join('Gus', new URL(good.url).hash.slice('#key='.length))).status).toBe(201)
    const silent = connect({ guest: 'nobody' })
    await until(() => silent.closed() === 4403, 'a secret of nobody opens nothing')
  })
})

describe('strangers who say nothing', () => {
  it('take no guest a place', async () => {
    const { url } = (await host.api('POST', `/desktop/displays/${id}/invitations`, { rights: ['see'] })).body
    const key = new URL(url).hash.slice('#key='.length)
    const { guest } = (await host.api('POST', '/desktop/invitations/join', { key, name: 'Gus' })).body
    const strangers = Array.from({ length: 28 }, () => connect({}))
    await until(() => strangers.filter(({ closed }) => closed() === 1006).length === 12, 'those who waited longest are closed')
    strangers.push(...Array.from({ length: 12 }, () => connect({})))
    const visit = connect({ guest })
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
        return connect({ guest, port: other.httpPort })
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
      const admin = connect({ display: id })
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

/** The guest asks for control on the page, and the owner's page shows it by itself. */
async function asks(guest: Page, owner: Page) {
  await guest.getByTestId('desktop-ask').click()
  await owner.getByTestId('desktop-people-list').getByText('asks for control').waitFor()
  expect(await findingsInBothThemes(owner)).toEqual([])
}
