import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { findingsInBothThemes } from './helpers/axe.ts'
import { complaints, launchBrowser } from './helpers/browser.ts'
import { streams } from './helpers/command.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { skipBecause } from './helpers/skip.ts'
import { look } from './helpers/studio-page.ts'
import { until } from './helpers/until.ts'

/** What displays need and a machine lacks: a host whose PATH has Xvnc, and a light desktop once it is installed, but no sway. */

const missing = existsSync('/usr/bin/Xvnc') ? undefined : 'Xvnc is needed: apt-get install tigervnc-standalone-server'
let path: string
let host: RunningHost
let browser: Browser
let page: Page
let problems: string[]
const remedy = (name: string) => page.getByTestId(`remedy-${name}-command`)
const option = (list: 'starts' | 'protocol', value: string) => page.getByTestId(`display-${list}`).locator(`option[value=${value}]`)
async function openDialog(): Promise<void> {
  await page.goto(`${host.http}/desktops`)
  await page.getByTestId('create-display').click()
  await page.getByTestId('remedies').waitFor()
}

beforeAll(async () => {
  if (missing !== undefined) return
  path = mkdtempSync(join(tmpdir(), 'ami-path-'))
  symlinkSync('/usr/bin/Xvnc', join(path, 'Xvnc'))
  host = await startHost({ name: 'desktop-requirements', env: { PATH: path, DISPLAY: '', WAYLAND_DISPLAY: '' } })
  browser = await launchBrowser()
  page = await browser.newPage({ viewport: { width: 1280, height: 800 }, colorScheme: 'dark' })
  problems = complaints(page)
}, 120_000)

afterAll(async () => {
  if (host)
    for (const { id } of (await host.api('GET', '/desktop/displays')).body.items) await host.api('DELETE', `/desktop/displays/${id}`)
  await browser?.close()
  await host?.stop()
  if (path) rmSync(path, { recursive: true })
}, 60_000)

beforeEach((context) => {
  if (missing !== undefined) skipBecause(context, missing)
})

it('are shown in the dialog, where they cannot be chosen, with commands to copy', async () => {
  await openDialog()
  expect(await option('protocol', 'wayland').isDisabled()).toBe(true)
  expect(await option('protocol', 'wayland').textContent()).toMatch(/^Wayland \(missing: sway/)
  expect(await option('protocol', 'x11').isDisabled()).toBe(false)
  expect(await option('starts', 'desktop').textContent()).toBe('A light desktop (missing: openbox)')
  // What works is chosen: no light desktop does.
  expect(await page.getByTestId('display-starts').inputValue()).toBe('program')
  expect(await page.getByTestId('display-protocol').inputValue()).toBe('x11')
  expect(await remedy('audio').first().textContent()).toMatch(/^apt-get install pipewire wireplumber pipewire-pulse/)
  // By the keyboard.
  await page.getByTestId('remedies').locator('summary').focus()
  await page.keyboard.press('Enter')
  await remedy('wayland').first().waitFor({ state: 'visible' })
  expect(await remedy('wayland').first().textContent()).toMatch(/^apt-get install sway/)
  expect(await remedy('lightDesktop').textContent()).toBe('apt-get install openbox xterm')
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.getByTestId('remedy-lightDesktop-command-copy').focus()
  await page.keyboard.press('Enter')
  await until(async () => (await page.evaluate(() => navigator.clipboard.readText())) === 'apt-get install openbox xterm', 'it is copied')
  expect(await findingsInBothThemes(page)).toEqual([])
  await look(page, 'desktop-requirements')
})

it('are shown in Spanish', async () => {
  await page.evaluate(() => localStorage.setItem('ami.language', 'es'))
  await openDialog()
  expect(await option('protocol', 'wayland').textContent()).toMatch(/^Wayland \(falta: sway/)
  await page.getByTestId('remedies').locator('summary').click()
  await look(page, 'desktop-requirements-es')
  await page.evaluate(() => localStorage.removeItem('ami.language'))
})

it('are the reason why the API makes none, and nobody but admins is shown them', async () => {
  const { status, body } = await host.api('POST', '/desktop/displays', { protocol: 'wayland' })
  expect([status, body]).toEqual([
    503,
    expect.objectContaining({ code: 'desktop.wayland_missing', remedy: expect.stringContaining('apt-get install sway foot') }),
  ])
  const { token } = JSON.parse(readFileSync(join(host.dataDir, 'host.json'), 'utf8')) as { token: string }
  const statusFor = async (secret: string) =>
    (await fetch(`${host.http}/api/v1/desktop/requirements`, { headers: { authorization: `Bearer ${secret}` } })).status
  const secretOf = async (role: 'viewer' | 'editor'): Promise<string> =>
    (await host.api('POST', '/tokens', { label: role, role })).body.secret
  expect(await Promise.all([statusFor(token), statusFor(await secretOf('editor')), statusFor(await secretOf('viewer'))])).toEqual([
    200, 403, 403,
  ])
})

it('are what a light desktop lacks to work with, once that is installed', async () => {
  const created = await streams(['desktop', 'create', 'Bare'], host)
  expect(created.out).toContain('no light desktop is installed. On Debian and Ubuntu, as root: apt-get install openbox xterm')
  writeFileSync(join(path, 'openbox'), '#!/bin/sh\nexec /bin/sleep 600\n', { mode: 0o755 })
  await openDialog()
  expect(await page.getByTestId('display-starts').inputValue()).toBe('desktop')
  expect(await option('starts', 'desktop').textContent()).toBe('A light desktop: openbox')
  expect(await page.getByTestId('remedy-terminal').textContent()).toContain('No terminal is installed')
  expect(await remedy('terminal').textContent()).toBe('apt-get install xterm')
  const again = await streams(['desktop', 'create', 'Plain'], host)
  expect(again.out).toContain('no terminal is installed. On Debian and Ubuntu, as root: apt-get install xterm')
  // Nothing is said of what was not asked for.
  expect((await streams(['desktop', 'create', 'Empty', '--empty'], host)).out.trim().split('\n').length).toBe(1)
  writeFileSync(join(path, 'xterm'), '', { mode: 0o755 })
  await openDialog()
  expect(await page.getByTestId('remedy-terminal').count()).toBe(0)
  expect(problems).toEqual([])
})
