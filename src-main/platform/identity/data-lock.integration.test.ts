import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { lockDataFolder } from './data-lock.ts'

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ami-streams-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

it('gives a data folder to one host at a time', () => {
  const data = newFolder()
  const release = lockDataFolder(data)
  expect(() => lockDataFolder(data)).toThrow(expect.objectContaining({ code: 'host.already_running' }))
  release()
  lockDataFolder(data)()
})

/** A user that no system has a name for. */
const stranger = 54_321

it.skipIf(process.getuid?.() !== 0)('says to another user whose data folder it is, also where they may not look into it', () => {
  const folder = newFolder()
  chmodSync(folder, 0o755)
  // Where everybody may read it, with a Node that everybody may run.
  const source = join(folder, 'src-main')
  cpSync(join(import.meta.dirname, '../../platform'), join(source, 'platform'), { recursive: true })
  cpSync(process.execPath, join(folder, 'node'))
  const attempt = join(folder, 'attempt.ts')
  const lock = join(source, 'platform/identity/data-lock.ts')
  writeFileSync(
    attempt,
    `import { lockDataFolder } from ${JSON.stringify(lock)}\ntry { lockDataFolder(process.argv[2]) } catch (error) { console.log(error.code, error.message) }`,
  )
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  const data = join(folder, 'data')
  mkdirSync(data)
  writeFileSync(join(data, 'host.json'), '{}')
  const said = (mode: number): string => {
    chmodSync(data, mode)
    const options = { uid: stranger, gid: stranger, encoding: 'utf8', env: {}, cwd: folder } as const
    for (;;) {
      const { stdout, stderr, error } = spawnSync(join(folder, 'node'), ['--disable-warning=ExperimentalWarning', attempt, data], options)
      // A process that another test starts at this moment has the copy open for writing, until it is what it is to be.
      if ((error as NodeJS.ErrnoException | undefined)?.code !== 'ETXTBSY') return stdout + stderr
    }
  }
  expect(said(0o755)).toContain(
    `host.of_other_user The data folder ${data} belongs to the user with the number 0, and that user has a host running on it; you are the user with the number ${stranger}`,
  )
  expect(said(0o700)).toContain(`host.of_other_user The data folder ${data} belongs to the user with the number 0; you are`)
})
