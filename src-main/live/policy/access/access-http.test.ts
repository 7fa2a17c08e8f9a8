import { describe, expect, it } from 'vitest'
import { AppError } from '../../../platform/errors.ts'
import { silentLogger } from '../../../platform/telemetry/logger.ts'
import type { LiveRequest } from '../../http/live-request.ts'
import { parseLiveUrl } from '../../http/live-url.ts'
import { createAccessHttp, passCookie } from './access-http.ts'
import type { ViewerGate } from './viewer-gate.ts'

const rejection = new AppError('play.token_required')

/** A gate that allows the token `good` and nobody else; `restricted` is whether there are rules at all. */
function setUp({ restricted = true, signed = true, behindCdn = false, late = false } = {}) {
  const asked: (string | undefined)[] = []
  const gate: ViewerGate = {
    restricted,
    signed: () => signed,
    isHost: () => false,
    check({ token }) {
      asked.push(token)
      const verdict = token === 'good' ? undefined : rejection
      return late ? Promise.resolve(verdict) : verdict
    },
    untilMs: () => Number.POSITIVE_INFINITY,
    onRefresh: () => () => undefined,
  }
  const { guard } = createAccessHttp({ gate, whileAllowed: () => () => undefined, behindCdn: () => behindCdn, log: silentLogger })
  /** `passed`, or the status with where it leads to or why. */
  const ask = async (path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<string> => {
    const url = parseLiveUrl(path)
    if (url === undefined) throw new Error(`${path} is no URL of a stream`)
    let answered = 'nothing'
    let body: Uint8Array | undefined
    const response = {
      writeHead: (status: number, { location = '' }: { location?: string }) => (answered = `${status} ${location}`.trim()),
      end: (data?: Uint8Array) => (body = data),
    }
    const request = { url: path, method, headers, socket: { remoteAddress: '192.0.2.1' } }
    guard({ request, response, url } as unknown as LiveRequest, () => (answered = 'passed'))
    if (late) await new Promise((resolve) => setImmediate(resolve))
    return body === undefined ? answered : `${answered} ${JSON.parse(Buffer.from(body).toString()).code}`
  }
  return { ask, asked }
}

describe.each([
  ['that is known at once', false],
  ['that comes later', true],
])('the guard of what is below a stream, by a verdict %s,', (_name, late) => {
  it('lets who is allowed through, and nobody else', async () => {
    const { ask } = setUp({ late })
    const part = '/live/show/e1/v0/part-1.m4s'
    expect(await ask(part)).toBe('401 play.token_required')
    expect(await ask('/live/show/@bad/e1/v0/part-1.m4s')).toBe('401 play.token_required')
    expect(await ask('/live/show/@good/e1/v0/part-1.m4s')).toBe('passed')
    expect(await ask(`${part}?token=good`)).toBe('passed')
    expect(await ask(part, { authorization: 'Bearer good' })).toBe('passed')
    expect(await ask(part, { cookie: `other=1; ${passCookie}=good` })).toBe('passed')
    expect(await ask(part, { cookie: 'other=good' })).toBe('401 play.token_required')
  })
})

describe('the guard of what is below a stream', () => {
  it('asks nobody for anything while there are no rules', async () => {
    const { ask, asked } = setUp({ restricted: false })
    expect(await ask('/live/show/index.m3u8')).toBe('passed')
    expect(asked).toEqual([])
    expect(await ask('/live/show/@bad/index.m3u8'), 'but for a token that it brings').toBe('401 play.token_required')
  })

  it('moves the token of a manifest into its path, where all that it lists has it too', async () => {
    const { ask } = setUp()
    expect(await ask('/live/show/index.m3u8?token=a%2Fb&x=1')).toBe('302 /live/show/@a%2Fb/index.m3u8?x=1')
    expect(await ask('/live/show/manifest.mpd?key=pk1&expires=9&signature=abc')).toMatch(
      /^302 \/live\/show\/@[^/?]*abc[^/?]*\/manifest\.mpd$/,
    )
    expect(await setUp({ signed: false }).ask('/live/show/index.m3u8?token=good')).toBe('passed')
  })

  it('answers a preflight, which carries no token, without asking', async () => {
    const { ask, asked } = setUp()
    expect(await ask('/live/show/e1/v0/part-1.m4s', {}, 'OPTIONS')).toBe('passed')
    expect(await ask('/live/show/@bad/e1/v0/part-1.m4s', {}, 'OPTIONS')).toBe('204')
    expect(asked).toEqual([])
  })

  it('leaves media behind a CDN to the CDN, but not manifests', async () => {
    const { ask } = setUp({ behindCdn: true })
    expect(await ask('/live/show/e1/v0/part-1.m4s')).toBe('passed')
    expect(await ask('/live/show/index.m3u8')).toBe('401 play.token_required')
    expect(await ask('/live/show/@bad/e1/v0/part-1.m4s')).toBe('401 play.token_required')
  })
})
