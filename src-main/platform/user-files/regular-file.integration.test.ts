import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { FileFault, readRegularFile } from './regular-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'streams-regular-'))
afterAll(() => rmSync(folder, { recursive: true }))
const at = (name: string): string => join(folder, name)

describe('reading a file that a user named', () => {
  it('reads a regular file whole, also through a link and where the system tells no size', async () => {
    writeFileSync(at('whole'), 'x'.repeat(200_000))
    symlinkSync(at('whole'), at('link'))
    expect(await readRegularFile(at('link'), 200_000)).toHaveLength(200_000)
    if (process.platform === 'linux') expect(String(await readRegularFile('/proc/self/status', 65_536))).toMatch(/^Name:/)
  })

  it('reads no more than the limit', async () => {
    writeFileSync(at('large'), 'x'.repeat(11))
    await expect(readRegularFile(at('large'), 10)).rejects.toThrow(/is larger than 10 bytes/)
    if (process.platform === 'linux') await expect(readRegularFile('/proc/self/status', 10)).rejects.toThrow(/is larger than 10 bytes/)
  })

  it('says that there is no file', async () => {
    const fault = await readRegularFile(at('missing'), 10).catch((error: unknown) => error)
    expect(fault).toBeInstanceOf(FileFault)
    expect(fault).toMatchObject({ message: `There is no file ${at('missing')}`, code: 'ENOENT' })
  })

  it.skipIf(process.platform === 'win32')('rejects devices, pipes and folders without reading or waiting', async () => {
    mkdirSync(at('folder'))
    execFileSync('mkfifo', [at('pipe')])
    symlinkSync('/dev/zero', at('zeros'))
    await expect(readRegularFile(at('folder'), 10)).rejects.toThrow(/is a folder/)
    for (const path of [at('pipe'), at('zeros'), '/dev/zero']) {
      await expect(readRegularFile(path, 10)).rejects.toThrow(`${path} is not a regular file`)
    }
  })
})
