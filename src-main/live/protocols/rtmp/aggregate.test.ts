import { describe, expect, it } from 'vitest'
import { readAggregate } from './aggregate.ts'

function tag(type: number, timestampMs: number, body: Buffer): Buffer {
  const head = Buffer.alloc(11)
  head[0] = type
  head.writeUIntBE(body.length, 1, 3)
  head.writeUIntBE(timestampMs & 0xffffff, 4, 3)
  head[7] = timestampMs >>> 24
  const back = Buffer.alloc(4)
  back.writeUInt32BE(11 + body.length)
  return Buffer.concat([head, body, back])
}

function read(timestampMs: number, body: Buffer) {
  const tags: (readonly [type: number, timestampMs: number, body: string])[] = []
  const broken = readAggregate(timestampMs, body, (type, timeMs, part) => tags.push([type, timeMs, part.toString()]))
  return { tags, broken }
}

describe('an aggregate message', () => {
  it('contains tags whose times count from its own, over the wrap too', () => {
    const body = Buffer.concat([tag(8, 5000, Buffer.from('sound')), tag(9, 5020, Buffer.from('picture'))])
    expect(read(100, body)).toEqual({
      tags: [
        [8, 100, 'sound'],
        [9, 120, 'picture'],
      ],
      broken: undefined,
    })
    expect(read(2 ** 32 - 10, body).tags[1]?.[1]).toBe(10)
  })

  it('that is cut, or contains a tag longer than itself, gives what came before and says where it broke', () => {
    const whole = tag(8, 0, Buffer.from('good'))
    const cut = read(0, Buffer.concat([whole, Buffer.alloc(5)]))
    expect(cut.tags).toHaveLength(1)
    expect(cut.broken?.offset).toBe(whole.length)
    const lying = tag(9, 0, Buffer.from('x'))
    lying.writeUIntBE(0xffffff, 1, 3)
    expect(read(0, Buffer.concat([whole, lying])).broken?.offset).toBe(whole.length)
    expect(read(0, Buffer.alloc(0))).toEqual({ tags: [], broken: undefined })
  })
})
