import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { AccessGate } from './access-gate.ts'
import type { UsableKey } from './grants.ts'
import { everybody } from './ip-rules.ts'
import { newPlaybackSecret } from './playback-key.ts'
import { RunningPlayback } from './running-playback.ts'
import type { HostAccess, StreamAccess } from './schemas.ts'

const key = (id: string): UsableKey => ({ id, label: '', kind: 'secret', publicKey: null, createdAt: '', secret: newPlaybackSecret() })
const signed: StreamAccess = { mode: 'signed', allow: [], deny: [] }

describe('playback that runs', () => {
  let store: { host: HostAccess; streams: Map<string, StreamAccess>; keys: UsableKey[] }
  let gate: AccessGate
  let playback: RunningPlayback
  /** Who was ended, and why. */
  let ended: string[]
  const watch = (name: string, token?: string, remoteAddress = '192.0.2.1:50000'): (() => void) =>
    playback.watch({ stream: 'show', remoteAddress, token }, ({ code }) => ended.push(`${name} ${code}`))
  const tokenFor = (seconds: number): Promise<string> => gate.issue('show', Date.now() / 1000 + seconds, undefined)
  const settled = async (ms: number): Promise<void> => {
    await vi.advanceTimersByTimeAsync(ms)
    // signatures are verified by another thread
    await new Promise((resolve) => setImmediate(resolve))
    await vi.waitFor(() => expect(verifying).toBe(0), { interval: 2, timeout: 20_000 })
  }
  let verifying = 0

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'] })
    store = { host: { play: everybody, publish: everybody }, streams: new Map([['show', signed]]), keys: [key('pk1')] }
    gate = new AccessGate(store, Date.now)
    const check = gate.check.bind(gate)
    vi.spyOn(gate, 'check').mockImplementation((request) => {
      const verdict = check(request)
      if (verdict instanceof Promise) {
        verifying++
        void verdict.then(() => verifying--)
      }
      return verdict
    })
    playback = new RunningPlayback(gate, Date.now)
    ended = []
  })
  afterEach(() => {
    playback.stop()
    expect(vi.getTimerCount()).toBe(0)
    vi.useRealTimers()
  })

  it('ends within a second of the end of its token', async () => {
    watch('short', await tokenFor(10))
    watch('long', await tokenFor(100))
    await settled(9000)
    expect(ended).toEqual([])
    await settled(2000)
    expect(ended).toEqual(['short play.token_expired'])
    await settled(90_000)
    expect(ended).toEqual(['short play.token_expired', 'long play.token_expired'])
  })

  it('ends when the key that signed its token is withdrawn', async () => {
    watch('viewer', await tokenFor(1000))
    await settled(2000)
    store.keys = [key('pk2')]
    watch('other', await tokenFor(1000))
    gate.refresh()
    await settled(0)
    expect(ended).toEqual(['viewer play.token_invalid'])
    await settled(5000)
    expect(ended).toHaveLength(1)
  })

  it('ends when rules close an open stream, and goes on where they let it', async () => {
    store.streams.clear()
    gate.refresh()
    watch('by nothing')
    watch('denied', undefined, '198.51.100.7:1')
    watch('gone')()
    await settled(3000)
    store.host = { play: { allow: [], deny: ['198.51.100.0/24'] }, publish: everybody }
    gate.refresh()
    await settled(0)
    expect(ended).toEqual(['denied access.address_refused'])
    store.streams.set('show', signed)
    gate.refresh()
    await settled(0)
    expect(ended).toEqual(['denied access.address_refused', 'by nothing play.token_required'])
  })

  it('that was allowed before a change and starts after it is ended too', async () => {
    watch('late', 'e30.e30.e30')
    await settled(1000)
    expect(ended).toEqual(['late play.token_invalid'])
  })

  it('of the host itself is under no rule', async () => {
    watch('studio', gate.hostToken)
    gate.refresh()
    await settled(2000)
    expect(ended).toEqual([])
  })

  it('is not allowed by a key that is withdrawn while its token is verified', async () => {
    const token = await tokenFor(1000)
    const verdict = gate.check({ stream: 'show', remoteAddress: '192.0.2.1', token })
    store.keys = []
    gate.refresh()
    expect((await verdict)?.code).toBe('play.token_invalid')
    expect((await gate.check({ stream: 'show', remoteAddress: '192.0.2.1', token }))?.code).toBe('play.token_invalid')
  })
})
