import { describe, expect, it } from 'vitest'
import { chooseWindow, type WindowSurroundings } from './choose-window.ts'
import { hostAddress, isOwnPage, mayHave, mayOpenOutside } from './navigation.ts'

const url = 'http://127.0.0.1:8080/?link=abc'
const around: WindowSurroundings = {
  platform: 'linux',
  env: { DISPLAY: ':0' },
  isRoot: false,
  electron: undefined,
  electronMain: undefined,
  find: (name) => (name === 'google-chrome' ? '/usr/bin/google-chrome' : undefined),
  profileDir: '/data',
}

describe('a window on the host', () => {
  it('is Electron where its binary is present, and the sign-in link stays out of its arguments', () => {
    const plan = chooseWindow(url, { ...around, electron: '/e/electron', electronMain: '/dist/shell/main.js' })
    expect(plan).toMatchObject({ kind: 'electron', command: '/e/electron', args: ['/dist/shell/main.js'] })
  })

  it('is else a Chromium app window with a profile of its own', () => {
    const plan = chooseWindow(url, around)
    expect(plan).toMatchObject({ kind: 'chromium', command: '/usr/bin/google-chrome' })
    expect(plan.kind === 'chromium' && plan.args).toEqual(expect.arrayContaining([`--app=${url}`, '--user-data-dir=/data/window']))
  })

  it('gives up the sandbox for root alone', () => {
    const args = (isRoot: boolean) => {
      const plan = chooseWindow(url, { ...around, isRoot })
      return plan.kind === 'none' ? [] : plan.args
    }
    expect(args(false)).not.toContain('--no-sandbox')
    expect(args(true)).toContain('--no-sandbox')
  })

  it.each([
    ['without a display', { env: {} }],
    ['in CI', { env: { DISPLAY: ':0', CI: 'true' } }],
    ['without a browser', { find: () => undefined }],
  ])('is none %s', (_, change) => {
    expect(chooseWindow(url, { ...around, ...change }).kind).toBe('none')
  })
})

describe('the Electron window', () => {
  const host = hostAddress(url)!

  it('shows the host and nothing else', () => {
    expect(isOwnPage('http://127.0.0.1:8080/keys', host)).toBe(true)
    for (const other of ['http://127.0.0.1:8081/', 'https://127.0.0.1:8080/', 'file:///etc/passwd', 'javascript:alert(1)', 'nonsense']) {
      expect(isOwnPage(other, host), other).toBe(false)
    }
  })

  it('takes only web addresses for its host', () => {
    for (const bad of [undefined, '', 'file:///x', 'nonsense']) expect(hostAddress(bad)).toBeUndefined()
  })

  it('hands web links to the system and no other scheme', () => {
    expect(mayOpenOutside('https://example.org/')).toBe(true)
    for (const bad of ['file:///x', 'smb://host/x', 'javascript:alert(1)']) expect(mayOpenOutside(bad), bad).toBe(false)
  })

  it('grants the permissions that are named, to its own page', () => {
    expect(mayHave('fullscreen', 'http://127.0.0.1:8080', host)).toBe(true)
    expect(mayHave('fullscreen', 'https://example.org', host)).toBe(false)
    expect(mayHave('media', 'http://127.0.0.1:8080', host)).toBe(false)
  })
})
