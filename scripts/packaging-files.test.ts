import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { minElectron, rejectedElectron } from '../src-main/shell/electron/start-options.ts'

const read = (path: string): unknown => parse(readFileSync(new URL(`../${path}`, import.meta.url), 'utf8'))

describe('electron-builder.yml', () => {
  const builder = read('electron-builder.yml') as Record<string, Record<string, unknown>>

  it('sets every fuse that keeps the binary from running anything but its own archive', () => {
    expect(builder.asar).toBe(true)
    expect(builder.electronFuses).toEqual({
      runAsNode: false,
      enableCookieEncryption: true,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      enableEmbeddedAsarIntegrityValidation: true,
      onlyLoadAppFromAsar: true,
      loadBrowserProcessSpecificV8Snapshot: false,
      grantFileProtocolExtraPrivileges: false,
    })
  })

  it('makes packages for Linux, Windows and macOS', () => {
    expect(['linux', 'win', 'mac'].map((system) => builder[system]?.target)).toEqual([['AppImage', 'deb'], ['nsis'], ['dmg']])
  })
})

describe('Electron', () => {
  const read = (path: string) => JSON.parse(readFileSync(new URL(`../${path}`, import.meta.url), 'utf8'))
  const { version } = read('node_modules/electron/package.json') as { version: string }

  it('is pinned to the version whose types the program is checked with', () => {
    expect(read('package.json').devDependencies.electron).toBe(version)
  })

  it.each([`${minElectron - 1}.99.99`, '9.0.0', undefined, 'x'])('%s is rejected', (older) =>
    expect(rejectedElectron(older)).toContain(`${minElectron} or newer`),
  )

  it('of that version and newer is not', () => {
    expect(version.split('.')[0]).toBe(String(minElectron))
    expect([version, `${minElectron + 1}.0.0`, '100.0.0-beta.1'].map(rejectedElectron)).toEqual([undefined, undefined, undefined])
  })
})

interface Workflow {
  readonly permissions: unknown
  readonly jobs: Record<string, { readonly steps: readonly { readonly run?: string }[] }>
}

describe('workflow files', () => {
  const { scripts } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { scripts: Record<string, string> }
  const names = readdirSync(new URL('../.github/workflows', import.meta.url))

  it.each(names)('%s may only read the repository, and runs scripts that exist', (name) => {
    const { permissions, jobs } = read(`.github/workflows/${name}`) as Workflow
    expect(permissions).toEqual({ contents: 'read' })
    const commands = Object.values(jobs).flatMap(({ steps }) => steps.map(({ run = '' }) => run))
    const ran = commands.flatMap((command) => [...command.matchAll(/npm run ([\w:-]+)/g)].map(([, script]) => script!))
    expect(ran.filter((script) => !(script in scripts))).toEqual([])
  })
})
