import { describe, expect, it } from 'vitest'
import { SeatPrivacy } from './seat-privacy.ts'

/** A double of the seat; e2e/desktop-screen.e2e.ts has a real one. */

function privacyOf({ opens = true } = {}) {
  const said: string[] = []
  const seats = class {
    constructor() {
      if (!opens) throw new Error('no-server')
    }

    apply(black: boolean, blocked: boolean) {
      return { black, blocked }
    }

    close(): void {
      said.push('closed')
    }
  }
  return { said, privacy: new SeatPrivacy(seats, ({ blanked, inputBlocked }) => said.push(`${blanked} ${inputBlocked}`)) }
}

describe('the process of a real screen', () => {
  it('answers each wish, and says that the screen is as before when it stops', () => {
    const { said, privacy } = privacyOf()
    privacy.want({ blank: false, blockInput: false })
    privacy.want({ blank: false, blockInput: false })
    privacy.want({ blank: true, blockInput: false })
    privacy.stop()
    privacy.stop()
    expect(said).toEqual(['off off', 'off off', 'on off', 'closed', 'off off'])
  })

  it('says nothing of a screen that it cannot reach, unless something was wanted', () => {
    const { said, privacy } = privacyOf({ opens: false })
    privacy.want({ blank: false, blockInput: false })
    expect(said).toEqual([])
    privacy.want({ blank: true, blockInput: false })
    privacy.stop()
    expect(said).toEqual(['failed off'])
  })
})
