import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'node:tls'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { launchBrowser, untilMoving } from './helpers/browser.ts'
import { type RunningNode, startNode } from './helpers/edge-node.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { makeHttp3Nginx } from './helpers/nginx-http3.ts'
import { type Publisher, publishTestStream } from './helpers/publish.ts'
import { skipBecause } from './helpers/skip.ts'
import { until } from './helpers/until.ts'

describe('a node whose nginx has HTTP/3', () => {
  let missing: string | undefined
  let folder: string
  let host: RunningHost
  let node: RunningNode
  let browser: Browser
  let page: Page
  let publisher: Publisher

  const setUp = (closed: string): void => {
    const cache = `cache: {folder: ${join(folder, 'cache')}, size: 500M}`
    const rules = [`  - {path: ${closed}, denyAddresses: [127.0.0.1]}`, '  - {path: /signed/, signed: true}']
    const keys = 'signingKeys: [{id: k1, secret: sixteen-or-more-characters}]'
    writeFileSync(join(folder, 'edge.yaml'), `${[cache, 'rules:', ...rules, keys].join('\n')}\n`)
  }
  const nginxPid = () => Number(readFileSync(join(node.dataDir, 'node/nginx/nginx.pid'), 'utf8'))
  /** What the page gets, and by which protocol. */
  const get = (path: string, headers: Record<string, string> = {}) =>
    page.evaluate(
      async ([url, more]) => {
        performance.clearResourceTimings()
        const response = await fetch(url, { headers: more, cache: 'no-store', signal: AbortSignal.timeout(10_000) })
        await response.arrayBuffer()
        const [entry] = performance.getEntriesByName(response.url) as PerformanceResourceTiming[]
        return { status: response.status, cache: response.headers.get('x-cache'), by: entry?.nextHopProtocol }
      },
      [path, headers] as const,
    )

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'edge-http3-'))
    // nginx's workers are another user where the node is root.
    chmodSync(folder, 0o755)
    missing = makeHttp3Nginx(join(folder, 'program'))
    if (missing !== undefined) return
    host = await startHost({ name: 'edge-http3' })
    setUp('/closed/')
    const { token } = (await host.api('POST', '/network/join-tokens', {})).body
    const args = ['--config', join(folder, 'edge.yaml'), '--trusted-proxies', '127.0.0.1']
    const env = { PATH: `${join(folder, 'program')}:${process.env.PATH}` }
    node = await startNode({ origin: host.http, token, name: 'edge-http3-node', dataDir: join(folder, 'data'), httpsPort: 0, args, env })
    publisher = await publishTestStream({ url: `${host.rtmp}/${await host.key('show')}`, width: 320, height: 180, videoKbps: 300 })
    await host.until('show', (state) => state.state === 'active')
    const tls = connect({ host: '127.0.0.1', port: Number(new URL(node.https ?? '').port), rejectUnauthorized: false })
    await once(tls, 'secureConnect')
    const key = tls.getPeerX509Certificate()?.publicKey.export({ type: 'spki', format: 'der' }) ?? Buffer.alloc(0)
    tls.destroy()
    const accepted = createHash('sha256').update(key).digest('base64')
    browser = await launchBrowser({
      // By QUIC Chromium takes a self-made certificate of the list alone, and of hosts where some port has to use QUIC.
      args: [`--ignore-certificate-errors-spki-list=${accepted}`, '--origin-to-force-quic-on=127.0.0.1:1'],
    })
    page = await (await browser.newContext({ ignoreHTTPSErrors: true })).newPage()
  })
  afterAll(async () => {
    await browser?.close()
    await publisher?.stop('SIGKILL')
    await node?.stop()
    await host?.stop()
    rmSync(folder, { recursive: true, force: true })
  })
  beforeEach((context) => {
    if (missing !== undefined) skipBecause(context, missing)
  })

  it('has browsers change to it by themselves, with live streams, kept files, rules and purges', async () => {
    await page.goto(`${node.https}/watch/show`)
    await untilMoving(page)
    const live = () =>
      page.evaluate(() => {
        const entries = performance.getEntriesByType('resource') as PerformanceResourceTiming[]
        performance.clearResourceTimings()
        return entries.filter(({ name, nextHopProtocol }) => /\/live\/show\/.*[.](m4s|m3u8)/.test(name) && nextHopProtocol === 'h3').length
      })
    await until(async () => (await live()) > 10, 'live media by HTTP/3')
    const asset = await page.evaluate(() => document.querySelector<HTMLScriptElement>('script[src]')?.src ?? '')
    await until(async () => (await get(asset)).cache === 'HIT', 'it is kept')
    expect(await get(asset)).toEqual({ status: 200, cache: 'HIT', by: 'h3' })
    expect(await get('/closed/x')).toMatchObject({ status: 403, by: 'h3' })
    expect(await get('/signed/x')).toMatchObject({ status: 403, by: 'h3' })
    expect((await host.api('POST', '/network/cache/purge', { everything: true, hard: true })).body.nodes).toMatchObject([{ state: 'done' }])
    expect(await get(asset)).toMatchObject({ status: 200, cache: 'MISS', by: 'h3' })
  })

  it('plays on over changes of the configuration, and after nginx was killed', async () => {
    setUp('/other/')
    let last: unknown
    // A request that a former worker has read from the new one's port is not answered: browsers ask again.
    await until(
      async () => {
        const got = await get('/other/x').catch((error: Error) => error.message)
        last = got
        return typeof got !== 'string' && got.status === 403
      },
      () => `the changed rule: ${JSON.stringify(last)}`,
    )
    const playsOn = async (): Promise<void> => {
      const from = await page.evaluate(() => document.querySelector('video')?.currentTime ?? 0)
      await page.waitForFunction((at) => (document.querySelector('video')?.currentTime ?? 0) > at + 2, from, { timeout: 60_000 })
    }
    await playsOn()
    const killed = nginxPid()
    process.kill(killed, 'SIGKILL')
    await until(() => nginxPid() !== killed, 'another nginx')
    await playsOn()
    await untilMoving(page)
  })
})
