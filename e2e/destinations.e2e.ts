import { readdirSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser } from './helpers/browser.ts'
import { baseClip, madeClip } from './helpers/clips.ts'
import { frameNumbers, missingNumbers, readFrames, recordStream } from './helpers/decode.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { artifacts } from './helpers/paths.ts'
import { type Publisher, publishFile } from './helpers/publish.ts'
import { hasNginxRtmp, type RelayTarget, startNginxRtmp, startNodeMediaServer, startTcp } from './helpers/relay-targets.ts'
import { skipBecause } from './helpers/skip.ts'

const rate = ['-b:v', '10M', '-maxrate', '10M', '-bufsize', '5M', '-g', '30', '-c:a', 'copy']
const secret = 'very-secret-stream-key-4711'

let host: RunningHost
let second: RunningHost
let nms: RelayTarget
let publisher: Publisher
let browser: Browser
const targets: RelayTarget[] = []

async function add(body: object, stream = 'show'): Promise<any> {
  const reply = await host.api('POST', `/live/streams/${stream}/destinations`, body)
  if (reply.status !== 201) throw new Error(JSON.stringify(reply))
  return reply.body
}

async function until(id: string, accept: (destination: any) => boolean, timeoutMs = 60_000, stream = 'show'): Promise<any> {
  const end = performance.now() + timeoutMs
  for (;;) {
    const { body } = await host.api('GET', `/live/streams/${stream}/destinations/${id}`)
    if (accept(body)) return body
    if (performance.now() > end) throw new Error(`the destination stays ${JSON.stringify(body)}`)
    await sleep(100)
  }
}

const live = (destination: any) => destination.state === 'live'

/** Frame numbers that a few seconds from a server hold. */
async function framesOf(url: string, name: string): Promise<number[]> {
  const file = join(artifacts, `relay-${name}.mkv`)
  await recordStream(url, file, 3)
  return frameNumbers(await readFrames(file))
}

beforeAll(async () => {
  host = await startHost({ name: 'destinations' })
  second = await startHost({ name: 'destinations-second' })
  browser = await launchBrowser()
  nms = await startNodeMediaServer()
  targets.push(nms)
  publisher = publishFile(await baseClip(), `${host.rtmp}/${await host.key('show')}`, { loop: true })
  await host.until('show', (stream) => stream.state === 'active' && stream.tracks.length === 2)
})

afterAll(async () => {
  await browser?.close()
  await publisher?.stop()
  for (const target of targets) await target.stop('SIGKILL')
  await second?.stop()
  await host?.stop()
})

describe('destinations', () => {
  it('sends one stream to three servers at once, frame by frame, and one that dies disturbs nobody', async (context) => {
    if (!hasNginxRtmp) skipBecause(context, 'nginx has no RTMP module here')
    let nginx = await startNginxRtmp()
    targets.push(nginx)
    const key = await second.key('copy')
    const toNginx = await add({ template: 'custom', label: 'nginx', url: nginx.url, key: secret })
    const toSecond = await add({ template: 'custom', label: 'second host', url: second.rtmp, key })
    const toNms = await add({ template: 'custom', label: 'nms', url: nms.url, key: 'copy' })
    for (const { id } of [toNginx, toSecond, toNms]) await until(id, live)
    expect(toNginx.keyHint).toBe('4711')
    expect(JSON.stringify(toNginx)).not.toContain(secret)
    await second.until('copy', (stream) => stream.state === 'active' && stream.tracks.length === 2)
    const seen = await Promise.all([
      framesOf(`${nginx.url}/${secret}`, 'nginx'),
      framesOf(`${second.rtmp}/copy`, 'second'),
      framesOf(`${nms.url}/copy`, 'nms'),
    ])
    for (const frames of seen) {
      expect(frames.length).toBeGreaterThan(20)
      expect(missingNumbers(frames)).toBe(0)
    }

    const before = await until(toSecond.id, (destination) => destination.statistics.bitrateKbps > 100)
    await nginx.stop('SIGKILL')
    const dead = await until(toNginx.id, (destination) => destination.state === 'retrying' && destination.nextAttemptAt !== null)
    expect(['destination.closed', 'destination.unreachable']).toContain(dead.error.code)
    expect(dead.error.remedy).not.toBe('')
    await until(toNginx.id, ({ statistics }) => statistics.attempts >= 3)
    const after = await until(toSecond.id, live)
    expect(after.statistics.reconnects).toBe(0)
    expect(after.statistics.droppedFrames).toBe(0)
    expect(after.statistics.frames).toBeGreaterThan(before.statistics.frames)
    expect((await until(toNms.id, live)).statistics.reconnects).toBe(0)

    nginx = await startNginxRtmp(nginx.port)
    targets.push(nginx)
    const waiting = await until(toNginx.id, ({ state }) => state === 'retrying' || state === 'live')
    if (waiting.state === 'retrying') await host.api('POST', `/live/streams/show/destinations/${toNginx.id}/retry`)
    const back = await until(toNginx.id, live)
    expect(back.error).toBeNull()
    expect(back.statistics.reconnects).toBe(1)

    for (const { id } of [toNginx, toNms]) expect((await host.api('DELETE', `/live/streams/show/destinations/${id}`)).status).toBe(204)
    await second.until('copy', (stream) => stream.state === 'active')
    const stopped = await host.api('POST', `/live/streams/show/destinations/${toSecond.id}/stop`)
    expect(stopped.body.state).toBe('off')
    await second.until('copy', (stream) => stream.state === 'ended')
    await host.api('POST', `/live/streams/show/destinations/${toSecond.id}/start`)
    await until(toSecond.id, live)
    await host.api('DELETE', `/live/streams/show/destinations/${toSecond.id}`)
    const restored = await host.api('POST', `/live/streams/show/destinations/${toSecond.id}/restore`)
    expect(restored.status).toBe(200)
    await until(toSecond.id, live)
  })

  it('tells what is wrong with a destination that fails, and drops frames for one that does not read', async () => {
    const silent = await startTcp(() => undefined)
    const rude = await startTcp((socket) => socket.once('data', () => socket.end()))
    // Speaks through the second host up to `publish`, and reads nothing afterwards.
    const deaf = await startTcp((socket) => {
      const inner = connect(second.rtmpPort, '127.0.0.1')
      inner.on('error', () => socket.destroy())
      inner.pipe(socket)
      let taken = 0
      socket.on('data', (bytes) => {
        taken += bytes.length
        if (taken < 8000) inner.write(bytes)
        else socket.pause()
      })
    })
    targets.push(silent, rude, deaf)
    // The system's own buffers take some megabytes before anything is noticed: a heavy stream fills them soon.
    const heavy = await madeClip('noisy.flv', ['-vf', 'noise=alls=80:allf=t', '-c:v', 'libx264', '-preset', 'ultrafast', ...rate])
    const loud = publishFile(heavy, `${host.rtmp}/${await host.key('loud')}`, { loop: true })
    await host.until('loud', (stream) => stream.state === 'active' && stream.tracks.length === 2)
    const toDeaf = await add({ template: 'custom', label: 'deaf', url: deaf.url, key: await second.key('deaf') }, 'loud')
    const made = {
      silent: await add({ template: 'custom', label: 'silent', url: silent.url, key: 'x' }),
      rude: await add({ template: 'custom', label: 'rude', url: rude.url, key: 'x' }),
      nameless: await add({ template: 'custom', label: 'nameless', url: 'rtmp://nowhere.invalid/live', key: 'x' }),
      plain: await add({ template: 'custom', label: 'no TLS', url: second.rtmp.replace('rtmp:', 'rtmps:'), key: 'x' }),
      wrong: await add({ template: 'custom', label: 'wrong key', url: second.rtmp, key: 'sk_wrong-wrong-wrong' }),
    }
    const code = async (id: string, expected: string) => {
      const found = await until(id, ({ error }) => error?.code === expected)
      expect(found.error.message.length).toBeGreaterThan(5)
      return found
    }
    const wrong = await code(made.wrong.id, 'destination.refused')
    expect(['retrying', 'failed']).toContain(wrong.state)
    expect(wrong.error.message).not.toContain('sk_wrong')
    await code(made.rude.id, 'destination.protocol')
    await code(made.nameless.id, 'destination.unresolved')
    await code(made.plain.id, 'destination.tls')
    await code(made.silent.id, 'destination.silent')
    const stalled = await until(toDeaf.id, ({ error }) => error?.code === 'destination.stalled', 60_000, 'loud')
    expect(stalled.statistics.droppedFrames).toBeGreaterThan(0)
    await loud.stop()
    // The good one beside them never noticed.
    const { body } = await host.api('GET', '/live/streams/show/destinations')
    const good = body.items.find(({ label }) => label === 'second host')!
    expect(good.state).toBe('live')
    expect(good.statistics!.droppedFrames).toBe(0)
    expect((await until(made.wrong.id, ({ state }) => state === 'failed')).nextAttemptAt).toBeNull()
    // A right key heals what was rejected.
    const right = await second.key('healed')
    await host.api('PATCH', `/live/streams/show/destinations/${made.wrong.id}`, { key: right })
    await until(made.wrong.id, live)
    for (const { id } of Object.values(made)) await host.api('DELETE', `/live/streams/show/destinations/${id}`)
  })

  it('rejects what cannot work', async () => {
    const tries = [
      [{ template: 'custom', url: 'http://127.0.0.1/live' }, 'destination.address_invalid'],
      [{ template: 'custom', url: 'rtmp://user:pass@127.0.0.1/live', key: 'k' }, 'destination.address_invalid'],
      [{ template: 'youtube' }, 'destination.address_invalid'],
      [{ template: 'twitch', url: 'rtmp://127.0.0.1/app', key: 'live_1' }, 'destination.address_invalid'],
      [{ template: 'myspace', key: 'k' }, 'request.invalid'],
    ] as const
    for (const [body, code] of tries) {
      const reply = await host.api('POST', '/live/streams/show/destinations', body)
      expect([reply.status, reply.body.code]).toEqual([400, code])
      expect(reply.body.remedy).not.toBe('')
    }
    expect((await host.api('GET', '/live/streams/none/destinations')).body.code).toBe('stream.not_found')
    expect((await host.api('GET', '/live/streams/show/destinations/none')).body.code).toBe('destination.not_found')
  })

  it('is added, watched, stopped, edited, removed and brought back in the page', async () => {
    const page = await browser.newPage()
    await page.goto(`${host.http}/live/show/destinations`)
    const key = await second.key('paged')
    await page.getByTestId('add-destination').first().click()
    await page.getByTestId('template-twitch').waitFor()
    await page.getByTestId('template-twitch').check({ force: true })
    await page.getByText('Starts with live_').waitFor()
    await page.getByTestId('template-custom').check({ force: true })
    await page.getByTestId('destination-url').fill(second.rtmp)
    await page.getByTestId('destination-key').fill('sk_mistyped')
    await page.getByTestId('destination-label').fill('From the page')
    await page.getByTestId('destination-submit').click()
    const row = page.locator('[data-testid=destination-row][data-label="From the page"]')
    await row.getByTestId('destination-error').waitFor()
    expect(await row.getByTestId('destination-error').getAttribute('data-code')).toBe('destination.refused')
    await row.getByTestId('destination-edit').click()
    await page.getByTestId('destination-key').fill(key)
    await page.screenshot({ path: join(artifacts, 'destination-dialog.png') })
    await page.getByTestId('destination-submit').click()
    await row.locator('[data-testid=destination-state][data-state=live]').waitFor()
    await expect.poll(() => row.getByTestId('destination-frames').innerText().then(Number), { timeout: 30_000 }).toBeGreaterThan(0)
    await expect.poll(() => row.getByTestId('destination-bitrate').innerText(), { timeout: 30_000 }).toMatch(/\d/)
    expect(await page.content()).not.toContain(key)
    await row.getByTestId('destination-stop').click()
    await row.locator('[data-testid=destination-state][data-state=off]').waitFor()
    await row.getByTestId('destination-start').click()
    await row.locator('[data-testid=destination-state][data-state=live]').waitFor()
    await row.locator('[data-item]').focus()
    await page.keyboard.press('Delete')
    await row.waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Undo' }).click()
    await row.locator('[data-testid=destination-state][data-state=live]').waitFor()
    await page.screenshot({ path: join(artifacts, 'destinations.png'), fullPage: true })
    await page.goto(`${host.http}/live`)
    await expect.poll(() => page.getByTestId('destinations-brief').first().innerText(), { timeout: 30_000 }).toMatch(/of \d+ destination/)
    await page.screenshot({ path: join(artifacts, 'destinations-live.png') })
    await page.close()
  })

  it('resumes after a restart of the host, and keeps keys out of its files', async () => {
    const key = await second.key('again')
    const made = await add({ template: 'custom', label: 'again', url: second.rtmp, key })
    await until(made.id, live)
    const { dataDir } = host
    const publishKey = await host.key('show', { onSecondPublisher: 'takeover' })
    await publisher.stop()
    await host.kill('SIGKILL')
    for (const file of readdirSync(dataDir)) {
      if (/\.(db|sqlite|wal|shm)|database/.test(file)) expect(readFileSync(join(dataDir, file)).includes(key)).toBe(false)
    }
    expect(readdirSync(dataDir).some((file) => /\.(db|sqlite)/.test(file))).toBe(true)
    host = await startHost({ name: 'destinations-restarted', dataDir })
    publisher = publishFile(await baseClip(), `${host.rtmp}/${publishKey}`, { loop: true })
    await until(made.id, live)
    await second.until('again', (stream) => stream.state === 'active')
  })
})
