import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { defaultAttackSettings } from './attack-schemas.ts'
import { KeptRules } from './kept-rules.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kept-rules-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const log = { warn: vi.fn() }
const rules = { settings: defaultAttackSettings, allow: ['2001:db8::/32'], deny: ['203.0.113.0/24'], challengeSecret: 's'.repeat(32) }

it('says after a restart what the origin said last, for this user alone', () => {
  const file = join(folder, 'rules.json')
  expect(new KeptRules(file, log).read()).toBeUndefined()
  new KeptRules(file, log).write(rules)
  expect(new KeptRules(file, log).read()).toEqual(rules)
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(log.warn).not.toHaveBeenCalled()
})

it('ignores what is malformed, and says so', () => {
  const file = join(folder, 'broken.json')
  for (const text of ['', '{', '[]', '{"deny":7}']) {
    log.warn.mockClear()
    writeFileSync(file, text)
    expect(new KeptRules(file, log).read()).toBeUndefined()
    expect(log.warn).toHaveBeenCalledOnce()
  }
  writeFileSync(file, JSON.stringify({ settings: {}, allow: [], deny: ['203.0.113.0/24', '1; }'] }))
  expect(new KeptRules(file, log).read()).toEqual({ settings: defaultAttackSettings, allow: [], deny: ['203.0.113.0/24'] })
  log.warn.mockClear()
  new KeptRules(join(folder, 'missing', 'rules.json'), log).write(rules)
  expect(log.warn).toHaveBeenCalledOnce()
})
