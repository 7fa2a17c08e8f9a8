/** WebRTC: what each viewer costs on both engines, and glass to glass in Chromium. */
import { fork } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { chromium } from 'playwright-core'
import { playInPage, publishFromPage } from '../e2e/helpers/webrtc-page.ts'
import { executablePath, watchFrames } from './latency.mjs'
import { clip, publishAll } from './load.mjs'
import { measureTree } from './process-tree.mjs'
import { root, startOurs } from './servers.mjs'

const engines = ['node-datachannel', 'mediasoup']

async function openViewers(url, viewers) {
  const child = fork(join(root, 'bench/webrtc-viewers.mjs'), [JSON.stringify({ url, viewers })])
  let state = { bytes: 0, playing: 0, lost: 0 }
  child.on('message', (reported) => {
    state = reported
  })
  const end = performance.now() + 60_000
  while (state.playing < viewers) {
    if (child.exitCode !== null) throw new Error(`the viewers ended with code ${child.exitCode}`)
    if (performance.now() > end) throw new Error(`${state.playing} of ${viewers} viewers play`)
    await sleep(100)
  }
  return {
    state: () => state,
    async stop() {
      const gone = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGKILL')
      await gone
    },
  }
}

async function start(engine) {
  const server = await startOurs({ args: ['--packaging', 'off', '--srt-port', 'off', '--webrtc-port', '0', '--webrtc-engine', engine] })
  const state = await (await fetch(`${server.http}/api/v1/live/webrtc`)).json()
  if (state.engine === engine) return server
  await server.stop()
  return undefined
}

/** Share of a core that a Mbps to viewers takes, by what `viewers` of them add to one. */
async function perMbps(engine, { viewers, windowSeconds }, print) {
  const server = await start(engine)
  if (server === undefined) {
    print(`${engine}: no worker, left out`)
    return undefined
  }
  const { file } = await clip(2000)
  const load = await publishAll(file, [await server.publishUrl('bench0')])
  const url = `${server.http}/live/bench0/whep`
  const open = []
  const cpuPercent = async () => {
    const from = measureTree(server.pid).cpuSeconds
    const started = performance.now()
    await sleep(windowSeconds * 1000)
    return ((measureTree(server.pid).cpuSeconds - from) * 1e5) / (performance.now() - started)
  }
  try {
    await sleep(3000)
    // one viewer starts what is made for all: Opus from AAC
    open.push(await openViewers(url, 1))
    await sleep(5000)
    const one = await cpuPercent()
    open.push(await openViewers(url, viewers))
    await sleep(5000)
    const before = open[1].state().bytes
    const all = await cpuPercent()
    const { bytes, lost } = open[1].state()
    const mbps = ((bytes - before) * 8) / windowSeconds / 1e6
    const result = {
      engine,
      viewers,
      mbps: Number(mbps.toFixed(1)),
      cpuPercent: Number(all.toFixed(1)),
      percentPerMbps: (all - one) / mbps,
      lost,
    }
    print(
      `${engine.padEnd(18)} ${viewers} viewers, ${result.mbps} Mbps: ${result.cpuPercent} % cpu, ` +
        `${result.percentPerMbps.toFixed(3)} % of a core per Mbps (aim: 0.15)${lost > 0 ? `   ${lost} VIEWERS LOST` : ''}`,
    )
    return result
  } finally {
    for (const each of open) await each.stop()
    await load.stop()
    await server.stop()
  }
}

/** `publish` starts the stream `glass` on the server; it is watched over WHEP. */
async function glassToGlass(name, engine, aim, publish, print) {
  const server = await start(engine)
  if (server === undefined) return undefined
  const browser = await chromium.launch({
    executablePath,
    args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), '--autoplay-policy=no-user-gesture-required', '--mute-audio'],
  })
  try {
    const open = async () => {
      const page = await browser.newPage({ viewport: { width: 800, height: 600 } })
      await page.goto(`${server.http}/watch/nobody`)
      return page
    }
    const stream = await publish(server, open)
    const viewer = await open()
    const { status, body, firstFrameMs } = await playInPage(viewer, `${server.http}/live/${stream}/whep`)
    if (status !== 201) throw new Error(`WHEP: ${status} ${body}`)
    await sleep(4000)
    const delays = (await viewer.evaluate(watchFrames, 8000)).sort((a, b) => a - b)
    if (delays.length === 0) throw new Error('no frame was shown')
    const at = (part) => Math.round(delays[Math.min(delays.length - 1, Math.floor(delays.length * part))])
    print(
      `${name}, ${engine}: glass to glass over ${delays.length} frames p50 ${at(0.5)} ms, p95 ${at(0.95)} ms (aim: p50 under ${aim}), ` +
        `first frame after ${Math.round(firstFrameMs)} ms`,
    )
    return { p50: at(0.5), p95: at(0.95), firstFrameMs: Math.round(firstFrameMs) }
  } finally {
    await browser.close()
    await server.stop()
  }
}

async function fromBrowser(server, open) {
  const key = new URL(await server.publishUrl('glass')).pathname.split('/').at(-1)
  const sender = await open()
  const { status, body } = await publishFromPage(sender, `${server.http}/live/glass/whip`, key)
  if (status !== 201) throw new Error(`WHIP: ${status} ${body}`)
  await sleep(2000)
  return 'glass'
}

async function fromEncoder(server) {
  const made = await fetch(`${server.http}/api/v1/live/demo`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  })
  if (!made.ok) throw new Error(`no test stream: ${await made.text()}`)
  await sleep(3000)
  return 'demo'
}

export async function measureWebrtc(print, options) {
  const results = {}
  for (const engine of engines) {
    results[engine] = {
      whip: executablePath ? await glassToGlass('WHIP to WHEP', engine, 80, fromBrowser, print) : undefined,
      rtmp: executablePath ? await glassToGlass('RTMP to WHEP, encoder included', engine, 250, fromEncoder, print) : undefined,
      cpu: await perMbps(engine, options, print),
    }
  }
  return results
}
