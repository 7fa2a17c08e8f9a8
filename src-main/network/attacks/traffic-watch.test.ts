import { expect, it } from 'vitest'
import { defaultAttackSettings } from './attack-schemas.ts'
import { type SeenRequest, TrafficWatch } from './traffic-watch.ts'

/** Many viewers, some pages, three programs: after so many the same come again. */
const usualRequests: readonly SeenRequest[] = Array.from({ length: 4200 }, (_, n) => ({
  network: `${1 + (n % 200)}.${n % 7}.0.1`,
  path: n % 3 === 0 ? '/' : `/assets/${n % 20}.js`,
  agent: `Browser ${n % 3}`,
  country: ['DE', 'FR', 'ES'][n % 3] as string,
}))

/** A window of usual requests. */
function usual(watch: TrafficWatch, count = 1000, changes?: Partial<SeenRequest>): void {
  for (let n = 0; n < count; n++) {
    const request = usualRequests[n % usualRequests.length] as SeenRequest
    watch.see(changes === undefined ? request : { ...request, ...changes })
  }
}
const quiet = (watch: TrafficWatch, windows: number): void => {
  for (let n = 0; n < windows; n++) {
    usual(watch)
    expect(watch.window(defaultAttackSettings).alarms).toEqual([])
  }
}

it('an alarm says how much more there is than usual, and what is unusual', () => {
  const watch = new TrafficWatch()
  quiet(watch, 10)
  usual(watch)
  for (let n = 0; n < 3000; n++)
    watch.see({ network: `203.0.113.${n % 100}`, path: '/login/x', agent: 'attacker/1', country: n % 2 ? 'DE' : 'FR' })
  const { alarms, heavy } = watch.window(defaultAttackSettings)
  expect(alarms.map(({ route }) => route)).toEqual(['*'])
  expect(alarms[0]).toMatchObject({ perSecond: 400, usualPerSecond: 100 })
  expect(alarms[0]?.pattern).toEqual([
    { kind: 'range', value: '203.0.113.0/24', share: 0.75 },
    { kind: 'agent', value: 'attacker/1', share: 0.75 },
    { kind: 'path', value: '/login/x', share: 0.75 },
  ])
  // a hundred that share it evenly: none of them is heavy
  expect(heavy).toEqual([])
})

it('names the country that an attack comes from', () => {
  const watch = new TrafficWatch()
  quiet(watch, 10)
  usual(watch)
  usual(watch, 3000, { country: 'BR' })
  expect(watch.window(defaultAttackSettings).alarms[0]?.pattern).toContainEqual({ kind: 'country', value: 'BR', share: 0.75 })
})

it('names those that make a large part of the requests, and is over after half a minute', () => {
  const watch = new TrafficWatch()
  quiet(watch, 10)
  usual(watch, 4000, { network: '2001:db8:1:2', path: '/assets/1.js' })
  const first = watch.window(defaultAttackSettings)
  expect(first.alarms.map(({ route }) => route)).toEqual(['*', '/assets/'])
  expect(first.heavy).toEqual([{ network: '2001:db8:1:2', perSecond: 400 }])
  expect(first.alarms[0]?.pattern[0]).toMatchObject({ value: '2001:db8:1::/48', share: 1 })
  const left = [1, 2, 3].map(() => {
    usual(watch)
    return watch.window(defaultAttackSettings).alarms.length
  })
  expect(left).toEqual([2, 2, 0])
})

it('says nothing about few requests, before it knows what is usual, nor about what grows slowly', () => {
  const watch = new TrafficWatch()
  for (let n = 0; n < 5; n++) {
    usual(watch, 100 * 4 ** n)
    expect(watch.window(defaultAttackSettings).alarms).toEqual([])
  }
  const small = new TrafficWatch()
  for (let n = 0; n < 20; n++) {
    usual(small, n < 10 ? 10 : 400)
    expect(small.window(defaultAttackSettings).alarms).toEqual([])
  }
  const growing = new TrafficWatch()
  for (let count = 1000; count < 4000; count *= 1.02) {
    usual(growing, count)
    expect(growing.window(defaultAttackSettings).alarms).toEqual([])
  }
})

it('keeps a bounded number of everything, whatever is asked for', () => {
  const watch = new TrafficWatch()
  quiet(watch, 10)
  for (let n = 0; n < 20_000; n++)
    watch.see({ network: `2001:${n.toString(16).slice(-4)}:${n % 5000}:1`, path: `/${n}/(a+)+$`, agent: `a${n}`, country: '' })
  const { alarms, heavy } = watch.window(defaultAttackSettings)
  expect(alarms.map(({ route }) => route)).toEqual(['*'])
  expect([alarms[0]?.pattern, heavy]).toEqual([[], []])
})
