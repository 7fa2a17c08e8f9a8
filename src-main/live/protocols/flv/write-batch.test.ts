import { expect, it, onTestFinished, vi } from 'vitest'
import { flvHeader, flvTag } from '../../../formats/flv/flv-file.ts'
import { type BatchWriter, WriteBatch } from './write-batch.ts'

function writer(): BatchWriter & { readonly written: Buffer[] } {
  const written: Buffer[] = []
  return { pieces: [], pendingBytes: 0, written, write: (bytes) => written.push(bytes), onWritten: () => undefined }
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

it('joins the pieces of a turn once for all who are sent the same', async () => {
  const batch = new WriteBatch(0)
  const [one, two, other] = [writer(), writer(), writer()]
  const [a, b, c] = ['a', 'b', 'c'].map((text) => Buffer.from(text)) as [Buffer, Buffer, Buffer]
  for (const each of [one, two]) {
    batch.add(each, a)
    batch.add(each, b)
  }
  batch.add(other, c)
  expect(one.pendingBytes).toBe(2)
  batch.flush(other)
  expect(other.written.map(String)).toEqual(['c'])
  await turn()
  expect([one, two, other].map(({ written }) => written.map(String))).toEqual([['ab'], ['ab'], ['c']])
  expect(one.written[0]).toBe(two.written[0])
  expect(one.pendingBytes).toBe(0)
  batch.add(one, c)
  await turn()
  expect(one.written.map(String)).toEqual(['ab', 'c'])
})

it('keeps a beat for a crowd', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const batch = new WriteBatch(200)
  const crowd = Array.from({ length: 16 }, writer)
  const bytes = Buffer.from('x')
  const round = () => {
    for (const each of crowd) batch.add(each, bytes)
  }
  round()
  await turn()
  expect(crowd[0]?.written).toHaveLength(1)
  round()
  await turn()
  round()
  expect(crowd[0]?.written).toHaveLength(1)
  vi.advanceTimersByTime(199)
  expect(crowd[0]?.written).toHaveLength(1)
  vi.advanceTimersByTime(1)
  expect(crowd[15]?.written.map(String)).toEqual(['x', 'xx'])
})

it('writes FLV headers and tags', () => {
  expect(flvHeader(true, false).toString('hex')).toBe('464c5601010000000900000000')
  expect(flvTag(9, 0x01020304, Buffer.from('aabb', 'hex')).toString('hex')).toBe('0900000202030401000000aabb0000000d')
})

it('says when it has written, since a connection that took all at once says nothing', async () => {
  const batch = new WriteBatch(0)
  const one = writer()
  let more = 3
  one.onWritten = () => {
    if (more-- > 0) batch.add(one, Buffer.from('more'))
  }
  batch.add(one, Buffer.from('first'))
  for (let turn = 0; turn < 6; turn++) await new Promise(setImmediate)
  expect(one.written.map(String)).toEqual(['first', 'more', 'more', 'more'])
})
