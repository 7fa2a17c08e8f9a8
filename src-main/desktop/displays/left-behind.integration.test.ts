import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { removeLeftBehind } from './left-behind.ts'

it('ends what a host that was killed had started for a display that it never kept, and nothing of others', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'displays-'))
  const audioOf = (id: string) => {
    const audio = join(folder, id, 'audio')
    mkdirSync(audio, { recursive: true })
    return spawn('sleep', ['60'], { env: { ...process.env, XDG_RUNTIME_DIR: audio } })
  }
  const kept = audioOf('kept')
  const lost = audioOf('lost')
  try {
    const ended = once(lost, 'exit')
    await Promise.all([once(kept, 'spawn'), once(lost, 'spawn')])
    await removeLeftBehind(folder, new Set(['kept']))
    expect((await ended)[1]).toBe('SIGTERM')
    expect([existsSync(join(folder, 'lost')), existsSync(join(folder, 'kept'))]).toEqual([false, true])
    expect(kept.exitCode ?? kept.signalCode).toBeNull()
  } finally {
    kept.kill()
    lost.kill()
    rmSync(folder, { recursive: true })
  }
})
