import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { readProcessStat } from './counters.ts'
import { OwnProcesses } from './own-processes.ts'

it.runIf(process.platform === 'linux')('finds processes that start later, and reads those of others once', async () => {
  let asked: string[] = []
  const processes = new OwnProcesses(process.pid, (pid) => {
    asked.push(pid)
    try {
      return readProcessStat(readFileSync(`/proc/${pid}/stat`, 'latin1'))
    } catch {
      return undefined
    }
  })
  const own = String(process.pid)
  expect(processes.read(1000).map(({ pid }) => pid)).toContain(process.pid)
  // Whatever else runs, the process with number 1 is nobody's child.
  expect(asked).toContain('1')
  const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: ['pipe', 'ignore', 'ignore'] })
  try {
    await once(child, 'spawn')
    for (const nowMs of [3000, 5000]) {
      asked = []
      processes.read(nowMs)
      expect(asked).toContain(String(child.pid))
      expect(asked).toContain(own)
      expect(asked).not.toContain('1')
    }
  } finally {
    child.stdin.end()
    await once(child, 'exit')
  }
  // In the end they are looked at again, since numbers of processes are used again.
  for (let reading = 3; reading <= 30; reading++) {
    asked = []
    processes.read(3000 + 2000 * reading)
  }
  expect(asked).toContain('1')
})
