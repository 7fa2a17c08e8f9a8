import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { chooseWindow, type WindowSurroundings } from './choose-window.ts'
import { hostUrl, isOwnPage, mayHave, mayOpenOutside, openingOf } from './navigation.ts'
import { openWindow } from './open-window.ts'
import { pathOf } from './window-view.ts'

const url = 'http://127.0.0.1:8080/#link=open-sesame'
const look = { view: { kind: 'main' }, profile: 'window' } as const
const around: WindowSurroundings = {
  platform: 'linux',
  env: { DISPLAY: ':0' },
  isRoot: false,
  find: (name) => (name === 'google-chrome' ? '/usr/bin/google-chrome' : undefined),
  profileDir: '/data',
}

describe('a window on the host', () => {
  it('is a Chromium app window with a profile of its own', () => {
    const plan = chooseWindow('http://127.0.0.1:8080', around, look)
    expect(plan).toMatchObject({ kind: 'chromium', command: '/usr/bin/google-chrome' })
    expect(plan.kind === 'chromium' && [plan.args, plan.page]).toEqual([
      expect.arrayContaining(['--app=http://127.0.0.1:8080', '--user-data-dir=/data/window', '--class=ami-streams']),
      undefined,
    ])
  })

  it('opens the sign-in link by a private page in its profile, not by its arguments', () => {
    const plan = chooseWindow(`${url}</script><script>alert(1)//`, around, look)
    if (plan.kind !== 'chromium') throw new Error(plan.kind)
    expect(plan.args).toContain('--app=file:///data/window/sign-in.html')
    expect(plan.args.join(' ')).not.toContain('sesame')
    expect(plan.page?.file).toBe('/data/window/sign-in.html')
    expect(plan.page?.html).toContain('location.replace("http://127.0.0.1:8080/#link=open-sesame')
    expect(plan.page?.html.match(/<\/script>/g)).toHaveLength(1)
  })

  it.skipIf(process.platform === 'win32')('writes that page for its user alone, and removes it when the browser has ended', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'shell-'))
    onTestFinished(() => rmSync(dataDir, { recursive: true }))
    const file = join(dataDir, 'window/sign-in.html')
    mkdirSync(join(dataDir, 'window'))
    writeFileSync(file, 'open to all', { mode: 0o644 })
    // A browser that says what it was started with, and ends on request.
    const browser = join(dataDir, 'chromium')
    writeFileSync(browser, `#!/bin/sh\necho "$@" >"${dataDir}/args.new"\nmv "${dataDir}/args.new" "${dataDir}/args"\nexec sleep 60\n`, {
      mode: 0o755,
    })
    const window = await openWindow(url, look, {
      dataDir,
      env: { DISPLAY: ':0', PATH: `${dataDir}:${process.env.PATH}` },
    })
    await vi.waitUntil(() => existsSync(join(dataDir, 'args')), { interval: 2, timeout: 20_000 })
    expect(window.kind).toBe('chromium')
    expect(readFileSync(join(dataDir, 'args'), 'utf8')).not.toContain('sesame')
    expect([statSync(file).mode & 0o777, readFileSync(file, 'utf8')]).toEqual([0o600, expect.stringContaining('sesame')])
    const ended = new Promise((resolve) => window.onClosed(resolve))
    window.close()
    await ended
    expect(existsSync(file)).toBe(false)
  })

  it('gives up the sandbox for root alone', () => {
    const args = (isRoot: boolean) => {
      const plan = chooseWindow(url, { ...around, isRoot }, look)
      return plan.kind === 'none' ? [] : plan.args
    }
    expect(args(false)).not.toContain('--no-sandbox')
    expect(args(true)).toContain('--no-sandbox')
  })

  it.each([
    ['without a display', { env: {} }],
    ['in CI', { env: { DISPLAY: ':0', CI: 'true' } }],
    ['without a browser', { find: () => undefined }],
  ])('is not %s', (_, change) => {
    expect(chooseWindow(url, { ...around, ...change }, look).kind).toBe('none')
  })
})

describe('the Electron window', () => {
  const host = hostUrl(url)!

  it('shows the host and nothing else', () => {
    expect(isOwnPage('http://127.0.0.1:8080/keys', host)).toBe(true)
    for (const other of ['http://127.0.0.1:8081/', 'https://127.0.0.1:8080/', 'file:///etc/passwd', 'javascript:alert(1)', 'nonsense']) {
      expect(isOwnPage(other, host), other).toBe(false)
    }
  })

  it('takes only http(s) URLs for its host', () => {
    for (const bad of [undefined, '', 'file:///x', 'nonsense']) expect(hostUrl(bad)).toBeUndefined()
  })

  it('hands web pages and e-mail to the system and no other scheme', () => {
    for (const good of ['https://example.org/', 'mailto:somebody@example.org']) expect(mayOpenOutside(good), good).toBe(true)
    for (const bad of ['http://example.org/', 'file:///x', 'smb://host/x', 'javascript:alert(1)', 'ms-msdt:/id', 'ami-streams://open'])
      expect(mayOpenOutside(bad), bad).toBe(false)
  })

  it('opens the views that the program knows as windows of its own, and nothing that it does not know', () => {
    const opening = (path: string) => openingOf(new URL(path, host).href, host)
    for (const view of [
      { kind: 'multiview' },
      { kind: 'docks' },
      { kind: 'projector', of: 'scene', id: 'a b&c' },
      { kind: 'projector', of: 'program', id: 'main' },
    ] as const)
      expect(opening(pathOf(view))).toEqual({ kind: 'view', view })
    expect(opening('/watch/evening')).toEqual({ kind: 'page' })
    expect(opening('/projector?scene=')).toEqual({ kind: 'page' })
    expect(opening(`/projector?scene=${'x'.repeat(65)}`)).toEqual({ kind: 'page' })
    expect(openingOf('https://example.org/projector?scene=a', host)).toEqual({ kind: 'outside' })
    for (const bad of ['http://127.0.0.1:8081/', 'file:///etc/passwd', 'data:text/html,x', 'about:blank', ''])
      expect(openingOf(bad, host), bad).toEqual({ kind: 'denied' })
  })

  it('grants the permissions that are named, to its own page at the top of a window', () => {
    const own = 'http://127.0.0.1:8080'
    for (const good of ['fullscreen', 'media', 'clipboard-sanitized-write']) expect(mayHave(good, own, true, host), good).toBe(true)
    expect(mayHave('media', 'https://example.org', true, host)).toBe(false)
    expect(mayHave('media', own, false, host)).toBe(false)
    for (const bad of ['display-capture', 'geolocation', 'notifications', 'clipboard-read', 'openExternal', 'usb', 'hid', 'unknown'])
      expect(mayHave(bad, own, true, host), bad).toBe(false)
  })
})
