/** `npm run fuzz`, the part that attacks a running host: every fuzzer in turn, until the time is over. See scripts/fuzz.mjs. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { root } from '../helpers/paths.ts'
import { writeCase } from './fuzz-case.ts'
import { FuzzHost, mb } from './fuzz-host.ts'
import { blame, type MadeCase, runSlice } from './fuzz-run.ts'
import { fuzzers } from './fuzzers.ts'

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '10' }, seed: { type: 'string', default: '1' }, only: { type: 'string' } },
})
const seed = Number(values.seed)
const endMs = performance.now() + Number(values.minutes) * 60_000
const chosen = fuzzers.filter(({ name }) => values.only === undefined || name === values.only)
if (chosen.length === 0) throw new Error(`--only ${values.only}: there is ${fuzzers.map(({ name }) => name).join(', ')}`)
/** ms that one protocol is attacked before the next has its turn. */
const sliceMs = 10_000
/** Faults after which a run ends: the first ones have to be fixed anyway. */
const maxFaults = 20
const fixtures = join(import.meta.dirname, 'fixtures')

const print = (line: string): void => void process.stdout.write(`${line}\n`)
const sent = new Map<string, number>()
const found = new Set<string>()
let peak = { bytes: 0, handles: 0 }

function save(name: string, cases: readonly MadeCase[], fault: string): string {
  mkdirSync(fixtures, { recursive: true })
  const file = join(fixtures, `${name}-${seed}-${cases.at(-1)?.index ?? 0}.json`)
  const content = {
    fuzzer: name,
    seed,
    fault: fault.replaceAll(root, '').slice(0, 1000),
    cases: cases.map(({ fuzzCase }) => writeCase(fuzzCase)),
  }
  writeFileSync(file, `${JSON.stringify(content, null, 1)}\n`)
  return file
}

/** The same fault again is no news: the line that names the error, without numbers. */
function kindOf(fault: string): string {
  const lines = fault.split('\n')
  return (lines.find((line) => /\w+Error\b/.test(line)) ?? lines.at(1) ?? fault).replace(/"time":"[^"]*"|\d+/g, '')
}

let host = await FuzzHost.start()
try {
  while (performance.now() < endMs && found.size < maxFaults) {
    for (const fuzzer of chosen) {
      const from = sent.get(fuzzer.name) ?? 0
      const startedMs = performance.now()
      const until = Math.min(endMs, startedMs + sliceMs)
      const { cases, last, fault } = await runSlice(host, fuzzer, seed, from, () => performance.now() < until)
      sent.set(fuzzer.name, from + cases)
      const { bytes, handles } = host.usage()
      peak = { bytes: Math.max(peak.bytes, bytes), handles: Math.max(peak.handles, handles) }
      const perSecond = (cases / ((performance.now() - startedMs) / 1000)).toFixed(0)
      print(`${fuzzer.name.padEnd(10)} ${String(from + cases).padStart(9)} cases, ${perSecond}/s; ${mb(bytes)} MB, ${handles} descriptors`)
      if (fault !== undefined) {
        await host.stop()
        const kind = kindOf(fault)
        if (!found.has(kind)) {
          found.add(kind)
          print(`FAULT in ${fuzzer.name}, seed ${seed}, up to case ${from + cases}: ${fault}`)
          const blamed = await blame(last)
          print(`saved as ${save(fuzzer.name, blamed.cases, blamed.fault ?? fault)}`)
        }
        host = await FuzzHost.start()
      }
      if (performance.now() >= endMs) break
    }
  }
  const kept = await host.settled(120_000)
  if (kept !== undefined) {
    found.add(kept)
    print(`FAULT, seed ${seed}: ${kept}`)
  }
} finally {
  await host.stop()
}
const total = [...sent.values()].reduce((sum, cases) => sum + cases, 0)
print(`${total} cases with seed ${seed}, ${found.size} faults; at most ${mb(peak.bytes)} MB and ${peak.handles} descriptors`)
process.exitCode = found.size > 0 ? 1 : 0
