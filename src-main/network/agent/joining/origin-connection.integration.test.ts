import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { expect, it, vi } from 'vitest'
import { connectToOrigin, isNoAnswer, type OriginTarget } from './origin-connection.ts'

const failureOf = (target: OriginTarget): Promise<Error | null> => new Promise((resolve) => connectToOrigin(target, resolve))

it('distinguishes an origin that answers nothing from one that rejects connections, whatever the words of the error', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    const frozen = createServer(() => undefined).listen(0, '127.0.0.1')
    await once(frozen, 'listening')
    const { port } = frozen.address() as AddressInfo
    const target = { url: new URL(`https://127.0.0.1:${port}`), fingerprint: 'a'.repeat(64) }
    const silent = failureOf(target)
    const [accepted] = await once(frozen, 'connection')
    vi.advanceTimersByTime(10_000)
    const failure = await silent
    expect(failure && isNoAnswer(failure)).toBe(true)
    accepted.destroy()
    frozen.close()
    await once(frozen, 'close')
    const closed = await failureOf(target)
    expect(closed).toBeInstanceOf(Error)
    expect(closed && isNoAnswer(closed)).toBe(false)
    expect(isNoAnswer(Object.assign(new Error('connect'), { code: 'ETIMEDOUT' }))).toBe(true)
    expect(isNoAnswer(new Error('it timed out'))).toBe(false)
  } finally {
    vi.useRealTimers()
  }
})
