/**
 * The remote desktop beside noVNC over a line of 30 ms there and back that loses 1 % of the packets each way: the same presses as in
 * `desktop`. Host, pages and Chromium run in a network namespace of their own, with this file as their program.
 */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { badNetworkIp, badNetworkMissing, startBadNetwork } from '../e2e/helpers/bad-network.ts'
import { xServerOf } from './desktop.mjs'
import { comparePresses, startScreen } from './desktop-screen.mjs'
import { servePages, size } from './desktop-viewers.mjs'
import { root, startOurs } from './servers.mjs'

const ports = { https: 8443, udp: 8190, pages: 6080 }
/** There and back, ms: nobody's key is seen sooner. */
const lineMs = 30

/** @param print writes a line; @param options.presses of each page, in each round */
export async function measureDesktopLink(print, { presses = 60, rounds = 2 } = {}) {
  const missing = badNetworkMissing()
  if (missing !== undefined) {
    print(`desktop-link: left out, ${missing}`)
    return undefined
  }
  const network = await startBadNetwork(Object.values(ports))
  try {
    await network.shape({ loss: 0.01, delayMs: lineMs / 2 })
    const [command, ...args] = [...network.within, process.execPath, import.meta.filename, String(presses), String(rounds)]
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    let figures
    for await (const line of createInterface({ input: child.stdout })) {
      if (line.startsWith('{')) figures = JSON.parse(line)
      else print(line)
    }
    const { passed, dropped } = await network.shape({})
    print(`desktop-link: ${passed} packets passed, ${dropped} were lost`)
    if (figures === undefined) throw new Error('the program in the namespace ended early')
    for (const name of ['p50', 'p95']) {
      const [ours, theirs] = [figures.ours[name], figures.noVNC[name]]
      print(
        `desktop-link ours / noVNC, ${name}: ${(ours / theirs).toFixed(2)}; of what is above the line's ${lineMs} ms ${((ours - lineMs) / (theirs - lineMs)).toFixed(2)}`,
      )
    }
    return figures
  } finally {
    await network.stop()
  }
}

/** What runs in the namespace: prints what it measures, and the figures as JSON at last. */
async function measureInside(presses, rounds) {
  const host = await startOurs({
    args: [
      ...['--bind', '0.0.0.0', '--https-port', String(ports.https)],
      ...['--desktop-webrtc-port', String(ports.udp), '--webrtc-addresses', badNetworkIp],
    ],
  })
  const screen = await startScreen({ ignoreHTTPSErrors: true })
  const page = await screen.context.newPage()
  const api = (method, path, body) =>
    page.evaluate(
      async (request) => {
        const reply = await fetch(`/api/v1/desktop${request.path}`, {
          method: request.method,
          headers: { 'content-type': 'application/json' },
          body: request.body,
        })
        const answer = await reply.text()
        if (!reply.ok) throw new Error(answer)
        return answer === '' ? undefined : JSON.parse(answer)
      },
      { method, path, body: body && JSON.stringify(body) },
    )
  const https = `https://${badNetworkIp}:${ports.https}`
  await page.goto(`${https}/${new URL(host.signInUrl).hash}`)
  await page.getByTestId('first-run').waitFor()
  const typed = [process.execPath, join(root, 'bench/typed-window.mjs'), String(size.width), String(size.height)]
  const { id } = await api('POST', '/displays', { command: typed, ...size })
  const pages = await servePages(xServerOf(id).rfb, ports.pages)
  try {
    const novnc = `http://${badNetworkIp}:${ports.pages}`
    const ours = `${https}/desktops/${id}`
    const ways = { 'echo': `${novnc}/echo`, 'noVNC': `${novnc}/novnc`, 'ours': ours, 'ours, WebSocket': ours }
    const figures = await comparePresses({
      print: console.log,
      ...{ screen, ways, presses, rounds },
      before: (name) =>
        page.evaluate((wanted) => localStorage.setItem('ami.desktop.transport', wanted), name === 'ours' ? 'webrtc' : 'websocket'),
    })
    console.log(JSON.stringify(figures))
  } finally {
    pages.stop()
    await api('DELETE', `/displays/${id}`).catch(() => undefined)
    await screen.stop()
    await host.stop()
  }
}

if (process.argv[1] === import.meta.filename) await measureInside(Number(process.argv[2]), Number(process.argv[3]))
