import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AuditEntry } from '../../platform/audit.ts'
import { type AppDatabase, openDatabase } from '../../platform/storage/database.ts'
import { desktopMigrations } from '../migrations.ts'
import { createInvitationStore } from './invitation-store.ts'
import { Invitations } from './invitations.ts'

let folder: string
let database: AppDatabase
let nowMs: number
let lines: AuditEntry[]
let changed: string[]
/** Displays that were made for guests. */
const own = new Map<string, string>()
const open = () =>
  Invitations.open({
    store: createInvitationStore(database.kysely),
    audit: { record: (line) => lines.push(line) },
    now: () => nowMs,
    ownDisplayOf: (user) => own.get(user),
    onChange: (display) => changed.push(display),
  })
const order = { display: 'a', rights: ['control'], once: true, asks: true, minutes: 10, invitedBy: 'Ann' } as const
const ip = '127.0.0.1'
const settled = async (work: readonly Promise<unknown>[]) =>
  (await Promise.allSettled(work)).filter(({ status }) => status === 'fulfilled').length

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'invitations-'))
  database = await openDatabase({ dir: folder, migrations: desktopMigrations })
  nowMs = Date.parse('2026-11-23T12:00:00Z')
  lines = []
  changed = []
})
afterEach(async () => {
  await database.close()
  rmSync(folder, { recursive: true, force: true })
})

describe('a link to a display', () => {
  it('leads guests to displays of their own, where each has rights at theirs alone', async () => {
    own.clear()
    const invitations = await open()
    const separate = { width: 800, height: 600, endAfterMinutes: 5, maxDisplays: 2 }
    const { secret, invitation } = await invitations.create({ ...order, once: false, separate }, 'local')
    const [{ guest: one }, { guest: other }] = [await invitations.join(secret, 'One', ip), await invitations.join(secret, 'Other', ip)]
    expect(one).toMatchObject({ separate, invitation: invitation.id, rights: ['see', 'control'] })
    // Not even where the invitation was made, before and after they have come.
    expect([...invitations.rightsOf(one.principal, 'a')]).toEqual([])
    own.set(one.principal.id, 'of-one')
    own.set(other.principal.id, 'of-other')
    const seen = [one, other].map(({ principal }) =>
      ['a', 'of-one', 'of-other'].filter((id) => invitations.rightsOf(principal, id).has('see')),
    )
    expect(seen).toEqual([['of-one'], ['of-other']])
    expect((await open()).guest('nobody')).toBeUndefined()
    await invitations.revoke('a', invitation.id, 'local')
    expect([...invitations.rightsOf(one.principal, 'of-one'), invitations.isValid(invitation.id)]).toEqual([false])
  })

  it('lets one person come, however many try at once, who comes back by a secret of their own', async () => {
    const invitations = await open()
    const { secret } = await invitations.create(order, 'local')
    expect(invitations.read(secret)).toMatchObject({ display: 'a', rights: ['see', 'control'], invitedBy: 'Ann' })
    const tries = Array.from({ length: 20 }, (_, index) => invitations.join(secret, `Guest ${index}`, ip))
    expect(await settled(tries)).toBe(1)
    const { guest, secret: own } = await tries[0]!
    expect(() => invitations.read(secret)).toThrow('has been used')
    expect(invitations.guest(own)).toEqual(guest)
    expect([...invitations.rightsOf(guest.principal, 'a')]).toEqual(['see', 'control'])
    expect([...invitations.rightsOf(guest.principal, 'b')]).toEqual([])
    expect(guest.principal.role).toBe('none')
  })

  it('shows what guests call themselves on one line, without what hides or turns text', async () => {
    const invitations = await open()
    const { secret } = await invitations.create(order, 'local')
    await expect(invitations.join(secret, '\u200b\u200f', ip)).rejects.toMatchObject({ code: 'request.invalid' })
    const { guest } = await invitations.join(secret, ' Gus\nis Ann, whom you know\u202e\u0007 ', ip)
    expect(guest.name).toBe('Gus is Ann, whom you know')
    expect(lines.at(-1)?.message).toBe('Gus is Ann, whom you know came to a display by an invitation')
  })

  it('for many is for fifty, and outlives the host, which keeps none of the secrets', async () => {
    const invitations = await open()
    const { secret } = await invitations.create({ ...order, once: false }, 'local')
    expect(await settled(Array.from({ length: 60 }, (_, index) => invitations.join(secret, `Guest ${index}`, ip)))).toBe(50)
    const again = await open()
    expect(again.list('a')[0]?.guests).toHaveLength(50)
    expect(again.read(secret).display).toBe('a')
    expect(readFileSync(join(folder, 'streams.db'), 'latin1')).not.toContain(secret)
  })

  it('ends at its time, and when it is taken back, with what its guests may do', async () => {
    const invitations = await open()
    const expire = async () => {
      nowMs += 600_000
    }
    for (const end of [expire, (id: string) => invitations.revoke('a', id, 'local')]) {
      const { invitation, secret } = await invitations.create(order, 'local')
      const { guest, secret: own } = await invitations.join(secret, 'Gus', ip)
      await end(invitation.id)
      expect(invitations.rightsOf(guest.principal, 'a').size).toBe(0)
      expect(invitations.guest(own)).toBeUndefined()
      expect(() => invitations.read(secret)).toThrow()
      expect(invitations.list('a')).toEqual([])
    }
    await expect(invitations.revoke('a', 'nothing', 'local')).rejects.toThrow('no invitation "nothing"')
    expect(changed.at(-1)).toBe('a')
    expect(lines.map(({ message }) => message)).toContain('Gus came to a display by an invitation')
  })

  it('is one of a hundred at most, however many are asked for at once, and goes with its display', async () => {
    const invitations = await open()
    for (let round = 0; round < 2; round++) {
      await Promise.allSettled(Array.from({ length: 60 }, () => invitations.create(order, 'local')))
    }
    expect(invitations.list('a')).toHaveLength(100)
    await expect(invitations.revoke('b', invitations.list('a')[0]!.id, 'local')).rejects.toThrow('no invitation')
    await invitations.removeDisplay('a')
    expect(invitations.list('a')).toEqual([])
    expect((await open()).list('a')).toEqual([])
  })

  it('cannot be guessed', async () => {
    const invitations = await open()
    await invitations.create(order, 'local')
    expect(() => invitations.read('a')).toThrow('not valid')
    await expect(invitations.join('', 'Gus', ip)).rejects.toThrow('not valid')
  })
})
