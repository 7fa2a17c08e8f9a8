import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { AppError } from '../../../platform/errors.ts'
import type { Publication, PublishRequest } from '../../hub/publishers/publisher.ts'
import { KeyGate } from './publish-gate.ts'

const keys = new Map(
  [
    { id: 'key_1', label: 'cam', stream: 'cam', enabled: true, revokedAt: null },
    { id: 'key_2', label: 'off', stream: 'off', enabled: false, revokedAt: null },
    { id: 'key_3', label: 'gone', stream: 'gone', enabled: false, revokedAt: '2026-11-22T12:00:00.000Z' },
  ].map((key) => [`sk_${key.label}`, key]),
)
const publication = { streamName: 'cam' } as Publication

describe('the gate of publishers', () => {
  let opened: string[]
  let used: string[]
  let refused: string[]
  let logged: unknown[]
  let fault: Error | undefined

  function gate(admit?: ConstructorParameters<typeof KeyGate>[0]['admit']): KeyGate {
    return new KeyGate({
      keys: { find: (secret: string) => keys.get(secret), used: (id: string) => used.push(id) } as never,
      registry: {
        open: (key: { id: string }, { name }: PublishRequest) => {
          if (fault !== undefined) throw fault
          opened.push(`${key.id} ${name}`)
          return publication
        },
      } as never,
      log: { error: (fields: unknown) => logged.push(fields) } as never,
      now: Date.now,
      onRejected: (code) => refused.push(code),
      ...(admit === undefined ? {} : { admit }),
    })
  }
  const request = (name: string, key?: string, remoteAddress = '10.0.0.7:50000'): PublishRequest => ({
    sessionId: 's',
    protocol: 'rtmp',
    remoteAddress,
    app: 'live',
    name,
    query: new Map(key === undefined ? [] : [['key', key]]),
    encoder: 'e',
    disconnect: () => undefined,
  })
  /** How long a rejection takes, ms of the clock, which is stopped otherwise. */
  async function rejectedAfterMs(of: KeyGate, given: PublishRequest): Promise<number> {
    const fromMs = Date.now()
    let done = false
    const rejected = of.open(given).catch((error: AppError) => {
      done = true
      return error.code
    })
    while (!done) await vi.advanceTimersByTimeAsync(50)
    expect(await rejected).toBe('publish.key_unknown')
    return Date.now() - fromMs
  }

  beforeEach(() => {
    vi.useFakeTimers()
    opened = []
    used = []
    refused = []
    logged = []
    fault = undefined
  })
  afterEach(() => void vi.useRealTimers())

  it('lets a key in alone, or with the name of its stream', async () => {
    expect(await gate().open(request('sk_cam'))).toBe(publication)
    expect(await gate().open(request('cam', 'sk_cam'))).toBe(publication)
    expect([opened, used, refused]).toEqual([['key_1 sk_cam', 'key_1 cam'], ['key_1', 'key_1'], []])
  })

  it('rejects a key that is wrong, of another stream, disabled or revoked, and says which', async () => {
    const of = gate()
    await rejectedAfterMs(of, request('sk_nobody'))
    await rejectedAfterMs(of, request('stage', 'sk_cam', '10.0.0.8:1'))
    await expect(of.open(request('sk_off'))).rejects.toEqual(expect.objectContaining({ code: 'publish.key_disabled' }))
    await expect(of.open(request('sk_gone'))).rejects.toEqual(expect.objectContaining({ code: 'publish.key_revoked' }))
    expect(refused).toEqual(['publish.key_unknown', 'publish.key_unknown', 'publish.key_disabled', 'publish.key_revoked'])
    expect([opened, used]).toEqual([[], []])
  })

  it('asks whether a good key may publish now, and none that is bad', async () => {
    const asked: string[] = []
    const of = gate(async ({ id }) => {
      asked.push(id)
      throw new AppError('publish.kicked')
    })
    await expect(of.open(request('sk_cam'))).rejects.toEqual(expect.objectContaining({ code: 'publish.kicked' }))
    await expect(of.open(request('sk_off'))).rejects.toEqual(expect.objectContaining({ code: 'publish.key_disabled' }))
    expect([asked, opened, used, refused]).toEqual([['key_1'], [], [], ['publish.kicked', 'publish.key_disabled']])
  })

  it('answers each further wrong key of an IP address later, up to three seconds, and starts over after a minute', async () => {
    const of = gate()
    const waits: number[] = []
    for (let port = 1; port <= 7; port++) waits.push(await rejectedAfterMs(of, request('sk_guess', undefined, `10.0.0.7:${port}`)))
    expect(waits).toEqual([100, 200, 400, 800, 1600, 3000, 3000])
    expect(await rejectedAfterMs(of, request('sk_guess', undefined, '10.0.0.9:1'))).toBe(100)
    expect(await rejectedAfterMs(of, request('sk_guess', undefined, '[::ffff:10.0.0.7]:9'))).toBe(3000)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(await rejectedAfterMs(of, request('sk_guess'))).toBe(100)
  })

  it('keeps nobody waiting when the host ends', async () => {
    const of = gate()
    const rejected = of.open(request('sk_nobody')).catch((error: AppError) => error.code)
    await vi.advanceTimersByTimeAsync(1)
    of.stop()
    expect(await rejected).toBe('publish.key_unknown')
    expect(vi.getTimerCount()).toBe(0)
  })

  it('logs a fault of the host, and counts it as one', async () => {
    fault = new TypeError('a fault of ours')
    await expect(gate().open(request('sk_cam'))).rejects.toBe(fault)
    expect([refused, used, logged]).toEqual([['internal'], [], [{ err: fault, sessionId: 's' }]])
  })
})
