import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { isFault } from '../fault.ts'
import { readTarHeader, tarBlock, tarEnd, tarHeader, tarPadding } from './tar.ts'

const dir = mkdtempSync(join(tmpdir(), 'tar-'))
afterAll(() => rmSync(dir, { recursive: true }))

describe('archives', () => {
  it('are read by tar', () => {
    const body = Buffer.from('hello archive')
    const file = join(dir, 'ours.tar')
    writeFileSync(
      file,
      Buffer.concat([tarHeader({ name: 'media/1.txt', bytes: body.length }, 0), body, Buffer.alloc(tarPadding(body.length)), tarEnd()]),
    )
    expect(execFileSync('tar', ['-tf', file], { encoding: 'utf8' })).toBe('media/1.txt\n')
    expect(execFileSync('tar', ['-xOf', file, 'media/1.txt'], { encoding: 'utf8' })).toBe('hello archive')
  })

  it('of tar are read, with links known as such', () => {
    writeFileSync(join(dir, 'a.txt'), 'a'.repeat(700))
    symlinkSync('/etc/passwd', join(dir, 'link'))
    const file = join(dir, 'theirs.tar')
    execFileSync('tar', ['--format=ustar', '-cf', file, '-C', dir, 'a.txt', 'link'])
    const bytes = readFileSync(file)
    expect(readTarHeader(bytes)).toEqual({ name: 'a.txt', bytes: 700, kind: 'file' })
    expect(readTarHeader(bytes.subarray(tarBlock * 3))).toEqual({ name: 'link', bytes: 0, kind: 'other' })
  })

  it('keep sizes of more than 8 GiB', () => {
    expect(readTarHeader(tarHeader({ name: 'x', bytes: 12e9 }, Date.now()))).toEqual({ name: 'x', bytes: 12e9, kind: 'file' })
  })

  it('never throw, whatever the bytes', () => {
    let seed = 7
    const next = (): number => (seed = (seed * 1103515245 + 12345) % 2147483648)
    const good = tarHeader({ name: 'media/1.png', bytes: 5 }, 0)
    for (let round = 0; round < 3000; round++) {
      const broken = Uint8Array.from(good)
      for (let change = 0; change < 1 + (next() % 8); change++) broken[next() % tarBlock] = next() % 256
      readTarHeader(broken.subarray(0, round % 7 === 0 ? next() % tarBlock : tarBlock))
    }
    expect(isFault(readTarHeader(good.subarray(0, 100)))).toBe(true)
    expect(readTarHeader(new Uint8Array(tarBlock))).toBeUndefined()
  })
})
