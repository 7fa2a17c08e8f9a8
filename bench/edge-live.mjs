/** What a node adds between packager and viewer: the same blocking reloads at the origin and at the node, in one run. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { Agent, get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { print, windowSeconds } from './server-load.mjs'
import { root, startOurs } from './servers.mjs'

const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY })

/** Status and text of a URL, and when its last byte came. */
function fetchText(url) {
  return new Promise((resolve, reject) => {
    get(url, { agent }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (piece) => {
        text += piece
      })
      response.on('end', () => resolve({ status: response.statusCode, text, atMs: performance.now() }))
      response.on('error', reject)
    }).on('error', reject)
  })
}

/** What a blocking reload asks for after a playlist. */
function nextReload(text) {
  const first = Number(/MEDIA-SEQUENCE:(\d+)/.exec(text)?.[1])
  const tail = text.slice(Math.max(0, text.lastIndexOf('#EXTINF')))
  return `?_HLS_msn=${first + (text.match(/^#EXTINF/gm)?.length ?? 0)}&_HLS_part=${tail.match(/^#EXT-X-PART:/gm)?.length ?? 0}`
}

async function startNode(origin, token) {
  const folder = mkdtempSync(join(tmpdir(), 'ami-bench-'))
  const program = join(root, 'dist/host/main.js')
  const args = ['edge', '--json', '--data', folder, '--http-port', '0', '--https-port', 'off', '--origin', origin, '--token', token]
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'ignore'] })
  const line = await new Promise((resolve) => createInterface({ input: child.stdout }).once('line', resolve))
  const { url, id } = JSON.parse(line)
  return {
    url,
    id,
    async stop() {
      const gone = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      await gone
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

const share = (sorted, part) => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] * 10) / 10

/** Prints and returns how much later than a viewer of the origin other viewers had the same playlist, ms. */
export async function measureEdgeLive() {
  const viewers = Number(process.env.BENCH_VIEWERS ?? 50)
  const server = await startOurs()
  let node
  try {
    const call = async (method, path, body) =>
      (
        await fetch(`${server.http}/api/v1${path}`, {
          method,
          ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
        })
      ).json()
    await call('POST', '/live/demo', {})
    const { token } = await call('POST', '/network/join-tokens', { expiresInS: 600 })
    node = await startNode(server.http, token.split('.')[0])
    await sleep(8000)
    const multivariant = await fetchText(`${node.url}/live/demo/index.m3u8`)
    const path = `/live/demo/${multivariant.text.split('\n').find((line) => /^[^#].*\/v\d\/index\.m3u8/.test(line))}`
    const sentBefore = (await call('GET', '/network/nodes')).items[0].sentBytes
    const late = { node: [], origin: [], frames: [] }
    const end = performance.now() + windowSeconds * 1000
    let { text } = await fetchText(server.http + path)
    let failed = 0
    let different = 0
    while (performance.now() < end) {
      const asked = path + nextReload(text)
      const [first, ...others] = await Promise.all([
        fetchText(server.http + asked),
        fetchText(server.http + asked),
        ...Array.from({ length: viewers }, () => fetchText(node.url + asked)),
      ])
      const [again, ...atNode] = others
      late.origin.push(again.atMs - first.atMs)
      for (const each of atNode) {
        if (each.status !== 200) failed++
        else if (each.text !== first.text) different++
        late.node.push(each.atMs - first.atMs)
      }
      text = first.text
      // the part that comes next, asked for before it is there: its last byte is its last frame
      const hint = /#EXT-X-PRELOAD-HINT:TYPE=PART,URI="([^"]+)"/.exec(text)?.[1]
      if (hint === undefined) continue
      const part = path.slice(0, path.lastIndexOf('/') + 1) + hint
      const [atOrigin, ...parts] = await Promise.all([
        fetchText(server.http + part),
        ...Array.from({ length: 5 }, () => fetchText(node.url + part)),
      ])
      // at the end of a segment the part that was hinted at does not come
      if (atOrigin.status === 200) late.frames.push(...parts.filter((each) => each.status === 200).map((each) => each.atMs - atOrigin.atMs))
    }
    const sentBytes = (await call('GET', '/network/nodes')).items[0].sentBytes - sentBefore
    const result = { viewers, failed, different, sentKbps: Math.round((sentBytes * 8) / windowSeconds / 1000) }
    for (const [name, list] of Object.entries(late)) {
      list.sort((a, b) => a - b)
      result[name] = { answers: list.length, p50Ms: share(list, 0.5), p90Ms: share(list, 0.9), p99Ms: share(list, 0.99) }
    }
    print(
      `${viewers} viewers at a node, blocking reloads later than the origin's first viewer: p50 ${result.node.p50Ms}, p90 ${result.node.p90Ms}, p99 ${result.node.p99Ms} ms (aim: p50 at most 30)${result.node.p50Ms <= 30 ? '' : '   MISSED'}`,
    )
    print(
      `frames at the node later than at the origin: p50 ${result.frames.p50Ms}, p90 ${result.frames.p90Ms}, p99 ${result.frames.p99Ms} ms (aim: p50 at most 30)`,
    )
    print(`a second viewer at the origin: p50 ${result.origin.p50Ms}, p99 ${result.origin.p99Ms} ms`)
    print(`sent to the node: ${result.sentKbps} kbps; answers that failed: ${failed}, that differ from the origin's: ${different}`)
    return result
  } finally {
    await node?.stop()
    await server.stop()
    agent.destroy()
  }
}
