import { readdirSync, readFileSync } from 'node:fs'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { findingsInBothThemes } from './helpers/axe.ts'
import { launchBrowser } from './helpers/browser.ts'
import { shareOfColor } from './helpers/canvas-share.ts'
import { coturnProgram, type RunningTurn, startCoturn } from './helpers/coturn.ts'
import { pressEnter, watchDesktop } from './helpers/desktop-viewer.ts'
import type { RunningHost } from './helpers/host.ts'
import { bestCandidate, iceSideOf, offeredTransport, openUdpPeer } from './helpers/ice-check.ts'
import { skipBecause } from './helpers/skip.ts'
import { look } from './helpers/studio-page.ts'
import { startTerminalDisplay, type TerminalDisplay, terminalDisplayMissing } from './helpers/terminal-display.ts'
import { until } from './helpers/until.ts'
import { workersOf } from './helpers/workers.ts'

/** A desktop over WebRTC: in Chromium, and by a data channel of its own, as a program of somebody else's making would try it. */

let desk: TerminalDisplay
let host: RunningHost
let browser: Browser
let page: Page
let id = ''
let turn: RunningTurn | undefined
const open = new Set<{ close(): void }>()

const typed = () => desk.lines()
const via = () => page.getByTestId('desktop-transport').getAttribute('data-via')
const share = (rgb: readonly number[]) => shareOfColor(page, rgb)

beforeAll(async () => {
  if (terminalDisplayMissing !== undefined) return
  if (coturnProgram !== undefined) turn = await startCoturn('north')
  desk = await startTerminalDisplay(
    {
      name: 'desktop-transport',
      args: turn === undefined ? [] : ['--turn-urls', `turn:127.0.0.1:${turn.port}?transport=udp`],
      env: { STREAMS_TURN_SECRET: 'north' },
    },
    ['-bg', '#103050'],
  )
  ;({ host, id } = desk)
  browser = await launchBrowser()
  page = await browser.newPage({ viewport: { width: 1280, height: 720 } })
  await page.addInitScript(() => localStorage.setItem('ami.desktop.transport', 'webrtc'))
}, 120_000)

afterEach(() => {
  for (const each of open) each.close()
  open.clear()
})

afterAll(async () => {
  await browser?.close()
  await desk?.stop()
  await turn?.stop()
}, 60_000)

beforeEach((context) => {
  if (terminalDisplayMissing !== undefined) skipBecause(context, terminalDisplayMissing)
})

/** A data channel of a browser, without what the page of a desktop does with it. */
interface RawChannel {
  send(text: string): Promise<void>
  answers(): Promise<string[]>
  /** Opens so many more beside it, or as many as the browser allows. */
  openMore(count: number): Promise<void>
}

interface RawWindow {
  raw: { peer: RTCPeerConnection; channel: RTCDataChannel; answers: string[] }[]
}

async function openPeer(on: Page) {
  const at = await on.evaluate(() => {
    const here = window as unknown as Partial<RawWindow>
    here.raw ??= []
    const all = here.raw
    const peer = new RTCPeerConnection()
    const channel = peer.createDataChannel('display', { ordered: false, maxRetransmits: 0 })
    const answers: string[] = []
    channel.onmessage = ({ data }) => void (typeof data === 'string' && answers.push(data))
    return all.push({ peer, channel, answers }) - 1
  })
  const channel: RawChannel = {
    send: (text) => on.evaluate(({ at, text }) => (window as unknown as RawWindow).raw[at]!.channel.send(text), { at, text }),
    answers: () => on.evaluate((index) => (window as unknown as RawWindow).raw[index]!.answers, at),
    openMore: (count) =>
      on.evaluate(
        ({ at, count }) => {
          const { peer } = (window as unknown as RawWindow).raw[at]!
          for (let more = 0; more < count && peer.connectionState === 'connected'; more++) peer.createDataChannel('more')
        },
        { at, count },
      ),
  }
  return {
    /** Offers, and takes the answer. */
    async connect(exchange: (sdp: string) => Promise<string>): Promise<void> {
      const sdp = await on.evaluate(async (index) => {
        const { peer } = (window as unknown as RawWindow).raw[index]!
        await peer.setLocalDescription()
        return peer.localDescription!.sdp
      }, at)
      const answer = await exchange(sdp)
      await on.evaluate(
        ({ at, answer }) => (window as unknown as RawWindow).raw[at]!.peer.setRemoteDescription({ type: 'answer', sdp: answer }),
        { at, answer },
      )
    },
    async opened(): Promise<RawChannel> {
      await until(
        () => on.evaluate((index) => (window as unknown as RawWindow).raw[index]!.channel.readyState === 'open', at),
        'the data channel is open',
      )
      return channel
    },
  }
}

/** A viewer, which also has a data channel from `offer` on. */
function connect(secret?: string) {
  const viewer = watchDesktop(host, { display: id, ...(secret !== undefined && { secret }), draws: false })
  let channel: RawChannel | undefined
  open.add({ close: () => viewer.socket.terminate() })
  return {
    ...viewer,
    ready: () => viewer.heard('rtc'),
    /** Opens the data channel, and has the display come over it. `change` is made to what the host answers. */
    async offer(change = (answer: string) => answer) {
      const peer = await openPeer(page)
      await peer.connect(async (sdp) => {
        viewer.send({ kind: 'rtc-offer', sdp })
        return change((await viewer.heard('rtc-answer')).sdp!)
      })
      const made = await peer.opened()
      await until(async () => {
        await made.send('{"probe":1}')
        return (await made.answers()).includes('{"probe":1}')
      }, 'the host answers over the data channel')
      viewer.send({ kind: 'transport', via: 'webrtc' })
      await viewer.heard('transport')
      channel = made
      return made
    },
    /** Sends messages over the data channel until the host has taken them. */
    async sendOver(...messages: readonly object[]) {
      const datagram = JSON.stringify(messages.map((message, at) => [at + 1, message]))
      await until(async () => {
        await channel!.send(datagram)
        return (await channel!.answers()).includes(`{"taken":${messages.length}}`)
      }, 'the host has taken the messages')
    },
  }
}
describe('a desktop over WebRTC', () => {
  it('shows the display and types on it', async () => {
    await page.goto(`${host.http}/desktops/${id}`)
    await page.locator('[data-testid=desktop][data-state=open]').waitFor()
    await page.getByTestId('desktop-latency').click()
    await until(async () => (await via()) === 'webrtc', 'the display comes over WebRTC')
    await until(async () => (await share([0x10, 0x30, 0x50])) > 0.5, 'the terminal is seen')
    await look(page, 'desktop-transport')
    await page.getByTestId('desktop-keys').focus()
    await page.keyboard.type('Over WebRTC')
    await page.keyboard.press('Enter')
    await until(() => typed().at(-1) === 'Over WebRTC', 'the terminal has what was typed')
  })

  it('goes on over the WebSocket when nothing passes any more: nothing is lost, and no key stays down', async () => {
    const [worker] = workersOf(host, 'links-worker')
    expect(worker).toBeDefined()
    process.kill(worker!, 'SIGSTOP')
    try {
      await page.keyboard.down('Shift')
      await page.keyboard.press('A')
      await page.keyboard.up('Shift')
      await page.keyboard.type('bc')
      await page.keyboard.press('Enter')
      await until(async () => (await via()) === 'websocket', 'the display comes over the WebSocket')
      await until(() => typed().at(-1) === 'Abc', 'what was typed meanwhile has arrived, once and in order')
    } finally {
      process.kill(worker!, 'SIGCONT')
    }
    await page.keyboard.type('small')
    await page.keyboard.press('Enter')
    await until(() => typed().at(-1) === 'small', 'no Shift is down')
  })

  it('goes over WebRTC again when it is chosen, and back at once when its process is killed', async () => {
    const choice = page.getByTestId('desktop-transport-choice')
    await choice.selectOption('websocket')
    await choice.selectOption('webrtc')
    await until(async () => (await via()) === 'webrtc', 'the display comes over WebRTC')
    for (const worker of workersOf(host, 'links-worker')) process.kill(worker, 'SIGKILL')
    await until(async () => (await via()) === 'websocket', 'the display comes over the WebSocket')
    await page.getByTestId('desktop-keys').focus()
    await page.keyboard.type('back')
    await page.keyboard.press('Enter')
    await until(() => typed().at(-1) === 'back', 'the terminal has what was typed')
  })
})

describe('a desktop whose network repeats late what it lost', () => {
  it('shows what came over WebRTC before the answer over the WebSocket that it does', async () => {
    const late = await browser.newPage({ viewport: { width: 1000, height: 600 } })
    await late.addInitScript(() => {
      localStorage.setItem('ami.desktop.transport', 'webrtc')
      const { prototype } = WebSocket
      const plain = Object.getOwnPropertyDescriptor(prototype, 'onmessage')!
      Object.defineProperty(prototype, 'onmessage', {
        ...plain,
        set(this: WebSocket, take: (event: MessageEvent) => void) {
          // From the answer on everything waits, as behind a lost packet of TCP.
          let waits: Promise<void> | undefined
          plain.set!.call(this, (event: MessageEvent) => {
            if (typeof event.data === 'string' && JSON.parse(event.data).kind === 'transport')
              waits ??= new Promise((resolve) => setTimeout(resolve, 1500))
            if (waits === undefined) take.call(this, event)
            else void waits.then(() => take.call(this, event))
          })
        },
      })
    })
    try {
      await late.goto(`${host.http}/desktops/${id}`)
      await late.locator('[data-testid=desktop][data-state=open]').waitFor()
      await late.getByTestId('desktop-latency').click()
      await until(
        async () => (await late.getByTestId('desktop-transport').getAttribute('data-via')) === 'webrtc',
        'the display comes over WebRTC',
      )
      const letters = () => shareOfColor(late, [0, 0, 0])
      const before = await letters()
      await late.getByTestId('desktop-keys').focus()
      await late.keyboard.type('late but seen')
      await until(async () => (await letters()) !== before, 'what is typed is seen')
      await late.keyboard.press('Enter')
      await until(() => typed().at(-1) === 'late but seen', 'the terminal has what was typed')
    } finally {
      await late.close()
    }
  })
})

describe('a desktop for who is elsewhere', () => {
  it('comes over a TURN server where nothing else passes', async (context) => {
    if (turn === undefined) skipBecause(context, 'coturn is needed: apt-get install coturn')
    const relayed = await browser.newPage()
    await relayed.addInitScript(() => {
      localStorage.setItem('ami.desktop.transport', 'webrtc')
      const Plain = RTCPeerConnection
      const peers: RTCPeerConnection[] = []
      Object.assign(window, { peers })
      window.RTCPeerConnection = class extends Plain {
        constructor(given?: RTCConfiguration) {
          super({ ...given, iceTransportPolicy: 'relay' })
          peers.push(this)
        }
      }
    })
    await relayed.goto(`${host.http}/desktops/${id}`)
    await relayed.locator('[data-testid=desktop][data-state=open]').waitFor()
    await relayed.getByTestId('desktop-latency').click()
    const shown = relayed.getByTestId('desktop-transport')
    await until(async () => (await shown.getAttribute('data-via')) === 'webrtc', 'the display comes over WebRTC')
    const used = await relayed.evaluate(async () => {
      const report = await (window as unknown as { peers: RTCPeerConnection[] }).peers.at(-1)!.getStats()
      const all = [...(report as unknown as Map<string, Record<string, unknown>>).values()]
      const pair = all.find(({ type, nominated }) => type === 'candidate-pair' && nominated === true)
      return all.find((each) => each.id === pair?.localCandidateId)?.candidateType
    })
    expect(used).toBe('relay')
    await relayed.getByTestId('desktop-keys').focus()
    await relayed.keyboard.type('Over TURN')
    await relayed.keyboard.press('Enter')
    await until(() => typed().at(-1) === 'Over TURN', 'the terminal has what was typed')
    await relayed.close()
  })

  it('is checked on the page: what is in the way is named', async () => {
    await page.goto(`${host.http}/desktops`)
    await page.getByTestId('reach-open').click()
    await page.getByTestId('reach-dialog').waitFor()
    await page.locator('[data-testid=reach-result][data-works=false]').waitFor()
    const found = await page
      .getByTestId('reach-check')
      .evaluateAll((all) => all.map((each) => `${each.getAttribute('data-code')} ${each.getAttribute('data-state')}`))
    expect(found).toEqual(expect.arrayContaining(['link-local problem', 'page-secure good', 'socket-open good', 'bind-loopback problem']))
    if (turn !== undefined) expect(found).toEqual(expect.arrayContaining(['relay-works good', 'turn-answers good']))
    await look(page, 'desktop-reach')
    expect(await findingsInBothThemes(page)).toEqual([])
  })
})

/** The offer of a data channel. */
const offerOf = (ufrag: string, candidates: readonly string[]): string =>
  [
    ...['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 't=0 0', 'a=group:BUNDLE 0'],
    ...['m=application 9 UDP/DTLS/SCTP webrtc-datachannel', 'c=IN IP4 127.0.0.1', 'a=mid:0', 'a=sctp-port:5000'],
    ...offeredTransport(ufrag, candidates),
    '',
  ].join('\r\n')

describe('a data channel on the wire', () => {
  it('sends nothing to where a viewer says that it is, and checks whoever checked the host', async () => {
    const [named, peer] = [await openUdpPeer(), await openUdpPeer()]
    open.add(named).add(peer)
    const viewer = connect()
    await viewer.ready()
    const candidates = [bestCandidate(named.port), `2 1 udp 2130706430 127.0.0.1 ${named.port} typ srflx raddr 0.0.0.0 rport 0`]
    viewer.send({ kind: 'rtc-offer', sdp: offerOf('abcd', [...candidates, bestCandidate(named.port, 'localhost')]) })
    const side = iceSideOf((await viewer.heard('rtc-answer')).sdp!)
    await until(() => {
      if (peer.received.length === 0) peer.check(side, 'abcd')
      return peer.isChecked()
    }, 'the host checks the peer')
    expect(named.received).toEqual([])
  })

  it('takes input of those alone who may control', async () => {
    await page.goto(`${host.http}/desktops`)
    await until(async () => (await host.api('GET', `/desktop/displays/${id}`)).body.viewers === 0, 'the page has left')
    const { token, secret } = (await host.api('POST', '/tokens', { label: 'Ann', role: 'editor' })).body
    await host.api('PUT', `/desktop/displays/${id}/grants/${encodeURIComponent(`token:${token.id}`)}`, { rights: ['see'] })
    const seer = connect(secret)
    await seer.ready()
    await seer.offer()
    await seer.sendOver({ kind: 'text', text: 'forbidden' }, ...pressEnter)
    const admin = connect()
    await admin.ready()
    await admin.offer()
    await admin.sendOver({ kind: 'text', text: 'allowed' }, ...pressEnter)
    await until(() => typed().at(-1) === 'allowed', 'the admin types')
    expect(typed()).not.toContain('forbidden')
    expect(typed().join()).not.toContain('forbidden')
  })

  it('ends the connection alone that sends what is no message', async () => {
    const good = connect()
    await good.ready()
    await good.offer()
    const bad = connect()
    await bad.ready()
    const channel = await bad.offer()
    await until(async () => {
      // The channel is closed with the connection.
      await channel.send('[[1,{"kind":"reboot"}]]').catch(() => undefined)
      return bad.closed() === 1007
    }, 'the host closes the connection')
    await good.sendOver({ kind: 'text', text: 'still here' }, ...pressEnter)
    await until(() => typed().at(-1) === 'still here', 'the other one types')
    expect(good.closed()).toBeUndefined()
  })

  it('rejects malformed SDP and goes on, and ends who floods it with offers', async () => {
    const viewer = connect()
    await viewer.ready()
    viewer.send({ kind: 'rtc-offer', sdp: 'v=0\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:0\r\n' })
    expect(await viewer.heard('rtc-failed')).toMatchObject({ code: 'webrtc.sdp_invalid' })
    viewer.send({ kind: 'text', text: 'goes on' })
    for (const message of pressEnter) viewer.send(message)
    await until(() => typed().at(-1) === 'goes on', 'the session goes on')
    expect(viewer.closed()).toBeUndefined()
    for (let offer = 0; offer < 20; offer++) viewer.send({ kind: 'rtc-offer', sdp: `v=0 ${offer}` })
    await until(() => viewer.closed() === 1008, 'the host closes the connection')
  })

  it('ends those who attack it, each alone, and goes on for the others', async () => {
    const good = connect()
    await good.ready()
    await good.offer()
    const [links] = workersOf(host, 'links-worker')
    const descriptors = () => readdirSync(`/proc/${links}/fd`).length
    const memoryMiB = () => Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${links}/status`, 'utf8'))![1]) / 1024
    const [descriptorsBefore, before] = [descriptors(), memoryMiB()]
    const closedWith = (bad: ReturnType<typeof connect>, code: number, after: string) =>
      until(() => bad.closed() === code, `the host closes the connection after ${after}`)

    for (let each = 0; each < 20; each++) {
      const bad = connect()
      await bad.ready()
      for (let offer = 0; offer < 12; offer++) bad.send({ kind: 'rtc-offer', sdp: offerOf(`abc${offer}`, []) })
      await closedWith(bad, 1008, 'many offers')
    }
    for (const [length, code] of [
      [14_001, 1007],
      [20_000, 1007],
      [2 ** 20, 1009],
    ] as const) {
      const bad = connect()
      await bad.ready()
      bad.send({ kind: 'rtc-offer', sdp: 'v'.repeat(length) })
      await closedWith(bad, code, `an offer of ${length} characters`)
    }
    const junk = [
      'x',
      '1 1 UDP 99999999999999999999 127.0.0.1 9 typ host',
      `1 1 UDP 1 ${'a'.repeat(600)} 9 typ host`,
      '1 1 UDP 1 ::: 0 typ ?',
    ]
    const many = connect()
    await many.ready()
    many.send({ kind: 'rtc-offer', sdp: offerOf('abcd', [...junk, ...Array(200).fill(bestCandidate(9))]) })
    await many.heard('rtc-answer')

    const liar = connect()
    await liar.ready()
    await (await openPeer(page)).connect(async (sdp) => {
      liar.send({ kind: 'rtc-offer', sdp: sdp.replace(/^(a=fingerprint:sha-256 ).*?\r$/m, `$1${'AB:'.repeat(31)}AB\r`) })
      return (await liar.heard('rtc-answer')).sdp!
    })
    expect(await liar.heard('transport')).toMatchObject({ via: 'websocket' })

    const long = connect()
    await long.ready()
    const channel = await long.offer((answer) => answer.replace(/^a=max-message-size:\d+/m, 'a=max-message-size:1000000'))
    await until(async () => {
      await channel.send('x'.repeat(200_000)).catch(() => undefined)
      return long.closed() === 1007
    }, 'the host closes the connection after a long message')

    const wide = connect()
    await wide.ready()
    await (await wide.offer()).openMore(2000).catch(() => undefined)
    await closedWith(wide, 1008, 'many data channels')

    await good.sendOver({ kind: 'text', text: 'undisturbed' }, ...pressEnter)
    await until(() => typed().at(-1) === 'undisturbed', 'the other one types')
    expect([good.closed(), many.closed(), liar.closed()]).toEqual([undefined, undefined, undefined])
    expect(workersOf(host, 'links-worker')).toEqual([links])
    await until(() => descriptors() <= descriptorsBefore + 1, `the process has ${descriptorsBefore} descriptors again`)
    expect(memoryMiB() - before).toBeLessThan(100)
  })
})
