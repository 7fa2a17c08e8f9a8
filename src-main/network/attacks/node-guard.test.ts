import { expect, it } from 'vitest'
import { silentLogger } from '../../platform/telemetry/logger.ts'
import { defaultAttackSettings } from './attack-schemas.ts'
import { NodeGuard } from './node-guard.ts'

function open(block: boolean) {
  let nowMs = 0
  const marks = new Map<string, string>()
  const forAll = new Map<string, boolean>()
  const kept = {
    set: (name: string, kind: string) => marks.set(name, kind),
    remove: (name: string) => marks.delete(name),
    setForAll: (name: string, isSet: boolean) => forAll.set(name, isSet),
  }
  const guard = new NodeGuard({ marks: kept as never, log: silentLogger, now: () => nowMs })
  guard.use({
    settings: { ...defaultAttackSettings, block, blockMinutes: 1 },
    allow: ['198.51.100.0/24'],
    deny: ['192.0.2.0/24', '198.51.100.9'],
  })
  const see = (count: number, network: string) => {
    for (let n = 0; n < count; n++) guard.see({ network, path: '/a', agent: '', country: '' })
  }
  const pass = (seconds: number): void => {
    for (let n = 0; n < seconds; n++) {
      nowMs += 1000
      guard.tick()
    }
  }
  const usual = (): void => {
    for (let n = 0; n < 8; n++) {
      for (let each = 0; each < 100; each++) see(1, `203.0.113.${each}`)
      pass(10)
    }
  }
  return { guard, marks, forAll, see, pass, usual }
}

it('lists apply to single IP addresses and networks, and who is allowed is never denied', () => {
  const { guard } = open(false)
  expect(['192.0.2.7', '::ffff:192.0.2.7', '198.51.100.9', '203.0.113.1', '::1'].map((each) => guard.denies(each))).toEqual([
    true,
    true,
    false,
    false,
    false,
  ])
})

it('an attack is reported at its start and its end, and nobody is blocked unless that is wanted', () => {
  const { guard, marks, see, pass, usual } = open(false)
  expect(guard.report()).toEqual({ alarms: [], blocks: [] })
  usual()
  expect(guard.report()).toBeUndefined()
  see(5000, '203.0.113.200')
  pass(10)
  expect(guard.report()?.alarms[0]).toMatchObject({ route: '*', perSecond: 500 })
  expect([guard.report(), marks.size, guard.denies('203.0.113.200')]).toEqual([undefined, 0, false])
  pass(30)
  expect(guard.report()).toEqual({ alarms: [], blocks: [] })
})

it('who makes a large part of an attack is blocked for a while, but not who is allowed, nor again once it was lifted', () => {
  const { guard, marks, see, pass, usual } = open(true)
  usual()
  see(3000, '2001:db8:1:2')
  see(3000, '203.0.113.200')
  see(3000, '198.51.100.9')
  pass(10)
  expect([...marks]).toEqual([
    ['2001:db8:1:2', 'blocked'],
    ['203.0.113.200', 'blocked'],
  ])
  expect(guard.report()?.blocks).toEqual([
    { network: '2001:db8:1:2', perSecond: 300, leftS: 60 },
    { network: '203.0.113.200', perSecond: 300, leftS: 60 },
  ])
  expect([guard.denies('2001:db8:1:2:3::4'), guard.denies('2001:db8:1:3::4'), guard.denies('203.0.113.200')]).toEqual([true, false, true])
  guard.lift('203.0.113.200')
  see(3000, '203.0.113.200')
  pass(10)
  expect([marks.has('203.0.113.200'), guard.denies('203.0.113.200')]).toEqual([false, false])
  pass(60)
  expect([marks.size, guard.denies('2001:db8:1:2::1')]).toEqual([0, false])
  expect(guard.report()).toEqual({ alarms: [], blocks: [] })
})

it('viewers prove work while there is an attack, where that is wanted', () => {
  const { guard, forAll, see, pass, usual } = open(false)
  const use = (challenge: 'off' | 'attack' | 'always') =>
    guard.use({ settings: { ...defaultAttackSettings, challenge }, allow: [], deny: [] })
  const state = () => [guard.challenges, forAll.get('challenge')]
  usual()
  see(5000, '203.0.113.200')
  pass(10)
  expect(state()).toEqual([false, false])
  use('attack')
  expect(state()).toEqual([true, true])
  pass(30)
  expect(state()).toEqual([false, false])
  use('always')
  expect(state()).toEqual([true, true])
  use('off')
  expect(state()).toEqual([false, false])
})
