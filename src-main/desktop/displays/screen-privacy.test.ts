import { beforeEach, describe, expect, it } from 'vitest'
import { ScreenPrivacy, type SeatWishes } from './screen-privacy.ts'
import type { StoredScreenPrivacy } from './screen-privacy-store.ts'

let kept: StoredScreenPrivacy | undefined
let wishes: SeatWishes[] = []
let restored = 0
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
    restore: () => void restored++,
    onProblem: (error) => expect.unreachable(String(error)),
    onChange: () => undefined,
  })

beforeEach(() => {
  kept = undefined
  wishes = []
  restored = 0
  lines = []
})

describe('the privacy of the screen', () => {
  it('leaves the screen alone while nobody chose anything', async () => {
    const privacy = await open()
    privacy.controlChanged(true)
    privacy.controlChanged(false)
    expect(wishes).toEqual([])
    privacy.restoreLeft()
    expect(restored).toBe(0)
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
    next.restoreLeft()
    expect(restored).toBe(1)
    expect(lines).toHaveLength(2)
  })

  it('makes a screen visible that was left black: when the option is turned off, and at each start until a process has said that it is', async () => {
    const privacy = await open()
    await privacy.change({ blanks: true }, 'admin')
    privacy.controlChanged(true)
    privacy.took({ blanked: 'on', inputBlocked: 'off' })
    // Its process is killed before it says anything.
    privacy.controlChanged(false)
    expect(restored).toBe(0)
    await privacy.change({ blanks: false }, 'admin')
    expect(restored).toBe(1)
    const next = await open()
    next.restoreLeft()
    expect(restored).toBe(2)
    next.took({ blanked: 'failed', inputBlocked: 'off' })
    expect(kept?.mayBeLeft).toBe(true)
    next.took({ blanked: 'off', inputBlocked: 'off' })
    await expect.poll(() => kept).toEqual({ blanks: false, blocksInput: false, mayBeLeft: false })
    const last = await open()
    last.restoreLeft()
    await last.change({ blocksInput: true }, 'admin')
    expect(restored).toBe(2)
  })

  it('leaves it to the process that works for whoever controls the screen', async () => {
    const privacy = await open()
    await privacy.change({ blanks: true }, 'admin')
    privacy.controlChanged(true)
    await privacy.change({ blanks: false }, 'admin')
    expect([wishes.at(-1), restored]).toEqual([{ blank: false, blockInput: false }, 0])
  })

  it('shows what the screen cannot do', async () => {
    const privacy = await open()
    await privacy.change({ blanks: true }, 'admin')
    privacy.controlChanged(true)
    privacy.took({ blanked: 'failed', inputBlocked: 'off' })
    expect(privacy.shown.blanked).toBe('failed')
  })
})
