import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { rolldown } from 'rolldown'
import { root } from './paths.ts'

let bundled: Promise<string> | undefined

/** The page's own WHIP and WHEP clients as one script that sets `window.clients`. */
function clients(): Promise<string> {
  bundled ??= (async () => {
    const entry = '\0clients'
    const folder = join(root, 'src-renderer/webrtc').replaceAll('\\', '/')
    const bundle = await rolldown({
      input: entry,
      plugins: [
        {
          name: 'clients',
          resolveId: (id) => (id === entry ? id : null),
          load: (id) =>
            id === entry
              ? `import { WhipClient } from '${folder}/whip-client.ts'; import { WhepClient } from '${folder}/whep-client.ts'; window.clients = { WhipClient, WhepClient }`
              : null,
        },
      ],
    })
    const { output } = await bundle.generate({ format: 'iife' })
    await bundle.close()
    return output[0].code
  })()
  return bundled
}

/** A page of the host (its origin, none of its scripts' rules) with the clients in it. */
export async function clientPage(browser: Browser, http: string): Promise<Page> {
  const context = await browser.newContext({ bypassCSP: true })
  const page = await context.newPage()
  await page.goto(`${http}/api/v1/health`)
  await page.setContent('<video autoplay playsinline width="640"></video>')
  await page.addScriptTag({ content: await clients() })
  return page
}

export interface CanvasPublish {
  readonly endpoint: string
  readonly key: string
  readonly width?: number
  readonly height?: number
  readonly simulcast?: boolean
  readonly bitrate?: number
  /** A video that takes all of the bitrate. */
  readonly busy?: boolean
}

/** Draws the test card (see `barcode.ts`) on a canvas, thirty times a second, with a tone, and publishes it. */
export async function publishCanvas(page: Page, options: CanvasPublish): Promise<void> {
  await page.evaluate((given) => {
    const { width = 640, height = 360 } = given
    const canvas = document.createElement('canvas')
    canvas.width = width
    canvas.height = height
    const context = canvas.getContext('2d', { alpha: false })!
    let frame = 0
    const draw = () => {
      frame++
      const bytes = new Uint8Array(12)
      const view = new DataView(bytes.buffer)
      const now = Date.now()
      view.setUint32(0, frame)
      view.setUint16(4, Math.floor(now / 2 ** 32))
      view.setUint32(6, now % 2 ** 32)
      let crc = 0xffff
      for (const byte of bytes.subarray(0, 10)) {
        crc ^= byte << 8
        for (let bit = 0; bit < 8; bit++) crc = ((crc << 1) ^ (crc & 0x8000 ? 0x1021 : 0)) & 0xffff
      }
      view.setUint16(10, crc)
      context.fillStyle = `hsl(${frame % 360} 50% 40%)`
      context.fillRect(0, 0, width, height)
      context.fillStyle = '#fff'
      context.fillRect((frame * 7) % width, height / 2, width / 8, height / 4)
      for (let i = 0; given.busy && i < 400; i++) {
        context.fillStyle = `hsl(${Math.random() * 360} 90% 50%)`
        context.fillRect(Math.random() * width, height * (0.3 + 0.7 * Math.random()), width / 40, height / 40)
      }
      for (let bit = 0; bit < 96; bit++) {
        context.fillStyle = bytes[bit >> 3]! & (0x80 >> (bit & 7)) ? '#fff' : '#000'
        context.fillRect(((bit % 32) * width) / 32, (Math.floor(bit / 32) * height) / 30, width / 32 + 1, height / 30 + 1)
      }
    }
    setInterval(draw, 1000 / 30)
    draw()
    const audio = new AudioContext()
    const tone = audio.createOscillator()
    const out = audio.createMediaStreamDestination()
    tone.connect(out)
    tone.start()
    const media = new MediaStream([...canvas.captureStream(30).getVideoTracks(), ...out.stream.getAudioTracks()])
    window.states = []
    window.publisher = new window.clients.WhipClient({
      endpoint: given.endpoint,
      key: given.key,
      media,
      videoBitrate: given.bitrate ?? 1_000_000,
      simulcast: given.simulcast ?? false,
      prefer: 'motion',
      onState: (state: string, problem?: Error) => window.states.push(problem ? `${state}: ${problem.message}` : state),
    })
  }, options)
  await untilState(page, 'live')
}

/** Plays into the page's video. Resolves once it plays. */
export async function playStream(page: Page, endpoint: string, policy: RTCIceTransportPolicy = 'all'): Promise<void> {
  await page.evaluate(
    ([endpoint, transportPolicy]) => {
      window.states = []
      window.messages = []
      window.viewer = new window.clients.WhepClient({
        endpoint,
        transportPolicy,
        onMedia: (media: MediaStream) => {
          document.querySelector('video')!.srcObject = media
        },
        onState: (state: string, problem?: Error) => window.states.push(problem ? `${state}: ${problem.message}` : state),
        onMessage: (data: string) => window.messages.push(data),
      })
    },
    [endpoint, policy] as const,
  )
  await untilState(page, 'playing')
}

/** Waits until the last state is `state`; fails with all of them. */
export async function untilState(page: Page, state: string, timeoutMs = 60_000): Promise<void> {
  await page
    .waitForFunction((wanted) => window.states.at(-1) === wanted, state, { timeout: timeoutMs })
    .catch(async () => {
      throw new Error(`not ${state}: ${JSON.stringify(await page.evaluate(() => window.states))}`)
    })
}

export interface Received {
  readonly frames: number
  readonly width: number
  readonly keyframes: number
  readonly audioPackets: number
  readonly audioEnergy: number
  /** Type and port of our own end of the path. */
  readonly localType: string
  readonly localPort: number
}

/** The viewer's counters so far. */
export function received(page: Page): Promise<Received> {
  return page.evaluate(async () => {
    const report = (await window.viewer.connection?.getStats()) as RTCStatsReport | undefined
    const found = { frames: 0, width: 0, keyframes: 0, audioPackets: 0, audioEnergy: 0, localType: '', localPort: 0 }
    for (const each of report?.values() ?? []) {
      if (each.type === 'inbound-rtp' && each.kind === 'video') {
        found.frames = each.framesDecoded ?? 0
        found.width = each.frameWidth ?? 0
        found.keyframes = each.keyFramesDecoded ?? 0
      } else if (each.type === 'inbound-rtp') {
        found.audioPackets = each.packetsReceived
        found.audioEnergy = each.totalAudioEnergy ?? 0
      } else if (each.type === 'transport') {
        const pair = report?.get(each.selectedCandidatePairId ?? '')
        const local = pair && report?.get(pair.localCandidateId)
        found.localType = local?.candidateType ?? ''
        found.localPort = local?.port ?? 0
      }
    }
    return found
  })
}

/** Waits until the video goes on: `more` further frames were decoded. */
export async function untilFrames(page: Page, more: number, timeoutMs = 60_000): Promise<void> {
  const before = (await received(page)).frames
  const end = performance.now() + timeoutMs
  for (;;) {
    const now = await received(page)
    // A new connection counts from nothing.
    if (now.frames >= before + more || (now.frames < before && now.frames >= more)) return
    if (performance.now() > end) throw new Error(`the video is at ${JSON.stringify(now)}`)
    await page.waitForTimeout(100)
  }
}

/** Processes whose parent is `pid`, with their command lines (Linux). */
export function childrenOf(pid: number): { readonly pid: number; readonly command: string }[] {
  const found: { pid: number; command: string }[] = []
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
      if (parent === pid) found.push({ pid: Number(name), command: readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ') })
    } catch {
      // It ended meanwhile.
    }
  }
  return found
}

/**
 * Leads a page's WHIP and WHEP media through `relay`: the answers it gets name the relay's port for the host's. Candidates over TCP,
 * which would go round it, are taken out.
 */
export async function leadThrough(page: Page, relay: { readonly port: number }): Promise<void> {
  await page.route(/\/live\/[^/]+\/(whip|whep)$/, async (route) => {
    if (route.request().method() !== 'POST') return route.continue()
    const response = await route.fetch()
    const answer = (await response.text())
      .replace(/^a=candidate:\S+ \d+ tcp .*\r\n/gim, '')
      .replace(/^(a=candidate:\S+ \d+ udp \d+ \S+) \d+/gim, `$1 ${relay.port}`)
    return route.fulfill({ response, body: answer })
  })
}

/** Notes the time of every frame that the page's video shows; `longestGap` answers the longest time between two since. */
export async function watchGaps(page: Page): Promise<{ longestGap(): Promise<number> }> {
  await page.evaluate(() => {
    const video = document.querySelector('video')!
    const gaps = { last: performance.now(), longest: 0 }
    const next = (nowMs: number): void => {
      gaps.longest = Math.max(gaps.longest, nowMs - gaps.last)
      gaps.last = nowMs
      video.requestVideoFrameCallback(next)
    }
    video.requestVideoFrameCallback(next)
    Object.assign(window, { gaps })
  })
  return {
    longestGap: () =>
      page.evaluate(() => {
        const { gaps } = window as unknown as { gaps: { last: number; longest: number } }
        return Math.max(gaps.longest, performance.now() - gaps.last)
      }),
  }
}
