import { once } from 'node:events'
import { appendFileSync, mkdirSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { basename } from 'node:path'
import { afterAll, expect, inject } from 'vitest'
import { plan, shares } from '../plan.ts'

// Vitest runs this in the process of each file before it loads the file. The process ends behind its last test, and its turn with it.
const name = basename(expect.getState().testPath ?? '', '.e2e.ts')
const turn = connect(inject('turns'))
turn.write(JSON.stringify({ share: shares[plan[name]?.cost ?? 'cpu'], pid: process.pid }))
await once(turn, 'data')
turn.unref()

// What the file and the processes that it ended have used, beside which `cost` of the plan can be judged: `artifacts/e2e-cpu.txt`.
const startedMs = performance.now()
afterAll(() => {
  if (process.platform !== 'linux') return
  // proc(5): user and system time of the process, and of the children that it waited for, in ticks of 10 ms.
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1]?.split(' ').slice(11, 15) ?? []
  const cpu = fields.reduce((sum, ticks) => sum + Number(ticks), 0) / 100
  const seconds = (performance.now() - startedMs) / 1000
  mkdirSync('artifacts', { recursive: true })
  appendFileSync('artifacts/e2e-cpu.txt', `${name} ${seconds.toFixed(1)} s, ${(cpu / seconds).toFixed(2)} cores\n`)
})
