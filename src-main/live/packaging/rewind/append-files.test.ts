import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import type { ArchivedSegment } from '../segment-archive.ts'
import { AppendFiles } from './append-files.ts'

const segment = (sequence: number, text: string): ArchivedSegment =>
  ({ sequence, byteLength: text.length, parts: [{ data: Buffer.from(text) }] }) as unknown as ArchivedSegment

function setUp() {
  const folder = mkdtempSync(join(tmpdir(), 'append-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const state = { refused: false, pending: 0, onDisk: 0, rooms: 0 }
  const files = new AppendFiles(join(folder, 'v0'), {
    refused: () => state.refused,
    onPending: (bytes) => (state.pending += bytes),
    onDisk: (bytes) => (state.onDisk += bytes),
    makeRoom: async () => {
      state.rooms++
      return true
    },
  })
  onTestFinished(() => files.close())
  return { folder, files, state }
}

it('writes segments one behind the other, and deletes their file when none of them is listed any more', async () => {
  const { files, state } = setUp()
  const stored = await Promise.all(Array.from({ length: 33 }, (_, number) => files.store(segment(number, `segment ${number};`))))
  expect([stored[0]?.offset, stored[1]?.offset, state.pending]).toEqual([0, 'segment 0;'.length, 0])
  const [first, last] = [stored[0]!.path, stored[32]!.path]
  expect(readFileSync(first, 'utf8').startsWith('segment 0;segment 1;')).toBe(true)
  // a file has 32 segments
  expect([stored[31]?.path, stored[32]?.offset]).toEqual([first, 0])
  for (const each of stored.slice(0, 31)) files.release(each!)
  expect(existsSync(first)).toBe(true)
  files.release(stored[31]!)
  await expect.poll(() => existsSync(first)).toBe(false)
  expect(existsSync(last)).toBe(true)
  await expect.poll(() => state.onDisk).toBe('segment 32;'.length)
})

it('writes nothing while it may not, and nothing once it is closed', async () => {
  const { folder, files, state } = setUp()
  state.refused = true
  expect(await files.store(segment(1, 'not now'))).toBeUndefined()
  state.refused = false
  expect(await files.store(segment(2, 'now'))).toMatchObject({ offset: 0 })
  files.close()
  expect(await files.store(segment(3, 'too late'))).toBeUndefined()
  await expect.poll(() => existsSync(join(folder, 'v0'))).toBe(false)
  expect(state).toEqual({ refused: false, pending: 0, onDisk: 0, rooms: 0 })
})
