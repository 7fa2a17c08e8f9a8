import type { Browser } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { totpCode, totpStep } from '../src-main/formats/totp.ts'
import { findingsInBothThemes } from './helpers/axe.ts'
import type { RunningHost } from './helpers/host.ts'
import { look } from './helpers/studio-page.ts'
import { setUpTerminalDisplay, type TerminalDisplay } from './helpers/terminal-display.ts'
import { until } from './helpers/until.ts'

/** Displays that ask for a code: at each sign-in, and after whoever worked there has left. */

let desk: TerminalDisplay
let host: RunningHost
let id = ''
let browser: Browser
let ann = { user: '', secret: '' }
const connect = setUpTerminalDisplay('desktop-second-factor', async (started, opened) => {
  desk = started
  ;({ host, id } = desk)
  browser = opened
  const { token, secret } = (await host.api('POST', '/tokens', { label: 'Ann', role: 'editor' })).body
  ann = { user: `token:${token.id}`, secret }
})

describe('a second factor', () => {
  it('is asked for in each sign-in before desktops open, takes each code once, and is set up by a QR code', async () => {
    await host.api('PUT', `/desktop/displays/${id}/grants/${encodeURIComponent(ann.user)}`, { rights: ['see'] })
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
    const socket = connect({ display: id, headers: other })
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
    const watching = connect({ display: own })
    await watching.joined()
    await page.goto('about:blank')
    watching.leave()
    const locked = async () => (await host.api('GET', `/desktop/displays/${own}`)).body.locked
    await until(locked, 'it is locked')
    expect((await asked('POST', `/desktop/displays/${own}/recording`, cookie)).body.code).toBe('desktop.locked')
    expect((await asked('GET', `/desktop/displays/${own}/screenshot`, cookie)).body.code).toBe('desktop.locked')
    expect((await host.api('PATCH', `/desktop/displays/${own}`, { locksOnLeave: false })).body.code).toBe('desktop.locked')
    const admin = connect({ display: own })
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
