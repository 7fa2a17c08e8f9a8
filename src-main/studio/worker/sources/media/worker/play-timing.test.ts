import { describe, expect, it } from 'vitest'
import { audioCutUs, clipLengthUs } from './clip-length.ts'
import { LiveClock } from './live-clock.ts'
import { LiveTiming } from './live-timing.ts'
import { PlayOrder } from './play-order.ts'
import { nearestFrame, onFrameClock, Timeline } from './timeline.ts'

describe('the timeline of what is played', () => {
  it('goes on from where the speed changed, and does not move what came before', () => {
    const timeline = new Timeline()
    timeline.reset(2_000_000, 50_000_000, 1)
    timeline.set(3_000_000, 51_000_000, 2)
    expect([2_500_000, 3_000_000, 4_000_000].map((at) => timeline.dueUs(at))).toEqual([50_500_000, 51_000_000, 51_500_000])
    expect([50_500_000, 51_500_000].map((at) => timeline.mediaUs(at))).toEqual([2_500_000, 4_000_000])
  })

  it('has no more error after an hour than at the start', () => {
    const timeline = new Timeline()
    timeline.reset(0, 123, 1)
    expect(timeline.dueUs((3600 * 30_000 * 1e6) / 30_000)).toBe(3_600_000_123)
  })

  it('meets the frames of the program', () => {
    expect(onFrameClock(105, { originUs: 7, periodUs: 50 })).toBe(107)
    expect(onFrameClock(108, { originUs: 7, periodUs: 50 })).toBe(157)
    const clock = { originUs: 1_000_000, periodUs: 40_000 }
    expect([-19_000, -20_000, 0, 19_000, 19_600, 20_000].map((us) => nearestFrame(us + 1_200_000, clock))).toEqual([
      ...[1_200_000, 1_200_000, 1_200_000, 1_200_000, 1_240_000, 1_240_000],
    ])
  })
})

describe('the length of a clip', () => {
  const frameUs = 40_000
  it.each([
    ['alike', 2_000_000, 2_000_000, 2_000_000],
    ['sound a little longer: the pictures give way', 2_000_000, 2_010_000, 2_010_000],
    ['sound a little shorter', 2_000_000, 1_985_000, 1_985_000],
    ["an encoder's padding behind the pictures: cut", 2_000_000, 2_060_000, 2_000_000],
    ['sound that ends early', 2_000_000, 1_500_000, 2_000_000],
    ['sound that goes on', 2_000_000, 3_000_000, 3_000_000],
    ['pictures alone', 2_000_000, 0, 2_000_000],
    ['sound alone', 0, 3_000_000, 3_000_000],
  ])('%s', (_, videoUs, audioUs, length) => {
    expect(clipLengthUs(videoUs, Math.min(audioUs, audioCutUs(videoUs, audioUs, frameUs)), frameUs)).toBe(length)
  })
})

describe('the order of a list', () => {
  const walk = (order: PlayOrder, steps: number): (number | undefined)[] => {
    const items = [order.current]
    for (let step = 0; step < steps; step++) items.push(order.next() ? order.current : undefined)
    return items
  }

  it('ends, or starts again', () => {
    expect(walk(new PlayOrder(2, { loop: false, shuffle: false }), 2)).toEqual([0, 1, undefined])
    expect(walk(new PlayOrder(2, { loop: true, shuffle: false }), 4)).toEqual([0, 1, 0, 1, 0])
    expect(new PlayOrder(0, { loop: true, shuffle: false }).following).toBeUndefined()
  })

  it('knows what follows before it goes there, and the way back', () => {
    const order = new PlayOrder(3, { loop: true, shuffle: false })
    expect([order.following, order.following, order.current]).toEqual([1, 1, 0])
    expect([order.previous(), order.current, order.next(), order.current]).toEqual([true, 2, true, 0])
    order.goTo(2)
    expect([order.current, order.following]).toEqual([2, 0])
  })

  it('plays every item of a shuffled round once, and none twice running', () => {
    let seed = 5
    const random = (): number => {
      seed = (seed * 16807) % 2147483647
      return seed / 2147483647
    }
    const items = walk(new PlayOrder(4, { loop: true, shuffle: true }, random), 39)
    for (let round = 0; round < 10; round++) expect(items.slice(4 * round, 4 * round + 4).toSorted()).toEqual([0, 1, 2, 3])
    expect(items.every((item, index) => item !== items[index - 1])).toBe(true)
  })
})

describe('the order of a shuffled list in another process', () => {
  it('goes on behind the item that was seen, also where the next one was already decoded', () => {
    const order = new PlayOrder(5, { loop: true, shuffle: true })
    for (let step = 0; step < 13; step++) {
      const seen = order.current as number
      order.next()
      const other = new PlayOrder(5, { loop: true, shuffle: true })
      other.resume(seen, order.stateAt(seen))
      expect([other.current, other.following]).toEqual([seen, order.current])
    }
  })
})

describe('when live media is due', () => {
  const arrive = (timing: LiveTiming, from: number, to: number, delay: (at: number) => number): void => {
    for (let at = from; at < to; at += 20_000) timing.arrived(0, at, at + delay(at))
  }

  it('is the buffer behind the quickest delivery, and steady where the network is not', () => {
    const timing = new LiveTiming(300_000)
    arrive(timing, 0, 20_000_000, (at) => 50_000 + ((at / 20_000) % 7) * 15_000)
    expect(timing.offsetUs).toBeCloseTo(350_000, -4)
  })

  it('is not early by what a server sends of the past at once', () => {
    const timing = new LiveTiming(300_000)
    for (let at = 0; at < 2_000_000; at += 20_000) timing.arrived(0, at, 5_000_000 + at / 1000)
    expect(timing.offsetUs + 1_980_000 - 5_001_980).toBeLessThan(330_000)
  })

  it('follows a way that became longer, and draws near again when it is short', () => {
    const timing = new LiveTiming(200_000)
    arrive(timing, 0, 5_000_000, () => 50_000)
    arrive(timing, 5_000_000, 7_000_000, () => 900_000)
    expect(timing.offsetUs).toBeCloseTo(1_100_000, -4)
    arrive(timing, 7_000_000, 20_000_000, () => 50_000)
    expect(timing.offsetUs).toBeCloseTo(250_000, -4)
  })

  /** Video that takes 50 ms, and audio that takes so long; answers how many packets of audio come after they are due in the last second. */
  const together = (timing: LiveTiming, from: number, seconds: number, audioUs: number): number => {
    let late = 0
    const end = from + seconds * 1_000_000
    for (let now = from; now < end; now += 20_000) {
      timing.arrived(0, now - 50_000, now)
      timing.arrived(1, now - audioUs, now)
      if (now >= end - 1_000_000 && now > now - audioUs + timing.offsetUs) late++
    }
    return late
  }

  it('waits for a track that comes later than the other one, while it does', () => {
    const timing = new LiveTiming(200_000)
    expect(together(timing, 0, 3, 60_000)).toBe(0)
    expect(timing.offsetUs).toBeCloseTo(250_000, -4)
    expect(together(timing, 3_000_000, 3, 900_000)).toBe(0)
    expect(timing.offsetUs).toBeCloseTo(960_000, -4)
    expect(together(timing, 6_000_000, 12, 60_000)).toBe(0)
    expect(timing.offsetUs).toBeCloseTo(250_000, -4)
  })

  it('does not wait for a track whose clock is wrong', () => {
    const timing = new LiveTiming(200_000)
    expect(together(timing, 0, 5, 20_000_000)).toBe(50)
    expect(timing.offsetUs).toBeCloseTo(250_000, -4)
  })

  it('comes to rest where frames are due on frames of the program', () => {
    const clock = { originUs: 7_000, periodUs: 1e6 / 30 }
    const restsAt = (delayUs: number): number => {
      const timing = new LiveTiming(100_000)
      timing.keepTo(11_000, clock)
      arrive(timing, 0, 5_000_000, () => delayUs)
      return timing.offsetUs
    }
    for (const delayUs of [50_000, 61_000, 80_000]) {
      const frames = (restsAt(delayUs) + 11_000 - clock.originUs) / clock.periodUs
      expect(frames).toBeCloseTo(Math.round(frames), 5)
      expect(Math.abs(restsAt(delayUs) - 100_000 - delayUs)).toBeLessThanOrEqual(clock.periodUs / 2)
    }
  })

  it('follows clocks that differ without a jump', () => {
    const timing = new LiveTiming(100_000)
    let jumps = 0
    for (let at = 0; at < 120_000_000; at += 20_000) if (timing.arrived(0, at, at * 1.0002 + 30_000)) jumps++
    expect(jumps).toBe(1)
    expect(Math.abs(timing.offsetUs - 130_000 - 24_000)).toBeLessThan(5000)
  })
})

describe('the time of a live stream', () => {
  it('goes on over a jump of both tracks, which stay in step', () => {
    const clock = new LiveClock()
    const at = (track: number, us: number, now: number): number => us + clock.shiftFor(track, us, now)
    at(0, 900_000, 1_000_000)
    at(1, 910_000, 1_000_000)
    expect(at(0, 90_000_000, 1_040_000)).toBe(910_000)
    expect(at(1, 90_015_000, 1_050_000)).toBe(925_000)
    expect(at(0, 5_000, 1_080_000)).toBe(925_000)
  })

  it('is believed where it counted on while nothing came', () => {
    const clock = new LiveClock()
    clock.shiftFor(0, 1_000_000, 1_000_000)
    expect(clock.shiftFor(0, 31_000_000, 31_050_000)).toBe(0)
  })
})
