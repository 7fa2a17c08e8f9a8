import { beforeEach, describe, expect, it } from 'vitest'
import { ScreenPrivacy, type SeatWishes } from './screen-privacy.ts'
import type { ScreenPrivacyChoice } from './screen-privacy-store.ts'

let kept: ScreenPrivacyChoice | undefined
let wishes: SeatWishes[] = []
let lines: string[] = []

const open = () =>
  ScreenPrivacy.open({
    store: {
      read: async () => kept,
      save: async (choice) => {
        kept = choice
      },
    },
    audit: { record: ({ message }) => void lines.push(message) },
    apply: (wished) => void wishes.push(wished),
    onChange: () => undefined,
  })

beforeEach(() => {
  kept = undefined
  wishes = []
  lines = []
})

describe('the privacy of the screen', () => {
  it('leaves the screen alone while nobody chose anything', async () => {
    const privacy = await open()
    privacy.controlChanged(true)
    privacy.controlChanged(false)
    expect(wishes).toEqual([])
    expect(privacy.mayBeLeft).toBe(false)
  })

  it('applies what was chosen while somebody controls it, and keeps the choice', async () => {
    const privacy = await open()
    await privacy.change({ blanks: true }, 'admin')
    expect(wishes).toEqual([])
    privacy.controlChanged(true)
    privacy.took({ blanked: 'on', inputBlocked: 'off' })
    expect(privacy.shown).toEqual({ blanks: true, blocksInput: false, blanked: 'on', inputBlocked: 'off' })
    await privacy.change({ blocksInput: true }, 'admin')
    privacy.controlChanged(false)
    expect(wishes).toEqual([
      { blank: true, blockInput: false },
      { blank: true, blockInput: true },
      { blank: false, blockInput: false },
    ])
    expect(privacy.shown).toMatchObject({ blanked: 'off', inputBlocked: 'off' })
    const next = await open()
    expect(next.shown).toEqual({ blanks: true, blocksInput: true, blanked: 'off', inputBlocked: 'off' })
    expect(next.mayBeLeft).toBe(true)
    expect(lines).toHaveLength(2)
  })

  it('shows what the screen cannot do', async () => {
    const privacy = await open()
    await privacy.change({ blanks: true }, 'admin')
    privacy.controlChanged(true)
    privacy.took({ blanked: 'failed', inputBlocked: 'off' })
    expect(privacy.shown.blanked).toBe('failed')
  })
})
