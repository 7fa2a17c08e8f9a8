import { statfs } from 'node:fs/promises'
import type { AuditLog } from '../../../platform/audit.ts'
import { AppError } from '../../../platform/errors.ts'
import type { EventTopic } from '../../../platform/events/event-topics.ts'
import type { EventBus } from '../../../platform/events/events.ts'
import type { Logger } from '../../../platform/logger.ts'
import { randomText } from '../../../platform/random-id.ts'
import { repeat } from '../../../platform/timing/repeat.ts'
import type { AlertStore, StoredChannel } from './alert-store.ts'
import { sendAlert, shownWhere } from './channels.ts'
import { type StreamFacts, streamCondition, usualHoldS, usualThreshold } from './conditions.ts'
import type { Alert, AlertRule, AlertRuleRequest, Channel, ChannelRequest } from './schemas.ts'

export interface AlertsDependencies {
  readonly store: AlertStore
  /** Streams that are live now. */
  readonly streams: () => readonly StreamFacts[]
  /** Sentences about attacks on nodes that go on now. */
  readonly attacks: () => readonly string[]
  /** Disk whose free space is watched. */
  readonly dataDir: string
  readonly events: Pick<EventBus, 'publish'>
  readonly audit: AuditLog
  readonly log: Logger
  /** ms since 1970. */
  readonly now: () => number
  /** URL to watch a stream at, for messages; empty where it is not known. */
  readonly watchUrl: (stream: string) => string
}

interface Watched {
  /** ms since 1970 since when the condition is met. */
  readonly sinceMs: number
  alert: Alert | undefined
  message: string
}

/** Attacks that one alert names. */
const maxAttacks = 5
/** Alerts that are kept for people to look at. */
const maxKept = 200
/** A condition that is over must stay so for this long before that is reported, ms: it may flicker. */
const restMs = 10_000
/** Disks are looked at this seldom, ms. */
const diskEveryMs = 15_000

/** Watches streams and disk, once a second, and notifies channels when an alert starts and when it is over. */
export class Alerts {
  readonly #dependencies: AlertsDependencies
  readonly #rules = new Map<string, AlertRule>()
  readonly #channels = new Map<string, StoredChannel & { lastError: string | null }>()
  /** By rule and stream. */
  readonly #watched = new Map<string, Watched>()
  readonly #calm = new Map<string, number>()
  /** Newest last. */
  readonly #alerts: Alert[] = []
  #timer: NodeJS.Timeout | undefined
  #freeGb = Number.POSITIVE_INFINITY
  #diskAtMs = 0

  private constructor(dependencies: AlertsDependencies) {
    this.#dependencies = dependencies
  }

  static async open(dependencies: AlertsDependencies): Promise<Alerts> {
    const alerts = new Alerts(dependencies)
    for (const rule of await dependencies.store.rules()) alerts.#rules.set(rule.id, rule)
    for (const channel of await dependencies.store.channels()) alerts.#channels.set(channel.id, { ...channel, lastError: null })
    return alerts
  }

  start(): void {
    this.#timer ??= repeat(1000, () => this.tick())
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  /** Looks at everything once. */
  tick(): void {
    const now = this.#dependencies.now()
    const streams = this.#rules.size > 0 ? this.#dependencies.streams() : []
    const seen = new Set<string>()
    for (const rule of this.#rules.values()) {
      if (!rule.enabled) continue
      if (rule.kind === 'disk-low') {
        this.#watchDisk(now)
        const limit = rule.threshold ?? usualThreshold['disk-low']
        if (this.#freeGb < limit) this.#holds(rule, null, `The disk has ${this.#freeGb.toFixed(1)} GB left, below ${limit} GB`, now, seen)
        continue
      }
      if (rule.kind === 'attack') {
        const attacks = this.#dependencies.attacks()
        if (attacks.length > 0) this.#holds(rule, null, attacks.slice(0, maxAttacks).join('; '), now, seen)
        continue
      }
      for (const facts of streams) {
        if (rule.stream !== null && rule.stream !== facts.name) continue
        const message = streamCondition(rule.kind, facts, rule.threshold ?? usualThreshold[rule.kind])
        if (message !== undefined) this.#holds(rule, facts.name, message, now, seen)
      }
    }
    for (const [key, watched] of this.#watched) if (!seen.has(key)) this.#gone(key, watched, now)
  }

  rules(): readonly AlertRule[] {
    return [...this.#rules.values()]
  }

  channels(): readonly Channel[] {
    return [...this.#channels.values()].map(describe)
  }

  /** Newest first. */
  alerts(): readonly Alert[] {
    return this.#alerts.toReversed()
  }

  /** Throws `alert.not_found` where a channel is not known. */
  async createRule(request: AlertRuleRequest, actor: string): Promise<AlertRule> {
    const rule: AlertRule = {
      id: `ar_${randomText(8)}`,
      kind: request.kind,
      stream: request.stream ?? null,
      threshold: request.threshold ?? null,
      holdS: request.holdS ?? usualHoldS[request.kind],
      channels: [...(request.channels ?? [])],
      enabled: request.enabled ?? true,
      createdAt: new Date(this.#dependencies.now()).toISOString(),
    }
    return this.#keep(rule, `an alert on ${rule.kind} was created`, actor)
  }

  /** Throws `alert.not_found`. */
  changeRule(id: string, changes: Partial<AlertRuleRequest>, actor: string): Promise<AlertRule> {
    const rule = this.#rules.get(id)
    if (rule === undefined) throw new AppError('alert.not_found')
    return this.#keep({ ...rule, ...changes } as AlertRule, `the alert on ${rule.kind} was changed`, actor)
  }

  /** Throws `alert.not_found`. */
  async removeRule(id: string, actor: string): Promise<void> {
    const rule = this.#rules.get(id)
    if (rule === undefined) throw new AppError('alert.not_found')
    await this.#dependencies.store.removeRule(id)
    this.#rules.delete(id)
    for (const key of this.#watched.keys()) if (key.startsWith(`${id} `)) this.#watched.delete(key)
    this.#reported('alert-rule.removed', { id }, `the alert on ${rule.kind} was removed`, actor)
  }

  async createChannel(request: ChannelRequest, actor: string): Promise<Channel> {
    const stored = { id: `ch_${randomText(8)}`, createdAt: new Date(this.#dependencies.now()).toISOString(), request }
    await this.#dependencies.store.addChannel(stored)
    const entry = { ...stored, lastError: null }
    this.#channels.set(stored.id, entry)
    const channel = describe(entry)
    this.#reported('alert-channel.created', channel, `alert channel "${request.label}" was created`, actor)
    return channel
  }

  /** Throws `alert.not_found`. */
  async removeChannel(id: string, actor: string): Promise<void> {
    const channel = this.#channel(id)
    await this.#dependencies.store.removeChannel(id)
    this.#channels.delete(id)
    for (const rule of this.#rules.values()) {
      if (!rule.channels.includes(id)) continue
      const changed = { ...rule, channels: rule.channels.filter((each) => each !== id) }
      this.#rules.set(rule.id, changed)
      await this.#dependencies.store.saveRule(changed)
    }
    this.#reported('alert-channel.removed', { id }, `alert channel "${channel.request.label}" was removed`, actor)
  }

  /** Sends a channel a test. Rejects with `alert.not_found` or `alert.channel_failed`. */
  async testChannel(id: string): Promise<void> {
    const channel = this.#channel(id)
    const now = new Date(this.#dependencies.now()).toISOString()
    const test: Alert = {
      id: 'test',
      ruleId: '',
      kind: 'publisher-lost',
      stream: null,
      message: 'This is a test',
      raisedAt: now,
      resolvedAt: null,
    }
    try {
      await sendAlert(channel.request, test, '')
      channel.lastError = null
    } catch (error) {
      channel.lastError = (error as Error).message
      throw error
    }
  }

  #channel(id: string): StoredChannel & { lastError: string | null } {
    const channel = this.#channels.get(id)
    if (channel === undefined) throw new AppError('alert.not_found')
    return channel
  }

  async #keep(rule: AlertRule, message: string, actor: string): Promise<AlertRule> {
    for (const id of rule.channels) this.#channel(id)
    await this.#dependencies.store.saveRule(rule)
    this.#rules.set(rule.id, rule)
    this.#reported('alert-rule.updated', rule, message, actor)
    return rule
  }

  #holds(rule: AlertRule, stream: string | null, message: string, now: number, seen: Set<string>): void {
    const key = `${rule.id} ${stream ?? ''}`
    seen.add(key)
    this.#calm.delete(key)
    let watched = this.#watched.get(key)
    if (watched === undefined) {
      watched = { sinceMs: now, alert: undefined, message }
      this.#watched.set(key, watched)
    }
    watched.message = message
    if (watched.alert !== undefined || now - watched.sinceMs < rule.holdS * 1000) return
    const raisedAt = new Date(now).toISOString()
    watched.alert = { id: `al_${randomText(8)}`, ruleId: rule.id, kind: rule.kind, stream, message, raisedAt, resolvedAt: null }
    this.#alerts.push(watched.alert)
    if (this.#alerts.length > maxKept) this.#alerts.shift()
    this.#announce('alert.raised', watched.alert)
  }

  #gone(key: string, watched: Watched, now: number): void {
    const { alert } = watched
    const calmSince = this.#calm.get(key) ?? now
    this.#calm.set(key, calmSince)
    if (alert !== undefined && now - calmSince < restMs) return
    this.#watched.delete(key)
    this.#calm.delete(key)
    if (alert === undefined) return
    const over = { ...alert, resolvedAt: new Date(now).toISOString() }
    const at = this.#alerts.indexOf(alert)
    if (at >= 0) this.#alerts[at] = over
    this.#announce('alert.resolved', over)
  }

  #announce(topic: 'alert.raised' | 'alert.resolved', alert: Alert): void {
    this.#dependencies.events.publish(topic, alert)
    this.#dependencies.audit.record({
      kind: 'error',
      message: topic === 'alert.raised' ? alert.message : `over: ${alert.message}`,
      ...(alert.stream === null ? {} : { streamName: alert.stream }),
      data: { alertId: alert.id, kind: alert.kind },
    })
    const url = alert.stream === null ? '' : this.#dependencies.watchUrl(alert.stream)
    for (const id of this.#rules.get(alert.ruleId)?.channels ?? []) {
      const channel = this.#channels.get(id)
      if (channel === undefined) continue
      sendAlert(channel.request, alert, url).then(
        () => {
          if (channel.lastError === null) return
          channel.lastError = null
          this.#dependencies.events.publish('alert-channel.updated', describe(channel))
        },
        (error: AppError) => {
          channel.lastError = error.message
          this.#dependencies.log.error({ err: error, channelId: id, alertId: alert.id }, 'an alert could not be delivered')
          this.#dependencies.events.publish('alert-channel.failed', describe(channel))
        },
      )
    }
  }

  #watchDisk(now: number): void {
    if (now - this.#diskAtMs < diskEveryMs) return
    this.#diskAtMs = now
    statfs(this.#dependencies.dataDir).then(
      ({ bavail, bsize }) => {
        this.#freeGb = (bavail * bsize) / 1e9
      },
      (error: unknown) => this.#dependencies.log.warn({ err: error }, 'the free space of the disk cannot be read'),
    )
  }

  #reported(topic: EventTopic, data: unknown, message: string, actor: string): void {
    this.#dependencies.events.publish(topic, data)
    this.#dependencies.audit.record({ kind: 'command', message, actor })
  }
}

function describe({ id, createdAt, request, lastError }: StoredChannel & { lastError: string | null }): Channel {
  return { id, kind: request.kind, label: request.label, where: shownWhere(request), createdAt, lastError }
}
