/** A node's cache beside a bare cache of the same nginx: requests for each second of nginx's processor time, and how long purges take. */
import { spawn, spawnSync } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, createServer, get } from 'node:http'
import { connect } from 'node:net'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { measureTree } from './process-tree.mjs'
import { freePort, root, startOurs } from './servers.mjs'

const connections = 16
const pipelined = 8
const secret = 'a-secret-for-the-bench'
/** A function that passes a request on with another header, and one that answers by itself. */
const functionFiles = {
  passes: `export default { async fetch(request) { const answer = await fetch(request); answer.headers.set('x-edge', '1'); return answer } }`,
  answers: `export default { fetch: () => new Response('x'.repeat(1024), { headers: { 'x-edge': '1' } }) }`,
}
const functionRequests = 2000
const deployments = 10
/** More than a node keeps ready. */
const manyFunctions = 40
const sizes = { '1 KiB': 1024, '1 MiB': 2 ** 20 }
const purged = Number(process.env.BENCH_OBJECTS ?? 20_000)
const perTag = 1000
const rounds = Number(process.env.BENCH_ROUNDS ?? 41)

/** An IP address of this machine that is not its loopback, whose requests are not limited; undefined without one. */
const ownAddress = Object.values(networkInterfaces())
  .flat()
  .find(({ family, internal }) => family === 'IPv4' && !internal)?.address
/** Limits that nobody reaches: what counting costs is measured. */
const rate = { perMinute: 10_000_000, burst: 1_000_000 }
const limits = { enabled: true, anonymous: rate, signedIn: rate, live: rate }

/** Answers `/s/BYTES` and `/o/NUMBER`, the latter with a tag for each thousand. */
export async function startOrigin() {
  let asked = 0
  const server = createServer(({ url = '' }, response) => {
    asked++
    const [, kind, number] = url
      .replace('/signed', '')
      .replace(/^\/f\/\w+/, '/s')
      .split('/')
    const bytes = kind === 's' ? Number.parseInt(number, 10) : 512
    const tags = kind === 'o' ? { 'cache-tag': `t${Math.floor(Number(number) / perTag)}` } : {}
    response.writeHead(200, { 'content-length': bytes, 'cache-control': 'max-age=86400', 'content-type': 'video/mp4', ...tags })
    response.end(Buffer.alloc(bytes, 'x'))
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { port: server.address().port, asked: () => asked, stop: () => server.close() }
}

/** The least that caches: what the node's configuration is compared with. */
export async function startBare(folder, originPort, size = '1g') {
  const port = await freePort()
  const file = join(folder, 'bare.conf')
  writeFileSync(
    file,
    `daemon off; worker_processes 2; pid ${folder}/bare.pid; error_log stderr error; ${process.getuid() === 0 ? 'user www-data;' : ''}
events { worker_connections 20000; }
http {
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/bare-${name};`).join(' ')}
  proxy_cache_path ${folder}/bare levels=1:2 keys_zone=bare:32m inactive=1d max_size=${size} use_temp_path=off;
  server {
    listen ${port} backlog=4096;
    location / { proxy_pass http://127.0.0.1:${originPort}; proxy_cache bare; proxy_cache_key $request_uri; proxy_cache_valid 200 1d; }
  }
}`,
  )
  const child = spawn('/usr/sbin/nginx', ['-p', folder, '-c', file, '-e', 'stderr'], { stdio: 'ignore' })
  await sleep(500)
  return { port, pid: child.pid, stop: () => child.kill('SIGTERM') }
}

/** @param kept folder of another node's cache that it starts with */
export async function startNode(parent, name, host, originPort, limited, { size = '2G', kept } = {}) {
  const folder = join(parent, name)
  mkdirSync(folder)
  chmodSync(folder, 0o755)
  if (kept !== undefined) spawnSync('cp', ['-a', kept, join(folder, 'cache')])
  const reply = await fetch(`${host.http}/api/v1/network/join-tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  })
  const { token } = await reply.json()
  const plain = { name: 'bench', hosts: ['bench.example'], origins: [{ url: `http://127.0.0.1:${originPort}` }] }
  const file = join(folder, 'edge.json')
  writeFileSync(
    file,
    JSON.stringify({
      sites: [{ ...plain, rules: [{ path: '/s/signed/', signed: true }] }],
      signingKeys: [{ id: 'k', secret }],
      limits: { ...limits, enabled: limited },
    }),
  )
  const args = [
    'edge',
    '--json',
    '--data',
    join(folder, 'data'),
    '--bind',
    '0.0.0.0',
    '--http-port',
    '0',
    '--https-port',
    'off',
    '--origin',
    host.http,
    '--token',
    token,
  ]
  const more = ['--cache', join(folder, 'cache'), '--cache-size', size, '--config', file, '--per-address-connections', '10000']
  const child = spawn(process.execPath, [join(root, 'dist/host/main.js'), ...args, ...more], { stdio: ['ignore', 'pipe', 'inherit'] })
  const line = await new Promise((resolve) => createInterface({ input: child.stdout }).once('line', resolve))
  const { httpPort, error } = JSON.parse(line)
  if (error) throw new Error(error.message)
  return {
    port: httpPort,
    cache: join(folder, 'cache'),
    pid: Number(readFileSync(join(folder, 'data/node/nginx/nginx.pid'), 'utf8')),
    stop: () => new Promise((resolve) => child.once('exit', resolve) && child.kill('SIGTERM')),
  }
}

/** Requests over `over` connections that stay open, `atOnce` of each on their way. Resolves when all are answered. */
export function load(port, paths, count, address = '127.0.0.1', { over = connections, atOnce = pipelined } = {}) {
  const shares = Array.from({ length: over }, (_, index) => Math.floor(count / over) + (index < count % over ? 1 : 0))
  let next = 0
  const one = (share) =>
    new Promise((resolve, reject) => {
      let sent = 0
      let answered = 0
      let head = ''
      let left = 0
      const send = () => {
        let text = ''
        for (; sent < share && sent - answered < atOnce; sent++) {
          text += `GET ${paths[next++ % paths.length]} HTTP/1.1\r\nHost: bench.example\r\n\r\n`
        }
        if (text !== '') socket.write(text)
      }
      const socket = connect(port, address, send)
      socket.on('error', reject)
      socket.on('data', (chunk) => {
        for (let at = 0; at < chunk.length; ) {
          if (left > 0) {
            const taken = Math.min(left, chunk.length - at)
            left -= taken
            at += taken
          } else {
            head += chunk.toString('latin1', at)
            const end = head.indexOf('\r\n\r\n')
            if (end < 0) return
            const bodyAt = chunk.length - (head.length - end - 4)
            if (!head.startsWith('HTTP/1.1 200')) return reject(new Error(head.slice(0, 200)))
            left = Number(/content-length: (\d+)/i.exec(head)[1])
            head = ''
            at = bodyAt
          }
          if (left === 0) {
            answered++
            if (answered === share) return socket.end(resolve)
            send()
          }
        }
      })
    })
  return Promise.all(shares.filter((share) => share > 0).map(one))
}

export const middle = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]
export const share = (values, part) => values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))]

/**
 * What functions cost: the first request after a deployment, in a node that has just started and in one that has answered many; further ones one after
 * the other; and the first of functions that are not kept ready, as there are too many.
 */
async function measureFunctions({ host, unlimited: node, print }) {
  const put = async (name, text) => {
    const reply = await fetch(`${host.http}/api/v1/network/functions/${name}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ main: 'main.js', files: { 'main.js': text }, routes: [`bench.example/f/${name}/*`] }),
    })
    const { nodes } = await reply.json()
    if (!nodes?.every(({ state }) => state === 'done')) throw new Error(JSON.stringify(nodes))
    // nginx may have other workers now: connections are opened before the time is measured
    agent.destroy()
    await timeOf(node.port, '/s/1024')
  }
  const results = {}
  const shown = (values) => {
    const figures = { p50: share(values, 0.5), p99: share(values, 0.99), most: Math.max(...values) }
    return { figures, text: `p50 ${figures.p50.toFixed(2)}, p99 ${figures.p99.toFixed(2)}, most ${figures.most.toFixed(2)}` }
  }
  let version = 0
  const deployed = async (name) => {
    const times = []
    for (let count = 0; count < deployments; count++) {
      await put(name, `${functionFiles[name]} // ${++version}`)
      times.push(await timeOf(node.port, `/f/${name}/1024`))
    }
    return times
  }
  const kinds = Object.keys(functionFiles)
  const note = (name, way, times) => {
    const { figures, text } = shown(times)
    results[name] = { ...results[name], [way]: figures }
    print(`function that ${name}, ms until the answer, ${way}: ${text}`)
  }
  for (const name of kinds) note(name, 'after a deployment, node just started', await deployed(name))
  for (const name of kinds) {
    const warm = []
    for (let number = 0; number < functionRequests; number++) warm.push(await timeOf(node.port, `/f/${name}/1024`))
    note(name, 'warm', warm)
  }
  for (const name of kinds) note(name, 'after a deployment', await deployed(name))
  for (const name of kinds) {
    await fetch(`${host.http}/api/v1/network/functions/${name}`, { method: 'DELETE' })
    const names = Array.from({ length: manyFunctions }, (_, number) => `many${number}`)
    for (const each of names) await put(each, `${functionFiles[name]} // ${each}`)
    for (const [way, pauseMs] of Object.entries({ 'not kept ready, 50 ms between requests': 50, 'not kept ready, at once': 0 })) {
      const times = []
      for (const each of [...names, ...names]) {
        await sleep(pauseMs)
        times.push(await timeOf(node.port, `/f/${each}/1024`))
      }
      note(name, way, times.slice(names.length))
    }
    for (const each of names) await fetch(`${host.http}/api/v1/network/functions/${each}`, { method: 'DELETE' })
  }
  agent.destroy()
  const without = []
  for (let number = 0; number < functionRequests; number++) without.push(await timeOf(node.port, '/s/1024'))
  const { figures, text } = shown(without)
  results.without = figures
  print(`the same without a function: ${text}`)
  return results
}

const agent = new Agent({ keepAlive: true, maxSockets: 1 })

/** ms until the whole answer to one request over a connection that is open. One that nginx closes for a reload is opened again, as clients do. */
function timeOf(port, path) {
  return new Promise((resolve, reject) => {
    const from = performance.now()
    const asked = get({ host: '127.0.0.1', port, path, agent, headers: { host: 'bench.example' } }, (answer) => {
      if (answer.statusCode !== 200) reject(new Error(`${path}: ${answer.statusCode}`))
      if (path.startsWith('/f/') !== (answer.headers['x-edge'] === '1')) reject(new Error(`${path} was not answered by its function`))
      answer.on('end', () => resolve(performance.now() - from)).resume()
    })
    asked.on('error', (error) => {
      if (asked.reusedSocket && error.code === 'ECONNRESET') timeOf(port, path).then(resolve, reject)
      else reject(error)
    })
  })
}

const expires = Math.floor(Date.now() / 1000) + 3600
const sign = (path) =>
  `${path}?key=k&expires=${expires}&signature=${createHmac('sha256', secret).update(`${path}\n${expires}\n`).digest('base64url')}`

/**
 * CPU us of nginx for a request in each way, and the part of it that the first way needs. What else the machine does changes from second to
 * second: rounds are short, each has all ways one after the other, in both directions, and ways are compared within a round alone.
 */
async function measureWays(ways, count) {
  const times = Object.fromEntries(Object.keys(ways).map((way) => [way, []]))
  for (let round = 0; round < rounds; round++) {
    const inTurn = Object.entries(ways)
    for (const [way, [server, paths, address]] of round % 2 === 0 ? inTurn : inTurn.toReversed()) {
      await load(server.port, paths, Math.ceil(count / 50), address)
      const before = measureTree(server.pid).cpuSeconds
      await load(server.port, paths, count, address)
      times[way].push(((measureTree(server.pid).cpuSeconds - before) / count) * 1e6)
    }
  }
  const [first] = Object.values(times)
  return Object.fromEntries(
    Object.entries(times).map(([way, values]) => {
      const ofRounds = values.map((value, round) => first[round] / value)
      return [
        way,
        { us: share(values, 0.5), part: share(ofRounds, 0.5), quarter: share(ofRounds, 0.25), threeQuarters: share(ofRounds, 0.75) },
      ]
    }),
  )
}

/** Processor time of nginx for a request, at nodes and at a bare cache. */
async function measureRequests({ bare, node, unlimited, print }) {
  const results = {}
  for (const [name, bytes] of Object.entries(sizes)) {
    const isSmall = bytes < 100_000
    const count = isSmall ? 4000 : 80
    const plain = [`/s/${bytes}`]
    const ways = {
      bare: [bare, plain],
      ...(ownAddress === undefined ? {} : { node: [node, plain, ownAddress] }),
      exempt: [node, plain],
      unlimited: [unlimited, plain, ownAddress],
      ...(isSmall ? { signed: [node, [sign('/s/signed/1024')], ownAddress] } : {}),
    }
    results[name] = await measureWays(ways, count)
    const shown = Object.entries(results[name]).map(
      ([way, { us, part, quarter, threeQuarters }]) =>
        `${way} ${us.toFixed(2)} (${part.toFixed(3)}, half of the rounds ${quarter.toFixed(2)} to ${threeQuarters.toFixed(2)})`,
    )
    print(`${name}, CPU us of nginx for a request (part of what bare needs; aim 0.9, signed 0.45): ${shown.join(', ')}`)
  }
  return results
}

/** How long purges take until the node has acknowledged them. */
async function measurePurges({ host, node, print }) {
  await load(
    node.port,
    Array.from({ length: purged }, (_, number) => `/o/${number}`),
    purged,
  )
  await sleep(3000)
  const purge = async (body) => {
    const from = performance.now()
    const reply = await fetch(`${host.http}/api/v1/cdn/cache/purge`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    const { objects, nodes } = await reply.json()
    if (nodes?.[0]?.state !== 'done') throw new Error(JSON.stringify(nodes))
    return { ms: performance.now() - from, objects }
  }
  const kinds = {
    URL: Array.from({ length: 100 }, (_, number) => ({ urls: [`https://bench.example/o/${number * 7}`] })),
    [`tag of ${perTag}`]: Array.from({ length: 10 }, (_, number) => ({ tags: [`t${number}`] })),
  }
  const results = {}
  for (const [name, bodies] of Object.entries(kinds)) {
    const times = []
    let objects = 0
    for (const body of bodies) {
      const one = await purge(body)
      times.push(one.ms)
      objects += one.objects
    }
    results[name] = { p50: share(times, 0.5), p99: share(times, 0.99), objects }
    print(
      `purge by ${name}, ${purged} objects kept, until acknowledged: p50 ${share(times, 0.5).toFixed(1)} ms, p99 ${share(times, 0.99).toFixed(1)} ms (${objects} objects)`,
    )
  }
  return results
}

const parts = {
  requests: measureRequests,
  functions: async (opened) => ({ functions: await measureFunctions(opened) }),
  purges: measurePurges,
}

/** All of it, or what `BENCH_PARTS` names of `requests`, `functions` and `purges`. */
export async function measureEdge(print) {
  if (!existsSync('/usr/sbin/nginx')) throw new Error('nginx is not installed')
  const wanted = (process.env.BENCH_PARTS ?? Object.keys(parts).join(',')).split(',')
  const folder = mkdtempSync(join(tmpdir(), 'bench-edge-'))
  chmodSync(folder, 0o755)
  const open = []
  const opened = async (starting) => {
    const server = await starting
    open.unshift(server)
    return server
  }
  try {
    const origin = await opened(startOrigin())
    const host = await opened(startOurs())
    const hasRequests = wanted.includes('requests')
    const bare = hasRequests ? await opened(startBare(folder, origin.port)) : undefined
    const node = hasRequests || wanted.includes('purges') ? await opened(startNode(folder, 'node', host, origin.port, true)) : undefined
    const unlimited = await opened(startNode(folder, 'unlimited', host, origin.port, false))
    const results = {}
    for (const part of wanted) Object.assign(results, await parts[part]({ bare, node, unlimited, host, print }))
    return results
  } finally {
    agent.destroy()
    for (const each of open) await each.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}
