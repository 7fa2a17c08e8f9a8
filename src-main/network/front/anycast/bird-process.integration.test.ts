import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import type { Logger } from '../../../platform/logger.ts'
import { findSystemProgram } from '../../../platform/programs/find-program.ts'
import { BirdProcess } from './bird-process.ts'

/** Without interfaces and routes of this machine: it needs no rights. */
const configuration = (changes = ''): string => `log stderr all;\nrouter id 192.0.2.1;\n${changes}protocol static nothing { ipv4; }\n`

it.skipIf(findSystemProgram('bird') === undefined)(
  'starts BIRD, changes what it does, keeps a fault out, logs what it says, and ends it',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'bird-'))
    const said: unknown[] = []
    const bird = new BirdProcess(folder, { warn: (line: unknown) => void said.push(line) } as unknown as Logger)
    onTestFinished(async () => {
      await bird.stop()
      rmSync(folder, { recursive: true })
    })
    expect([bird.isRunning, await bird.protocols()]).toEqual([false, ''])
    await expect(bird.use('router id nobody;')).rejects.toMatchObject({ code: 'config.invalid' })
    expect(bird.isRunning).toBe(false)
    await bird.use(configuration())
    expect([bird.isRunning, await bird.protocols()]).toEqual([true, expect.stringContaining('nothing')])
    await bird.use(configuration('protocol static second { ipv4; }\n'))
    expect(await bird.protocols()).toContain('second')
    await expect(bird.use('protocol static {')).rejects.toMatchObject({
      code: 'config.invalid',
      message: expect.stringContaining('bird says'),
    })
    expect(await bird.protocols()).toContain('second')
    // It reports each change of its configuration on standard error.
    await expect.poll(() => JSON.stringify(said)).toMatch(/reconfigur/i)
    await bird.stop()
    expect([bird.isRunning, await bird.protocols()]).toEqual([false, ''])
  },
)
