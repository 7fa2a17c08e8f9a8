import { describe, expect, it } from 'vitest'
import type { Sighting } from './finding.ts'
import { Findings } from './findings.ts'
import type { HealthReading, Rule } from './rule.ts'

/** A rule that sees what the test says. */
function reported(): { readonly rule: Rule; sees: readonly Sighting[] } {
  const rule = { code: 'test.rule', after: 2, until: 2, look: () => at.sees }
  const at: { readonly rule: Rule; sees: readonly Sighting[] } = { rule, sees: [] }
  return at
}

const reading = {} as HealthReading
const applies: Sighting = { applies: true, severity: 'warning', params: { figure: 1 } }

describe('the findings', () => {
  it('come after as many readings as the rule says, and go after as many', () => {
    const at = reported()
    const findings = new Findings([at.rule])
    at.sees = [applies]
    findings.judge(reading, 1000)
    expect(findings.list).toEqual([])
    findings.judge(reading, 2000)
    expect(findings.list).toMatchObject([{ id: 'test.rule', since: '1970-01-01T00:00:02.000Z' }])
    at.sees = []
    findings.judge(reading, 3000)
    expect(findings.list).toHaveLength(1)
    findings.judge(reading, 4000)
    expect(findings.list).toEqual([])
  })

  it('stay while a figure is between both limits, and do not come there', () => {
    const at = reported()
    const findings = new Findings([at.rule])
    at.sees = [{ ...applies, applies: false }]
    for (let round = 0; round < 5; round++) findings.judge(reading, round)
    expect(findings.list).toEqual([])
    at.sees = [applies]
    for (let round = 0; round < 2; round++) findings.judge(reading, round)
    at.sees = [{ ...applies, applies: false, params: { figure: 2 } }]
    for (let round = 0; round < 5; round++) findings.judge(reading, round)
    expect(findings.list).toMatchObject([{ params: { figure: 2 } }])
  })

  it('start to count again where a condition paused before it was found', () => {
    const at = reported()
    const findings = new Findings([at.rule])
    for (const sees of [[applies], [], [applies]]) {
      at.sees = sees
      findings.judge(reading, 0)
    }
    expect(findings.list).toEqual([])
  })

  it('are one for each subject, the worst first', () => {
    const at = reported()
    const findings = new Findings([at.rule])
    at.sees = [
      { ...applies, about: { kind: 'source', id: 'a', name: 'A' } },
      { ...applies, severity: 'error', about: { kind: 'source', id: 'b', name: 'B' } },
    ]
    for (let round = 0; round < 2; round++) findings.judge(reading, round)
    expect(findings.list.map(({ id }) => id)).toEqual(['test.rule:source/b', 'test.rule:source/a'])
  })

  it('of what happened once count it, can be dismissed, and go after ten minutes', () => {
    const findings = new Findings([])
    const crash = { severity: 'warning' as const, params: {}, about: { kind: 'process' as const, id: 'studio', name: 'studio' } }
    findings.note('process.restarted', crash, 0)
    findings.note('process.restarted', crash, 60_000)
    expect(findings.list).toMatchObject([{ id: 'process.restarted:process/studio', passing: true, params: { times: 2 } }])
    expect(findings.dismiss('process.restarted:process/studio')).toBe(true)
    expect(findings.dismiss('process.restarted:process/studio')).toBe(false)
    findings.note('process.restarted', crash, 0)
    findings.judge(reading, 599_000)
    expect(findings.list).toHaveLength(1)
    findings.judge(reading, 601_000)
    expect(findings.list).toEqual([])
  })
})
