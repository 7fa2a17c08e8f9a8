import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { openSecretBox } from './secret-box.ts'

const folder = mkdtempSync(join(tmpdir(), 'ami-box-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the secret box', () => {
  it('gives a secret back after a restart, and shows none of it at rest', () => {
    const encrypted = openSecretBox(folder).encrypt('live_abcdef')
    expect(encrypted).not.toContain('abcdef')
    expect(openSecretBox(folder).open(encrypted)).toBe('live_abcdef')
    expect(statSync(join(folder, 'secret-box.key')).mode & 0o777).toBe(0o600)
  })

  it('rejects what was changed', () => {
    const box = openSecretBox(folder)
    const encrypted = box.encrypt('x')
    expect(() => box.open(`${encrypted.slice(0, -4)}AAA=`)).toThrow(/unreadable/i)
    expect(() => box.open('nonsense')).toThrow(/unreadable/i)
  })
})
