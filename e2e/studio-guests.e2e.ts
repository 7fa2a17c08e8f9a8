import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { complaints, screenshot } from './helpers/browser.ts'
import { browserWithDevices, talkShow } from './helpers/guests.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { openCollection, showRequests } from './helpers/studio-page.ts'
import { tonesOf } from './helpers/tones.ts'
import { until } from './helpers/until.ts'
import { clientPage, playStream } from './helpers/webrtc.ts'

/** Hz: what the guest says, what the show plays, what the producer says. */
const guestHz = 700
const showHz = 1900
const producerHz = 3100

const collection = talkShow(showHz, [
  {
    id: 'air',
    name: 'Air',
    kind: 'host',
    settings: { stream: 'air' },
    video: { codec: 'h264', preset: 'ultrafast', bFrames: 0, height: 180, bitrateKbps: 400, keyframeMs: 1000 },
    audio: [{ codec: 'opus', track: 1 }],
  },
])

describe('guests of the studio', () => {
  let folder: string
  let host: RunningHost
  let desk: Browser
  let visitors: Browser
  let studio: Page
  let guest: Page
  let listener: Page
  let link: string
  let problems: string[]

  const { ask: must } = showRequests(() => host)
  const ada = async (): Promise<any> => (await must('GET', '/studio/guests')).items[0]
  /** Colour of the program where guests are put, as the studio composes it. */
  const corner = (): Promise<readonly number[]> =>
    studio.evaluate(async () => {
      const image = await createImageBitmap(await (await fetch('/api/v1/studio/screenshot?type=png')).blob())
      const context = new OffscreenCanvas(image.width, image.height).getContext('2d')!
      context.drawImage(image, 0, 0)
      return [...context.getImageData(image.width - 100, image.height - 60, 1, 1).data].slice(0, 3)
    })
  const isBlue = async (): Promise<boolean> => {
    const [red = 0, green = 0, blue = 0] = await corner()
    return red < 20 && green < 20 && blue > 200
  }
  /** dB of the three tones in what a page's video plays. */
  const heard = (page: Page, video: string) => tonesOf(page, video, [guestHz, showHz, producerHz])
  const tally = (state: string) => guest.locator(`[data-testid="guest-show"][data-tally="${state}"]`).waitFor({ timeout: 60_000 })
  const untilProgram = () => guest.locator('[data-testid="guest-show"][data-program="true"]').waitFor({ timeout: 60_000 })

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'guests-'))
    host = await startHost({ name: 'studio-guests' })
    await openCollection(host, collection)
    await until(
      async () => (await must('GET', '/studio')).state === 'running',
      () => 'the studio does not run',
    )
    ;[desk, visitors] = await Promise.all([browserWithDevices(folder, producerHz), browserWithDevices(folder, guestHz)])
    studio = await (await desk.newContext({ viewport: { width: 1280, height: 720 }, colorScheme: 'dark' })).newPage()
    problems = complaints(studio)
    // A tone is noise to a browser: it is taken as it is.
    await studio.addInitScript(() => {
      const take = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices)
      navigator.mediaDevices.getUserMedia = () =>
        take({ audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false } })
    })
    await studio.goto(`${host.http}/studio`)
  })
  afterAll(async () => {
    await Promise.all([desk?.close(), visitors?.close()])
    await host?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  it('are invited by a link, check their devices, and are seen in the waiting room', async () => {
    await studio.getByTestId('open-guests').click()
    await studio.getByTestId('invite-guest').click()
    await studio.getByTestId('guest-label').fill('Ada')
    await studio.getByTestId('create-guest-link').click()
    link = await studio.getByTestId('guest-join-link').innerText()
    expect(await studio.getByTestId('guest-link-local').innerText()).toContain('Only this computer')
    await studio.getByTestId('guest-link-done').click()

    guest = await (await visitors.newContext({ viewport: { width: 1280, height: 720 }, colorScheme: 'dark' })).newPage()
    await guest.goto(link)
    await guest.waitForFunction(() => (document.querySelector<HTMLVideoElement>('[data-testid="guest-preview"]')?.videoWidth ?? 0) > 0)
    expect(await guest.getByTestId('guest-name').inputValue()).toBe('Ada')
    // A tone is noise to a browser.
    for (const each of ['echoCancellation', 'noiseSuppression', 'autoGainControl']) {
      expect(await guest.getByTestId(`guest-${each}`).isChecked()).toBe(true)
      await guest.getByTestId(`guest-${each}`).uncheck()
    }
    await guest.waitForFunction(() => document.querySelector<HTMLMeterElement>('[data-testid="publish-level"]')!.value > -40)
    await screenshot(guest, 'guest-join')
    await guest.getByTestId('guest-join').click()
    await tally('waiting')
    await studio.locator('[data-testid="guest-card"][data-state="waiting"]').waitFor()
    await studio.locator('[data-testid="guest-picture"][data-playing="true"]').waitFor({ timeout: 60_000 })
    expect(await studio.getByTestId('open-guests').getAttribute('data-waiting')).toBe('1')
    // Whatever somebody is called, the card is as wide as its pane.
    const card = studio.getByTestId('guest-card')
    const own = await card.locator('b').innerText()
    await card.locator('b').evaluate((name) => {
      name.textContent = 'A name that is far longer than any pane of guests is wide, as some have'
    })
    const [inner, outer] = [(await card.boundingBox())!, (await studio.getByTestId('guests-pane').boundingBox())!]
    expect(inner.x + inner.width).toBeLessThanOrEqual(outer.x + outer.width)
    await card.locator('b').evaluate((name, text) => {
      name.textContent = text
    }, own)
    await untilProgram()
    await screenshot(guest, 'guest-waiting')
    await screenshot(studio, 'studio-guests-waiting')
    expect(await isBlue()).toBe(true)
  })

  it('are put on air by one click: the program shows them and has their voice, and their return has everything but that', async () => {
    await must('POST', '/studio/outputs/air/start')
    await host.until('air', ({ state, tracks }) => state === 'active' && tracks.length === 2)
    listener = await clientPage(desk, host.http)
    await playStream(listener, '/live/air/whep')
    let before: Readonly<Record<number, number>> = {}
    await until(
      async () => {
        before = await heard(listener, 'video')
        return before[showHz]! > -60
      },
      () => `the show is not heard: ${JSON.stringify(before)}`,
    )
    expect(before[guestHz]).toBeLessThan(before[showHz]! - 20)

    await studio.getByTestId('put-on-air').click()
    await tally('onAir')
    await until(
      async () => {
        const [red = 0, green = 0, blue = 0] = await corner()
        return red > 180 && green < 80 && blue > 180
      },
      () => 'the program does not show the guest',
    )
    await studio.locator('[data-testid="guest-card"][data-state="on-air"]').waitFor()
    await until(
      async () => (await heard(listener, 'video'))[guestHz]! > -60,
      () => 'the program does not have the voice of the guest',
    )
    let both: readonly Readonly<Record<number, number>>[] = []
    await until(
      async () => {
        both = await Promise.all([heard(guest, '[data-testid="guest-program"]'), heard(listener, 'video')])
        const [returned, air] = both as [(typeof both)[number], (typeof both)[number]]
        return returned[showHz]! > -60 && returned[guestHz]! < air[guestHz]! - 20
      },
      () => `the guest does not hear the show without their own voice: ${JSON.stringify(both)}`,
    )
    await screenshot(guest, 'guest-on-air')
    await studio.getByTestId('stage').waitFor()
    await screenshot(studio, 'studio-guests-on-air')
    await studio.setViewportSize({ width: 1920, height: 1080 })
    await studio.emulateMedia({ colorScheme: 'light' })
    await screenshot(studio, 'studio-guests-light')
  })

  it('hear the producer, whom the audience does not hear, while the button is pressed', async () => {
    let talked: Readonly<Record<number, number>> = {}
    const talk = studio.getByTestId('talk')
    await talk.focus()
    await studio.keyboard.down('Space')
    await studio.locator('[data-testid="talk"][data-talking="true"]').waitFor({ timeout: 60_000 })
    await guest.getByTestId('guest-talked-to').waitFor()
    await until(
      async () => {
        talked = await heard(guest, '[data-testid="guest-program"]')
        return talked[producerHz]! > -60
      },
      () => `the guest does not hear the producer: ${JSON.stringify(talked)}`,
    )
    const air = await heard(listener, 'video')
    expect(air[producerHz]).toBeLessThan(air[showHz]! - 30)
    await screenshot(guest, 'guest-talked-to')
    await studio.keyboard.up('Space')
    await guest.getByTestId('guest-talked-to').waitFor({ state: 'detached' })
    await until(
      async () => (await heard(guest, '[data-testid="guest-program"]'))[producerHz]! < -80,
      () => 'the guest goes on hearing the producer',
    )
  })

  it('come back by themselves after a reload, still on air', async () => {
    await guest.reload()
    await tally('onAir')
    await untilProgram()
    expect((await ada()).state).toBe('on-air')
    await until(
      async () => (await heard(listener, 'video'))[guestHz]! > -60,
      () => 'the voice of the guest does not come back',
    )
  })

  it('switch their microphone off, and are taken off air and put on again as steps of the history', async () => {
    await guest.getByTestId('guest-mute').click()
    await until(
      async () => (await ada()).microphone === false,
      () => 'the studio does not see the muted microphone',
    )
    await guest.getByTestId('guest-mute').click()
    await studio.getByTestId('take-off-air').click()
    await tally('waiting')
    await must('POST', '/studio/undo', {})
    await tally('onAir')
  })

  it('are hidden while they are away, or have a figure in their place, and nothing asks for them over and over', async () => {
    const lines = async (): Promise<any[]> => (await must('GET', '/audit?limit=100')).items
    const newest = (await lines())[0]?.id ?? ''
    const since = async (): Promise<any[]> => {
      const all = await lines()
      const at = all.findIndex(({ id }) => id === newest)
      return at < 0 ? all : all.slice(0, at)
    }
    const { source } = await ada()
    const report = async (): Promise<any> => (await must('GET', '/studio/sources')).items.find(({ id }: any) => id === source).report
    await guest.getByTestId('guest-leave').click()
    await until(isBlue, () => 'the program still shows the guest')
    await until(
      async () => (await report()).state === 'waiting',
      () => 'the source does not wait',
    )
    expect((await ada()).state).toBe('away')
    await must('PATCH', `/studio/sources/${source}`, { settings: { whileAway: 'placeholder' } })
    await until(
      async () => {
        const [red = 0, green = 0, blue = 0] = await corner()
        return Math.abs(red - 0x1b) < 12 && Math.abs(green - 0x20) < 12 && Math.abs(blue - 0x30) < 12
      },
      () => 'no figure is in the place of the guest',
    )
    await screenshot(studio, 'studio-guest-away')
    await guest.goto('about:blank')
    await guest.goto(link)
    await guest.getByTestId('guest-join').click()
    await until(
      async () => {
        const [red = 0, green = 0, blue = 0] = await corner()
        return red > 180 && green < 80 && blue > 180
      },
      () => 'the program does not show the guest again',
    )
    await tally('onAir')
    const about = await since()
    expect(about.filter(({ code }) => code === 'play.not_live' || code === 'stream.not_found')).toEqual([])
    const messages = about.map(({ message }) => message as string)
    expect(messages.filter((each) => /a guest, left$/.test(each))).toHaveLength(1)
    expect(messages.filter((each) => /joined as a guest$/.test(each))).toHaveLength(1)
  })

  it('are notified when their invitation is taken back, and leave the program', async () => {
    await studio.getByTestId('remove-guest').click()
    await studio.getByTestId('confirm-yes').click()
    await guest.locator('[data-testid="guest-end"][data-code="studio.guest_revoked"]').waitFor({ timeout: 60_000 })
    await screenshot(guest, 'guest-revoked')
    await until(isBlue, () => 'the program still shows the guest')
    expect((await must('GET', '/studio/guests')).items).toEqual([])
    await until(
      async () => (await must('GET', '/studio/statistics')).encodings.filter(({ codec }: any) => codec === 'opus').length === 1,
      () => 'the return of the guest is still encoded',
    )
    // A link that opens nothing says so at once, and asks for no camera.
    for (const [hash, code] of [
      [new URL(link).hash, 'studio.guest_revoked'],
      ['#key=sk_nonsense&as=Ada', 'studio.guest_unknown'],
    ] as const) {
      await guest.goto('about:blank')
      await guest.goto(`${host.http}/guest/none${hash}`)
      await guest.locator(`[data-testid="guest-end"][data-code="${code}"]`).waitFor()
      expect(await guest.getByTestId('guest-join').count()).toBe(0)
      expect(await guest.locator('video').count()).toBe(0)
    }
    // While the guest loads their page again there is nothing to see of them.
    expect(problems.filter((each) => !each.includes('/whep'))).toEqual([])
  })
})

describe('the key of a guest', () => {
  let host: RunningHost
  let token: string
  let invited: { readonly stream: string; readonly joinUrl: string }
  let key: string

  const ask = (method: string, path: string, bearer: string | undefined, body?: string, type = 'application/json') =>
    fetch(`${host.http}${path}`, {
      method,
      headers: {
        ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
        ...(body === undefined ? {} : { 'content-type': type }),
      },
      ...(body === undefined ? {} : { body }),
    })
  /** Opens a socket, sends messages, and answers what came until it closed, or until `enough` messages came. */
  const socket = (
    path: string,
    messages: readonly object[],
    enough = 1,
  ): Promise<{ readonly messages: any[]; readonly closed: number | string }> =>
    new Promise((resolve) => {
      const heard: any[] = []
      const client = new WebSocket(`${host.http.replace('http', 'ws')}/api/v1${path}`)
      const done = (closed: number | string): void => {
        client.terminate()
        resolve({ messages: heard, closed })
      }
      client.on('open', () => {
        for (const message of messages) client.send(JSON.stringify(message))
      })
      client.on('message', (data) => {
        heard.push(JSON.parse(String(data)))
        if (heard.length >= enough) done('')
      })
      client.on('close', (code) => done(code))
      client.on('unexpected-response', (_request, response) => done(`${response.statusCode}`))
      client.on('error', () => undefined)
    })

  beforeAll(async () => {
    host = await startHost({ name: 'studio-guest-key', args: ['--auth', 'on'] })
    token = JSON.parse(readFileSync(join(host.dataDir, 'host.json'), 'utf8')).token
    invited = (await (await ask('POST', '/api/v1/studio/guests', token, JSON.stringify({ label: 'Ada' }))).json()) as typeof invited
    key = new URLSearchParams(invited.joinUrl.split('#')[1]).get('key')!
  })
  afterAll(() => host?.stop())

  /** Not signed in, or not asked any more after this many attempts. */
  const denied = ({ status }: Response): boolean => status === 401 || status === 429

  it('opens nothing of the API, as a token or as a sign-in', async () => {
    const paths = [
      '/studio',
      '/studio/guests',
      '/studio/collection',
      '/studio/program',
      '/live/streams',
      '/live/keys',
      '/settings',
      '/events',
    ]
    for (const path of paths) expect([path, denied(await ask('GET', `/api/v1${path}`, key))]).toEqual([path, true])
    for (const path of [
      `/studio/guests/${invited.stream}/put-on-air`,
      `/studio/guests/${invited.stream}/link`,
      '/studio/program',
      '/studio/edits',
    ]) {
      expect([path, denied(await ask('POST', `/api/v1${path}`, key, '{}'))]).toEqual([path, true])
      expect([path, denied(await ask('POST', `/api/v1${path}`, undefined, '{}'))]).toEqual([path, true])
    }
    expect(denied(await ask('POST', '/api/v1/sessions', undefined, JSON.stringify({ token: key })))).toBe(true)
    for (const path of ['/events', '/studio/talkback', '/studio/preview-feed']) expect((await socket(path, [])).closed).toBe('401')
  })

  it('lets nobody watch, neither their own camera nor what is sent back to them, nor publish elsewhere', async () => {
    const offer = 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n'
    for (const bearer of [undefined, key]) {
      for (const path of ['whep', 'index.m3u8', 'manifest.mpd', 'stream.flv']) {
        const method = path === 'whep' ? 'POST' : 'GET'
        const reply = await ask(method, `/live/${invited.stream}/${path}`, bearer, method === 'POST' ? offer : undefined, 'application/sdp')
        const { code } = (await reply.json()) as { code: string }
        expect([path, code]).toEqual([path, bearer === undefined ? 'play.token_required' : 'play.token_invalid'])
      }
      for (const name of [`own-${invited.stream}`, 'studio']) {
        const reply = await ask('POST', `/live/${name}/whep`, bearer, offer, 'application/sdp')
        expect([name, reply.status >= 400]).toEqual([name, true])
      }
    }
    const elsewhere = await ask('POST', '/live/studio/whip', key, offer, 'application/sdp')
    expect(elsewhere.status).toBeGreaterThanOrEqual(400)
  })

  it('opens their own state on the socket of guests, which answers nonsense with an error', async () => {
    expect((await socket('/studio/guest', [{ type: 'hello', key, name: 'Ada' }])).messages).toMatchObject([
      { type: 'state', state: { label: 'Ada', show: null, onAir: false, program: false } },
    ])
    const code = async (...messages: object[]): Promise<string> => (await socket('/studio/guest', messages)).messages[0]?.error?.code
    expect(await code({ type: 'hello', key: 'sk_wrong', name: 'Eve' })).toBe('studio.guest_unknown')
    expect(await code({ type: 'hello', key: token, name: 'Eve' })).toBe('studio.guest_unknown')
    expect(await code({ type: 'offer', sdp: 'v=0' })).toBe('request.invalid')
    expect(await code({ type: 'hello', key, name: '  ' })).toBe('request.invalid')
    const { messages } = await socket(
      '/studio/guest',
      [
        { type: 'hello', key, name: 'Ada' },
        { type: 'offer', sdp: 'v=0' },
      ],
      2,
    )
    expect(messages[1].error.code).toBe('studio.no_collection')
    // A plain stream key of another is no invitation, and a link that was taken back says so.
    const other = (await (await ask('POST', '/api/v1/live/keys', token, JSON.stringify({ stream: 'cam' }))).json()) as { secret: string }
    expect(await code({ type: 'hello', key: other.secret, name: 'Eve' })).toBe('studio.guest_unknown')
    await ask('DELETE', `/api/v1/studio/guests/${invited.stream}`, token)
    expect(await code({ type: 'hello', key, name: 'Ada' })).toBe('studio.guest_revoked')
    expect(host.log.join('')).not.toContain(key)
  })
})
