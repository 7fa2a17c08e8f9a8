import { createHmac, generateKeyPairSync } from 'node:crypto'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SignJWT } from 'jose'
import type { Browser } from 'playwright-core'
import { SMTPServer } from 'smtp-server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { launchBrowser, screenshot, untilMoving } from './helpers/browser.ts'
import { ffmpeg } from './helpers/clips.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { type Publisher, publishTestStream } from './helpers/publish.ts'
import { until } from './helpers/until.ts'
import { clientPage, playStream, untilFrames } from './helpers/webrtc.ts'

/** Who may publish and watch, which programs are notified and asked: with real programs that listen, real ffmpeg and Chromium. */

interface Heard {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

let host: RunningHost
let publisher: Publisher
let browser: Browser
let listener: Server
let listens = ''
const heard: Heard[] = []
/** What the listener answers by path, `once` only to the next request; undefined is 204, null never answers. */
const answers = new Map<string, { status: number; body?: string; once?: true } | null>()

const small = { width: 640, height: 360, fps: 30, videoKbps: 600 }
const manifest = (path: string) => fetch(`${host.http}${path}`)
const status = async (path: string) => (await manifest(path)).status

beforeAll(async () => {
  listener = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      const path = request.url ?? ''
      heard.push({ path, headers: request.headers, body })
      const answer = answers.has(path) ? answers.get(path) : { status: 204 }
      if (answer?.once) answers.delete(path)
      if (answer) response.writeHead(answer.status).end(answer.body)
    })
  })
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  listens = `http://127.0.0.1:${(listener.address() as AddressInfo).port}`
  host = await startHost({ name: 'rules', args: ['--webrtc-port', '0'] })
  browser = await launchBrowser()
  publisher = await publishTestStream({ url: `${host.rtmp}/${await host.key('stage')}`, ...small })
  await host.until('stage', (state) => state.state === 'active')
})
afterAll(async () => {
  await publisher?.stop()
  await browser?.close()
  await host?.stop()
  listener?.closeAllConnections()
  listener?.close()
})

describe('a stream that is watched with signed URLs only', () => {
  beforeAll(async () => {
    const { status: set } = await host.api('PUT', '/live/streams/stage/access', { mode: 'signed', allow: [], deny: [] })
    expect(set).toBe(200)
  })
  afterAll(() => host.api('PUT', '/live/streams/stage/access', { mode: 'open', allow: [], deny: [] }))

  it('opens with a signed link on the watch page, with hls.js and dash.js, and to ffmpeg; and with nothing else', async () => {
    const { body } = await host.api('POST', '/live/streams/stage/signed-addresses', { expiresInS: 600 })
    for (const more of ['', '&player=dash']) {
      const page = await browser.newPage()
      await page.goto(`${body.watchUrl}${more}`)
      await untilMoving(page)
      await page.close()
    }
    const without = await browser.newPage()
    await without.goto(`${host.http}/watch/stage`)
    await without.getByText('This stream may not be watched from here').first().waitFor({ timeout: 60_000 })
    await without.close()
    await ffmpeg(['-v', 'error', '-i', body.hlsUrl, '-t', '2', '-f', 'null', '-'])
    await ffmpeg(['-v', 'error', '-i', `${host.http}/live/stage/index.m3u8?token=${body.token}`, '-t', '2', '-f', 'null', '-'])
    const fresh = await host.api('POST', '/live/streams/stage/signed-addresses', { expiresInS: 700 })
    await ffmpeg(['-v', 'error', '-i', `${host.rtmp}/stage?token=${fresh.body.token}`, '-t', '1', '-f', 'null', '-'])
    await expect(
      ffmpeg(['-v', 'error', '-rw_timeout', '5000000', '-i', `${host.rtmp}/stage`, '-t', '1', '-f', 'null', '-']),
    ).rejects.toThrow()
    const bare = body.hlsUrl.replace(`/@${body.token}`, '').replace(host.http, '')
    expect(await status(bare)).toBe(401)
    const media = (await (await fetch(body.hlsUrl)).text()).split('\n').find((line) => line.endsWith('.m3u8')) as string
    expect(await status(`/live/stage/${media}`)).toBe(401)
  })

  it('is rejected without the token and given with it at every other endpoint: WHEP, signalling, HTTP-FLV, SRT and thumbnails', async () => {
    const { body } = await host.api('POST', '/live/streams/stage/signed-addresses', { expiresInS: 600 })
    const ask = async (path: string, token: string | undefined, init: RequestInit = {}): Promise<[number, string | undefined]> => {
      const leave = new AbortController()
      const reply = await fetch(`${host.http}/live/${path}${token === undefined ? '' : `?token=${token}`}`, {
        ...init,
        signal: leave.signal,
      })
      const problem = reply.headers.get('content-type')?.includes('problem') ? ((await reply.json()) as { code: string }).code : undefined
      leave.abort()
      return [reply.status, problem]
    }
    const offer = { method: 'POST', headers: { 'content-type': 'application/sdp' }, body: 'nonsense' }
    for (const path of ['stage.flv', 'stage/thumbnail.jpg', 'stage/sprites.vtt']) {
      expect([path, ...(await ask(path, undefined))]).toEqual([path, 401, 'play.token_required'])
      expect([path, ...(await ask(path, 'e30.e30.e30'))]).toEqual([path, 403, 'play.token_invalid'])
      await expect.poll(() => ask(path, body.token), { timeout: 60_000 }).toEqual([200, undefined])
    }
    expect(await ask('stage/whep', undefined, offer)).toEqual([401, 'play.token_required'])
    // past the gate it is the offer that is looked at
    expect(await ask('stage/whep', body.token, offer)).toEqual([400, 'webrtc.sdp_invalid'])
    const bearer = { ...offer, headers: { ...offer.headers, authorization: `Bearer ${body.token}` } }
    expect(await ask('stage/whep', undefined, bearer)).toEqual([400, 'webrtc.sdp_invalid'])
    expect((await ask('stage/whep', undefined, { method: 'OPTIONS' }))[0]).toBe(204)

    const signal = (query: string, headers: Record<string, string> = {}): Promise<string> =>
      new Promise((resolve, reject) => {
        const socket = new WebSocket(`${host.http.replace('http', 'ws')}/live/stage/signal${query}`, { headers })
        socket.on('error', reject)
        socket.on('open', () => socket.send(JSON.stringify({ type: 'offer', sdp: 'nonsense' })))
        socket.on('message', (text) => {
          const message = JSON.parse(String(text))
          if (message.type !== 'error') return
          resolve(message.error.code)
          socket.close()
        })
      })
    expect(await signal('')).toBe('play.token_required')
    expect(await signal(`?token=${body.token}`)).toBe('webrtc.sdp_invalid')
    expect(await signal('', { authorization: `Bearer ${body.token}` })).toBe('webrtc.sdp_invalid')

    const srt = (id: string): Promise<string> => {
      const url = `srt://127.0.0.1:${Number(host.ready.srtPort)}`
      return ffmpeg(['-v', 'error', '-srt_streamid', id, '-i', url, '-t', '1', '-f', 'null', '-'], 60_000)
    }
    await expect(srt('play:stage')).rejects.toThrow()
    await srt(`#!::r=stage,m=request,token=${body.token}`)
  })

  it('takes URLs and tokens that another program signs, bound to stream, expiry and IP address', async () => {
    const made = await host.api('POST', '/live/playback-keys', { label: 'our site' })
    const sign = (stream: string, expires: number, address = '') =>
      createHmac('sha256', made.body.secret!).update(`/live/${stream}/\n${expires}\n${address}`).digest('base64url')
    const soon = Math.floor(Date.now() / 1000) + 60
    const signed = (expires: number, address: string, signature: string) =>
      `/live/stage/index.m3u8?expires=${expires}&key=${made.body.key.id}&signature=${signature}${address ? `&address=${address}` : ''}`
    expect(await status(signed(soon, '', sign('stage', soon)))).toBe(200)
    expect(await status(signed(soon, '127.0.0.1', sign('stage', soon, '127.0.0.1')))).toBe(200)
    expect(await status(signed(soon, '10.9.9.9', sign('stage', soon, '10.9.9.9')))).toBe(403)
    expect(await status(signed(soon, '', sign('other', soon)))).toBe(403)
    expect(await status(signed(soon - 120, '', sign('stage', soon - 120)))).toBe(403)

    const pair = generateKeyPairSync('ed25519')
    const publicKey = pair.publicKey.export({ type: 'spki', format: 'pem' }).toString()
    expect((await host.api('POST', '/live/playback-keys', { label: 'broken', publicKey: 'nonsense' })).body.code).toBe('access.key_invalid')
    const added = await host.api('POST', '/live/playback-keys', { label: 'platform', publicKey })
    const token = await new SignJWT({})
      .setProtectedHeader({ alg: 'EdDSA' })
      .setSubject('stage')
      .setExpirationTime(soon)
      .sign(pair.privateKey)
    expect(await status(`/live/stage/manifest.mpd?token=${token}`)).toBe(200)
    expect((await host.api('DELETE', `/live/playback-keys/${added.body.key.id}`)).status).toBe(204)
    const refused = await manifest(`/live/stage/manifest.mpd?token=${token}`)
    expect([refused.status, ((await refused.json()) as { code: string }).code]).toEqual([403, 'play.token_invalid'])
  })

  it('stops playing over every protocol when the key that signed the tokens is withdrawn', async () => {
    const made = await host.api('POST', '/live/playback-keys', { label: 'for one evening' })
    const { token } = (await host.api('POST', '/live/streams/stage/signed-addresses', { expiresInS: 600 })).body
    const other = await host.api('POST', '/live/playback-keys', { label: 'stays' })
    const stays = (await host.api('POST', '/live/streams/stage/signed-addresses', { expiresInS: 600 })).body.token

    const over = new Set<string>()
    /** Reads until the host ends it. */
    const read = async (name: string, path: string): Promise<void> => {
      const { body } = await fetch(`${host.http}${path}`)
      const reader = (body as ReadableStream<Uint8Array>).getReader()
      await reader.read()
      const end = async (): Promise<void> => {
        while (!(await reader.read()).done);
      }
      void end()
        .catch(() => undefined)
        .then(() => over.add(name))
    }
    await read('FLV', `/live/stage.flv?token=${token}`)
    await read('notices', `/live/stage/events?token=${token}`)
    await read('FLV of another key', `/live/stage.flv?token=${stays}`)
    const play = (name: string, ...input: string[]): void => {
      ffmpeg(['-v', 'error', ...input, '-f', 'null', '-'], 120_000)
        .catch(() => undefined)
        .then(() => over.add(name))
    }
    play('RTMP', '-i', `${host.rtmp}/stage?token=${token}`)
    play('SRT', '-srt_streamid', `#!::r=stage,m=request,token=${token}`, '-i', `srt://127.0.0.1:${Number(host.ready.srtPort)}`)
    const page = await clientPage(browser, host.http)
    await playStream(page, `/live/stage/whep?token=${token}`)
    await untilFrames(page, 5)
    const protocols = async () =>
      (await host.api('GET', '/live/streams/stage/sessions')).body.items.map((each: { protocol: string }) => each.protocol)
    await expect
      .poll(async () => (await protocols()).sort(), { timeout: 60_000 })
      .toEqual(['http-flv', 'http-flv', 'rtmp', 'srt', 'webrtc'])

    const signed = `${host.http}/live/stage/@${token}/`
    const media = (await (await fetch(`${signed}index.m3u8`)).text())
      .split('\n')
      .find((line) => /^[^#].*v0\/index\.m3u8/.test(line)) as string
    const text = await (await fetch(`${signed}${media}`)).text()
    // the segment behind the one that is being made
    const next = Number(/MEDIA-SEQUENCE:(\d+)/.exec(text)?.[1]) + text.split('#EXTINF').length
    const blocked = fetch(`${signed}${media.split('?')[0]}?_HLS_msn=${next}`)

    expect((await host.api('DELETE', `/live/playback-keys/${made.body.key.id}`)).status).toBe(204)
    expect((await blocked).status).toBe(403)
    await expect.poll(() => [...over].sort(), { timeout: 60_000 }).toEqual(['FLV', 'RTMP', 'SRT', 'notices'])
    await expect.poll(protocols, { timeout: 60_000 }).toEqual(['http-flv'])
    await page.context().close()
    await host.api('DELETE', `/live/playback-keys/${other.body.key.id}`)
    await until(() => over.has('FLV of another key'), 'the last viewer is ended')
  })

  it('is shown on the operator’s own page all the same', async () => {
    const page = await browser.newPage()
    await page.goto(`${host.http}/live/stage`)
    await page.waitForFunction(() => (document.querySelector('video')?.currentTime ?? 0) > 1, undefined, { timeout: 60_000 })
    await page.close()
  })
})

describe('IP address rules', () => {
  it('keep viewers and publishers out by IP address, and name an invalid line', async () => {
    const everybody = { allow: [], deny: [] }
    const bad = await host.api('PUT', '/live/access', { play: { allow: ['10.0.0.0/40'], deny: [] }, publish: everybody })
    expect([bad.status, bad.body.code]).toEqual([400, 'access.address_invalid'])
    await host.api('PUT', '/live/access', { play: { allow: [], deny: ['127.0.0.0/8'] }, publish: { allow: ['10.0.0.0/8'], deny: [] } })
    expect(await status('/live/stage/index.m3u8')).toBe(403)
    await expect(publishTestStream({ url: `${host.rtmp}/${await host.key('barred')}`, ...small })).rejects.toThrow()
    // what the operator set up within the host is no stranger to it
    expect((await host.api('POST', '/live/demo', { name: 'own' })).status).toBe(200)
    await host.until('own', (state) => state.state === 'active', 30_000)
    await host.api('DELETE', '/live/demo')
    await host.api('PUT', '/live/access', { play: everybody, publish: everybody })
    expect(await status('/live/stage/index.m3u8')).toBe(200)
  })
})

describe('hooks', () => {
  it('decide who publishes and who plays, and what happens when they do not answer is what was set', async () => {
    const made = await host.api('POST', '/live/hooks', {
      label: 'door',
      url: `${listens}/door`,
      events: ['publish', 'play'],
    })
    expect(made.status).toBe(201)
    const hook = made.body.hook.id
    answers.set('/door', { status: 200, body: '{"allow":false,"reason":"not today"}' })
    await expect(publishTestStream({ url: `${host.rtmp}/${await host.key('asked')}`, ...small })).rejects.toThrow()
    const refused = await manifest('/live/stage/index.m3u8?session=one')
    expect(refused.status).toBe(403)
    expect(await refused.json()).toMatchObject({ code: 'hook.refused', detail: 'not today' })
    answers.set('/door', null)
    await host.api('PATCH', `/live/hooks/${hook}`, { timeoutMs: 400 })
    expect(((await (await manifest('/live/stage/index.m3u8?session=two')).json()) as { code: string }).code).toBe('hook.unanswered')
    await host.api('PATCH', `/live/hooks/${hook}`, { onFailure: 'allow' })
    expect(await status('/live/stage/index.m3u8?session=three')).toBe(200)
    answers.set('/door', { status: 200 })
    await host.api('PATCH', `/live/hooks/${hook}`, { timeoutMs: 10_000 })
    const admitted = await publishTestStream({ url: `${host.rtmp}/${await host.key('asked')}`, ...small })
    await admitted.stop()
    const asked = heard.filter(({ path }) => path === '/door').map(({ body }) => JSON.parse(body))
    expect(asked.find(({ event }) => event === 'publish').data).toMatchObject({ stream: 'asked', protocol: 'rtmp' })
    expect(asked.find(({ event }) => event === 'play').data).toMatchObject({ stream: 'stage', protocol: 'hls', remoteAddress: '127.0.0.1' })
    await host.api('DELETE', `/live/hooks/${hook}`)
  })

  it('do not ask about the host’s own test stream, and are notified when its recording is complete', async () => {
    const hook = (label: string, events: string[]) => host.api('POST', '/live/hooks', { label, url: `${listens}/${label}`, events })
    const made = [await hook('strict', ['publish']), await hook('archive', ['recording.completed'])]
    answers.set('/strict', { status: 403 })
    expect((await host.api('POST', '/live/demo', { name: 'filed' })).status).toBe(200)
    await host.until('filed', (state) => state.state === 'active' && state.tracks.length === 2, 30_000)
    expect((await host.api('POST', '/live/streams/filed/recording')).status).toBeLessThan(300)
    await until(async () => ((await host.api('GET', '/live/recordings?stream=filed')).body.items[0]?.durationMs ?? 0) > 1000, 'a recording')
    await host.api('DELETE', '/live/streams/filed/recording')
    await host.api('DELETE', '/live/demo')
    await until(() => heard.some(({ path }) => path === '/archive'), 'the archive is told')
    const reported = JSON.parse(heard.find(({ path }) => path === '/archive')?.body ?? '')
    expect(reported).toMatchObject({ event: 'recording.completed', data: { stream: 'filed', state: 'complete' } })
    expect(reported.data.durationMs).toBeGreaterThan(500)
    expect(heard.some(({ path }) => path === '/strict')).toBe(false)
    for (const { body } of made) await host.api('DELETE', `/live/hooks/${body.hook.id}`)
  })

  it('are notified of a stream’s life, signed, and again after a failure', async () => {
    const made = await host.api('POST', '/live/hooks', {
      label: 'diary',
      url: `${listens}/diary`,
      events: ['stream.live', 'stream.ended'],
      stream: 'told',
    })
    answers.set('/diary', { status: 503, once: true })
    const reported = await publishTestStream({ url: `${host.rtmp}/${await host.key('told')}`, ...small })
    await until(() => heard.filter(({ path }) => path === '/diary').length >= 2, 'the diary is told again')
    await reported.stop('SIGTERM')
    await host.api('POST', '/live/streams/told/end').catch(() => undefined)
    await until(() => heard.some(({ path, body }) => path === '/diary' && JSON.parse(body).event === 'stream.ended'), 'the end is told')
    const diary = heard.filter(({ path }) => path === '/diary')
    expect(JSON.parse(diary[0]?.body ?? '').id).toBe(JSON.parse(diary[1]?.body ?? '').id)
    for (const { headers, body } of diary) {
      const [, seconds, signature] = /^t=(\d+),v1=(\w+)$/.exec(String(headers['streams-signature'])) ?? []
      expect(createHmac('sha256', made.body.secret).update(`${seconds}.${body}`).digest('hex')).toBe(signature)
    }
    const deliveries = async () =>
      (await host.api('GET', `/live/hooks/${made.body.hook.id}/deliveries`)).body.items.map(
        (each: { event: string; state: string }) => `${each.event} ${each.state}`,
      )
    await expect.poll(deliveries).toEqual(['stream.ended delivered', 'stream.live delivered'])
    expect(JSON.stringify((await host.api('GET', '/live/hooks')).body)).not.toContain(made.body.secret)
  })
})

describe('alerts', () => {
  it('reach a webhook, Slack and a mailbox when a publisher is lost and when it is back', async () => {
    const mails: string[] = []
    const smtp = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      onData(stream, _session, done) {
        let mail = ''
        stream.on('data', (chunk: Buffer) => {
          mail += chunk.toString()
        })
        stream.on('end', () => {
          mails.push(mail)
          done()
        })
      },
    })
    await new Promise<void>((resolve) => smtp.listen(0, '127.0.0.1', resolve))
    try {
      const port = (smtp.server.address() as AddressInfo).port
      const channel = async (request: object): Promise<string> => (await host.api('POST', '/live/alert-channels', request)).body.id
      const channels = [
        await channel({ kind: 'webhook', label: 'program', url: `${listens}/alert` }),
        await channel({ kind: 'slack', label: 'team', url: `${listens}/slack` }),
        await channel({
          kind: 'email',
          label: 'ops',
          to: ['ops@example.com'],
          from: 'a@example.com',
          host: '127.0.0.1',
          port,
          security: 'none',
        }),
      ]
      expect((await host.api('POST', `/live/alert-channels/${channels[2]}/test`)).status).toBe(204)
      const dead = await channel({ kind: 'webhook', label: 'dead', url: 'http://127.0.0.1:9/' })
      expect((await host.api('POST', `/live/alert-channels/${dead}/test`)).body.code).toBe('alert.channel_failed')
      await host.api('POST', '/live/alert-rules', { kind: 'publisher-lost', stream: 'stage', holdS: 1, channels })
      await publisher.stop('SIGKILL')
      await until(
        () => heard.some(({ path }) => path === '/alert') && heard.some(({ path }) => path === '/slack') && mails.length >= 2,
        'the alert is told',
      )
      const reported = JSON.parse(heard.find(({ path }) => path === '/alert')?.body ?? '')
      expect(reported).toMatchObject({ event: 'alert.raised', alert: { kind: 'publisher-lost', stream: 'stage', resolvedAt: null } })
      expect(mails.at(-1)).toContain('stage lost its publisher')
      publisher = await publishTestStream({ url: `${host.rtmp}/${await host.key('stage')}`, ...small })
      await until(
        () => heard.some(({ path, body }) => path === '/alert' && JSON.parse(body).event === 'alert.resolved'),
        'the alert is over',
      )
    } finally {
      await new Promise<void>((resolve) => smtp.close(() => resolve()))
    }
  })
})

describe('the Rules page', () => {
  it('makes a rule of the host, which runs by the health of a stream, and shows what fired', async () => {
    const rules = async (): Promise<any[]> => (await host.api('GET', '/automation/rules')).body.items
    const thin = await publishTestStream({ url: `${host.rtmp}/${await host.key('thin')}`, ...small })
    const page = await browser.newPage()
    try {
      await host.until('thin', (state) => state.state === 'active')
      await page.goto(`${host.http}/rules`)
      await page.getByTestId('new-automation').click()
      const dialog = page.getByTestId('automation-dialog')
      await dialog.getByTestId('automation-name').fill('Thin stream')
      await dialog.getByTestId('add-action').selectOption('set-variable')
      await dialog.locator('[data-testid="macro-action"] [data-setting="name"]').fill('stream')
      await dialog.locator('[data-testid="macro-action"] [data-setting="value"]').fill('thin')
      await dialog.getByTestId('add-trigger').selectOption('stream')
      const trigger = dialog.getByTestId('trigger')
      await trigger.locator('[data-setting="value"]').fill('100000')
      await trigger.locator('[data-setting="stream"]').fill('thin')
      await trigger.locator('[data-setting="stream"]').blur()
      await screenshot(page, 'rules-automation-dialog')
      await dialog.getByTestId('automation-submit').click()
      await dialog.waitFor({ state: 'detached' })
      const row = page.getByTestId('automation-row').filter({ hasText: 'Thin stream' })
      await until(async () => (await rules())[0]?.last?.result === 'ran', 'the rule ran')
      expect((await rules())[0].last.because).toMatch(/^stream thin: \d+ kbit\/s$/)
      expect((await host.api('GET', '/automation/variables')).body.items).toContainEqual(
        expect.objectContaining({ name: 'stream', value: 'thin' }),
      )
      await row.filter({ hasText: 'ran' }).waitFor()
      await row.getByTestId('automation-edit').click()
      await dialog.getByTestId('rule-log').locator('[data-result="ran"]').first().waitFor()
      await dialog.getByTestId('dry-run').click()
      await dialog.getByTestId('dry-run-result').waitFor()
      await trigger.locator('[data-setting="is"]').selectOption('publisher-lost')
      await dialog.getByTestId('automation-submit').click()
      await dialog.waitFor({ state: 'detached' })
      await thin.stop()
      await until(async () => (await rules())[0]?.last?.because === 'stream thin: its publisher left', 'it runs when the publisher left')
      await row.getByTestId('automation-on').click()
      await until(async () => (await rules())[0]?.settings.mode === 'off', 'the rule is off')
      await row.getByTestId('automation-remove').click()
      await page.getByTestId('confirm-yes').click()
      await until(async () => (await rules()).length === 0, 'the rule is gone')
    } finally {
      await thin.stop()
      await page.close()
    }
  })

  it('makes a hook and an alert, and shows what happened', async () => {
    const page = await browser.newPage()
    await page.goto(`${host.http}/rules`)
    await page.getByTestId('new-hook').click()
    await page.getByTestId('hook-label').fill('from the page')
    await page.getByTestId('hook-url').fill(`${listens}/page`)
    await page.getByTestId('hook-submit').click()
    await page.getByTestId('hook-secret').waitFor()
    await page.getByRole('button', { name: 'I have saved it' }).click()
    await page.getByTestId('hook-row').filter({ hasText: 'from the page' }).getByTestId('hook-test').click()
    await page.getByText('from the page answered 204').waitFor()
    await page.getByTestId('new-alert-rule').click()
    await page.getByTestId('alert-kind').selectOption('disk-low')
    await page.getByTestId('alert-rule-submit').click()
    await page.getByTestId('alert-rule-row').filter({ hasText: 'The disk is nearly full' }).waitFor()
    await page.getByTestId('alert').filter({ hasText: 'stage lost its publisher' }).first().waitFor()
    await screenshot(page, 'rules')
    await page.close()
  })
})
