import { describe, expect, it } from 'vitest'
import { PlayQueue, type QueuedMessage } from './play-queue.ts'

const message = (role: QueuedMessage['role'], timestampMs: number, bytes = 10): QueuedMessage => ({
  type: role === 'audio' ? 8 : 9,
  timestampMs,
  body: Buffer.alloc(bytes),
  role,
})

function drain(queue: PlayQueue): string[] {
  const seen: string[] = []
  for (let next = queue.shift(); next; next = queue.shift()) seen.push(`${next.role} ${next.timestampMs}`)
  return seen
}

describe('the queue of a slow player', () => {
  it('loses the oldest GOP whole when it contains too much time, and keeps the headers', () => {
    const queue = new PlayQueue(1_000_000, 100)
    for (const [role, ms] of [
      ['config', 0],
      ['key', 0],
      ['audio', 20],
      ['delta', 40],
      ['key', 80],
      ['delta', 120],
    ] as const)
      queue.push(message(role, ms))
    expect(queue.dropped).toBe(3)
    expect(drain(queue)).toEqual(['config 0', 'key 80', 'delta 120'])
    expect(queue.bytes).toBe(0)
  })

  it('waits for the next keyframe when no other GOP is queued', () => {
    const queue = new PlayQueue(25, 1000)
    for (const [role, ms] of [
      ['key', 0],
      ['delta', 40],
      ['delta', 80],
      ['delta', 120],
      ['key', 160],
      ['delta', 200],
    ] as const)
      queue.push(message(role, ms))
    expect(drain(queue)).toEqual(['key 160', 'delta 200'])
    expect(queue.dropped).toBe(4)
  })

  it('loses the older half of audio only', () => {
    const queue = new PlayQueue(45, 1000)
    for (let ms = 0; ms < 100; ms += 20) queue.push(message('audio', ms))
    expect(drain(queue)).toEqual(['audio 40', 'audio 60', 'audio 80'])
  })
})
