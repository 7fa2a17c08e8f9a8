import { describe, expect, it } from 'vitest'
import type { Logger } from '../../../platform/logger.ts'
import type { AlertStore } from './alert-store.ts'
import { Alerts } from './alerts.ts'
import type { StreamFacts } from './conditions.ts'

const log: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => log }
const store: AlertStore = {
  rules: async () => [],
  saveRule: async () => undefined,
  removeRule: async () => undefined,
  channels: async () => [],
  addChannel: async () => undefined,
  removeChannel: async () => undefined,
}

describe('alerts', () => {
  it('tell once when something has lasted, and once when it has been over for a while', async () => {
    let now = 0
    let away = false
    const topics: string[] = []
    const facts = (): StreamFacts[] => [{ name: 'stage', away, samples: [], warnings: [], failedDestinations: [] }]
    const alerts = await Alerts.open({
      store,
      streams: facts,
      dataDir: '/',
      attacks: () => [],
      events: { publish: (topic) => topics.push(topic) },
      audit: { record: () => undefined },
      log,
      now: () => now,
      watchUrl: () => '',
    })
    await alerts.createRule({ kind: 'publisher-lost', holdS: 5 }, 'test')
    topics.length = 0
    const seconds = (count: number) => {
      for (let each = 0; each < count; each++) {
        now += 1000
        alerts.tick()
      }
    }
    seconds(3)
    away = true
    seconds(4)
    away = false
    seconds(2)
    away = true
    seconds(5)
    expect(topics).toEqual([])
    seconds(20)
    expect(topics).toEqual(['alert.raised'])
    away = false
    seconds(5)
    away = true
    seconds(1)
    away = false
    seconds(9)
    expect(topics).toEqual(['alert.raised'])
    seconds(5)
    expect(topics).toEqual(['alert.raised', 'alert.resolved'])
    expect(alerts.alerts()[0]?.resolvedAt).not.toBeNull()
  })

  it('an attack on a node is one alert, however many there are, and over when none is left', async () => {
    let now = 0
    let attacks: string[] = []
    const topics: string[] = []
    const alerts = await Alerts.open({
      ...{ store, streams: () => [], dataDir: '/', attacks: () => attacks, log, now: () => now, watchUrl: () => '' },
      events: { publish: (topic) => topics.push(topic) },
      audit: { record: () => undefined },
    })
    await alerts.createRule({ kind: 'attack' }, 'test')
    topics.length = 0
    const seconds = (count: number) => {
      for (let each = 0; each < count; each++) {
        now += 1000
        alerts.tick()
      }
    }
    seconds(3)
    attacks = ['Berlin has 900 requests a second, 100 are usual', 'Paris too']
    seconds(3)
    expect(alerts.alerts()).toMatchObject([{ kind: 'attack', stream: null, message: attacks.join('; '), resolvedAt: null }])
    attacks = []
    seconds(12)
    expect(topics).toEqual(['alert.raised', 'alert.resolved'])
  })
})
