import type { Finding, Sighting } from './finding.ts'
import type { HealthReading, Rule } from './rule.ts'

interface Followed {
  /** Readings in a row in which it applied, and in which nothing of it was seen. */
  seen: number
  unseen: number
  finding: Finding | undefined
}

/** How long what happened once is shown, ms. */
const passingMs = 10 * 60_000
const order = { error: 0, warning: 1, info: 2 } as const

/**
 * What is wrong now. A rule's condition must apply for some readings before it is a finding, and be gone for some before that is over;
 * between the two it stays as it was: what is at its limit does not come and go.
 */
export class Findings {
  readonly #rules: readonly Rule[]
  readonly #followed = new Map<string, Followed>()
  readonly #passing = new Map<string, { readonly finding: Finding; readonly untilMs: number }>()
  #before: HealthReading | undefined

  constructor(rules: readonly Rule[]) {
    this.#rules = rules
  }

  /** The worst first, then the oldest. */
  get list(): readonly Finding[] {
    const all = [...this.#followed.values()].flatMap(({ finding }) => finding ?? [])
    for (const { finding } of this.#passing.values()) all.push(finding)
    return all.sort((a, b) => order[a.severity] - order[b.severity] || a.since.localeCompare(b.since))
  }

  /** Takes a reading. `nowMs` is since 1970. */
  judge(reading: HealthReading, nowMs: number): void {
    const touched = new Set<string>()
    for (const rule of this.#rules) {
      for (const sighting of rule.look(reading, this.#before)) {
        const id = idOf(rule.code, sighting)
        touched.add(id)
        this.#follow(id, rule, sighting, nowMs)
      }
    }
    for (const [id, followed] of this.#followed) {
      if (touched.has(id)) continue
      const rule = this.#rules.find(({ code }) => id === code || id.startsWith(`${code}:`))
      followed.seen = 0
      if (followed.finding === undefined || ++followed.unseen >= (rule?.until ?? 1)) this.#followed.delete(id)
    }
    for (const [id, { untilMs }] of this.#passing) if (untilMs <= nowMs) this.#passing.delete(id)
    this.#before = reading
  }

  /** Something happened once. What happens again counts up: its parameter `times`. */
  note(code: string, sighting: Omit<Sighting, 'applies'>, nowMs: number): void {
    const id = idOf(code, sighting)
    const before = this.#passing.get(id)
    const times = Number(before?.finding.params.times ?? 0) + 1
    const since = new Date(nowMs).toISOString()
    const finding = findingOf(id, code, { ...sighting, params: { ...sighting.params, times } }, since, true)
    this.#passing.set(id, { finding, untilMs: nowMs + passingMs })
  }

  /** Takes away what happened once. False if there is no such finding, or it still applies. */
  dismiss(id: string): boolean {
    return this.#passing.delete(id)
  }

  #follow(id: string, rule: Rule, sighting: Sighting, nowMs: number): void {
    const followed = this.#followed.get(id) ?? { seen: 0, unseen: 0, finding: undefined }
    this.#followed.set(id, followed)
    followed.unseen = 0
    followed.seen = sighting.applies ? followed.seen + 1 : 0
    if (followed.finding === undefined && followed.seen < rule.after) {
      if (!sighting.applies) this.#followed.delete(id)
      return
    }
    const since = followed.finding?.since ?? new Date(nowMs).toISOString()
    followed.finding = findingOf(id, rule.code, sighting, since, false)
  }
}

function idOf(code: string, { about }: Pick<Sighting, 'about'>): string {
  return about === undefined ? code : `${code}:${about.kind}/${about.id}`
}

function findingOf(id: string, code: string, sighting: Omit<Sighting, 'applies'>, since: string, passing: boolean): Finding {
  const { severity, params, about, fixes = [] } = sighting
  return { id, code, severity, since, params, about: about ?? null, fixes: [...fixes], passing }
}
