import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
// @ts-expect-error Build scripts are JavaScript without declarations.
import { nodePackages } from './node24.mjs'

interface LockEntry {
  readonly integrity?: string
  readonly resolved?: string
  readonly link?: boolean
}

const pinned = nodePackages as Record<string, { readonly name: string; readonly version: string; readonly integrity: string }>
const sha512 = /^sha512-[A-Za-z0-9+/]{86}==$/
const text = readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8')
const { packages } = JSON.parse(text) as { packages: Record<string, LockEntry> }
const entries = Object.entries(packages).filter(([path]) => path !== '')

describe('what is fetched from a registry', () => {
  it('has its SHA-512 in the lock file, for every system', () => {
    expect(entries.length).toBeGreaterThan(200)
    expect(entries.filter(([, { integrity = '' }]) => !sha512.test(integrity)).map(([path]) => path)).toEqual([])
  })

  it('has no URL in the lock file: the registry is the one that npm is set to', () => {
    expect(entries.filter(([, { resolved, link }]) => resolved !== undefined || link).map(([path]) => path)).toEqual([])
    expect(text).not.toMatch(/https?:\/\/[^"]*\.tgz/)
  })

  it('has its SHA-512 beside the name where it is Node itself', () => {
    for (const { name, version, integrity } of Object.values(pinned)) {
      expect([name, integrity]).toEqual([name, expect.stringMatching(sha512)])
      expect(version).toMatch(/^24\.\d+\.\d+$/)
    }
    expect(Object.keys(pinned)).toContain('linux-x64')
  })
})
