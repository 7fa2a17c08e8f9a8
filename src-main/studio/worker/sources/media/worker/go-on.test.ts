import { describe, expect, it } from 'vitest'
import type { PlayPosition } from '../messages.ts'
import type { ClipChain, Laid } from './clip-chain.ts'
import { goOn } from './go-on.ts'
import { PlayOrder } from './play-order.ts'

const second = 1_000_000

/** A list of items of a length each, on a clock that only opening and seeking move. */
function list(seconds: readonly number[], { loop = true, openUs = 0, seekUs = 0 } = {}) {
  let clockUs = 100 * second
  const opened: number[] = []
  const order = new PlayOrder(seconds.length, { loop, shuffle: false })
  const laidOf = (item: number) =>
    ({
      item,
      baseUs: 0,
      clip: { facts: { durationUs: seconds[item]! * second, frameRate: 25 }, prime: async () => undefined },
    }) as unknown as Laid
  let newest: Laid | undefined
  const chain = {
    get newest() {
      return newest
    },
    async open(atUs: number) {
      clockUs += openUs
      newest = laidOf(order.current as number)
      opened.push(newest.item)
      return { laid: newest, atUs }
    },
    async seek(us: number) {
      clockUs += seekUs
      return Math.min(us, newest?.clip.facts.durationUs ?? us)
    },
  } as unknown as ClipChain
  return {
    opened,
    /** Goes on from a position that was seen `agoS` ago; answers the item, where in it (s), and how far from now that is due (s). */
    async from(position: Partial<PlayPosition>, agoS: number) {
      const seen = { item: 0, positionUs: 0, mode: 'playing', speed: 1, shown: true, resumes: true, ...position } as PlayPosition
      const startedUs = clockUs
      const { atUs, dueUs } = await goOn(
        { ...seen, atUs: clockUs - agoS * second },
        { chain, order, items: seconds.length, nowUs: () => clockUs, gaveUp: () => false },
      )
      return {
        item: order.current,
        atS: Number((atUs / second).toFixed(6)),
        ...(dueUs !== undefined && { dueS: Number(((dueUs - startedUs) / second).toFixed(6)) }),
      }
    },
  }
}

describe('a list that was interrupted', () => {
  it('goes on where it would be by now, a moment ahead, and is due then', async () => {
    expect(await list([10, 10]).from({ positionUs: 2 * second }, 3)).toEqual({ item: 0, atS: 5.15, dueS: 0.15 })
    expect(await list([10, 10]).from({ positionUs: 2 * second, speed: 2 }, 3)).toEqual({ item: 0, atS: 8.3, dueS: 0.15 })
  })

  it('goes on in the item that plays by now', async () => {
    expect(await list([10, 4, 10]).from({ positionUs: 9 * second }, 6)).toEqual({ item: 2, atS: 1.15, dueS: 0.15 })
  })

  it('goes on in the next item where the present one ends before anything of it could be shown', async () => {
    // At its last tenth of a second, with 150 ms to decode: there is nothing to show of it any more.
    expect(await list([1, 1, 1]).from({ positionUs: 0.9 * second }, 0)).toEqual({ item: 1, atS: 0.05, dueS: 0.15 })
  })

  it('aims further ahead where opening takes longer than that, into a later item if need be', async () => {
    const slow = list([1, 1, 1], { seekUs: 0.4 * second })
    const { item, atS, dueS } = await slow.from({ positionUs: 0.5 * second }, 0)
    // The second try starts 0.4 s later and aims 0.6 s ahead: at 1.5 s.
    expect([item, atS, dueS]).toEqual([1, 0.5, 1])
  })

  it('walks whole rounds without opening their files', async () => {
    const endless = list([1, 2, 3])
    expect(await endless.from({ item: 1, positionUs: second }, 6 * 1000 + 1.5)).toEqual({ item: 2, atS: 0.65, dueS: 0.15 })
    expect(endless.opened.length).toBeLessThan(6)
  })

  it('stays at the end of a list that does not loop', async () => {
    const { item, atS } = await list([1, 1], { loop: false }).from({ positionUs: 0 }, 60)
    expect([item, atS]).toEqual([1, 1])
  })

  it('stays where it was paused, and shows its last frame where it had ended', async () => {
    expect(await list([4]).from({ positionUs: 3 * second, mode: 'paused' }, 60)).toEqual({ item: 0, atS: 3 })
    expect(await list([4]).from({ positionUs: 4 * second, mode: 'ended' }, 60)).toEqual({ item: 0, atS: 3.98 })
  })
})
