/** The servers that are compared: each starts on a free port and says where to publish. */
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** Flags that the launcher gives to Node; `BENCH_NODE_FLAGS` is in their place for trials. */
const nodeFlags = (process.env.BENCH_NODE_FLAGS ?? '--max-semi-space-size=4').split(' ').filter(Boolean)

export const root = fileURLToPath(new URL('..', import.meta.url))

export function freePort() {
  return new Promise((resolve) => {
    const server = createServer()
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}

async function untilListening(port, child, timeoutMs = 15_000) {
  const end = performance.now() + timeoutMs
  while (performance.now() < end) {
    if (child.exitCode !== null) throw new Error(`server ended with code ${child.exitCode}`)
    const open = await new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy()
        resolve(true)
      }).on('error', () => resolve(false))
    })
    if (open) return
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  throw new Error(`nothing listens on port ${port}`)
}

function stopper(child, folder) {
  return async () => {
    const gone = child.exitCode !== null || child.signalCode !== null ? undefined : new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), 4000)
    await gone
    clearTimeout(timer)
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The command that runs on one processor alone. */
export const pinned = (core, command, args) => (core === undefined ? [command, args] : ['taskset', ['-c', String(core), command, ...args]])

/** Our host, built in the checkout `checkout`. `core` pins it to one processor. */
export async function startOurs({ args = [], core, checkout = root } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'ami-bench-'))
  const from = performance.now()
  const [command, all] = pinned(core, process.execPath, [
    ...nodeFlags,
    join(checkout, 'dist/host/main.js'),
    'host',
    '--json',
    '--data',
    folder,
    ...['http', 'https', 'rtmp', 'rtmps', 'srt'].flatMap((endpoint) => [`--${endpoint}-port`, '0']),
    ...args,
  ])
  const child = spawn(command, all, {
    stdio: ['ignore', 'pipe', process.env.DEBUG ? 'inherit' : 'ignore'],
    // As the launcher does.
    env: { MALLOC_ARENA_MAX: '2', ...process.env },
  })
  const line = await new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', resolve)
    child.once('exit', (code) => reject(new Error(`our host ended with code ${code}`)))
  })
  const startMs = performance.now() - from
  const { httpPort, rtmpPort, srtPort, signInUrl, error } = JSON.parse(line)
  if (error) throw new Error(error.message)
  const http = `http://127.0.0.1:${httpPort}`
  return {
    pid: child.pid,
    startMs,
    http,
    signInUrl,
    rtmpPort,
    srtPort,
    playUrl: (name) => `rtmp://127.0.0.1:${rtmpPort}/live/${name}`,
    async publishUrl(name) {
      const reply = await fetch(`${http}/api/v1/live/keys`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ stream: name }),
      })
      const made = await reply.json()
      if (reply.status !== 201) throw new Error(`no key: ${JSON.stringify(made)}`)
      return `rtmp://127.0.0.1:${rtmpPort}/live/${made.secret}`
    },
    stop: stopper(child, folder),
  }
}

/** nginx with its RTMP module; `output` is what it makes of each stream: `none`, `hls` or `hls+dash`; `filesUrl` is where it serves HLS over HTTP. */
export async function startNginx({ output }) {
  const module = ['/usr/lib/nginx/modules/ngx_rtmp_module.so', '/usr/share/nginx/modules/ngx_rtmp_module.so'].find((path) =>
    existsSync(path),
  )
  if (!module) return undefined
  const folder = mkdtempSync(join(tmpdir(), 'ami-bench-'))
  const [port, files] = [await freePort(), await freePort()]
  for (const name of ['hls', 'dash', 'tmp']) mkdirSync(join(folder, name))
  const hls = output === 'none' ? '' : `hls on; hls_path ${folder}/hls; hls_fragment 2s; hls_playlist_length 30s;`
  const dash = output === 'hls+dash' ? `dash on; dash_path ${folder}/dash; dash_fragment 2s; dash_playlist_length 30s;` : ''
  writeFileSync(
    join(folder, 'nginx.conf'),
    `daemon off; master_process on; worker_processes 1; user root; pid ${folder}/pid; error_log ${folder}/error.log error;
load_module ${module};
worker_rlimit_nofile 60000;
events { worker_connections 20000; }
rtmp { server { listen 127.0.0.1:${port}; chunk_size 4096; application live { live on; ${hls} ${dash} } } }
http { access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000; open_file_cache off; client_body_temp_path ${folder}/tmp; server { listen 127.0.0.1:${files} backlog=4096; root ${folder}; } }
`,
  )
  const child = spawn('nginx', ['-p', folder, '-c', join(folder, 'nginx.conf')], { stdio: 'ignore' })
  await untilListening(port, child)
  const url = (name) => `rtmp://127.0.0.1:${port}/live/${name}`
  const filesUrl = (name) => `http://127.0.0.1:${files}/hls/${name}.m3u8`
  return { pid: child.pid, publishUrl: async (name) => url(name), playUrl: url, filesUrl, stop: stopper(child, folder) }
}

/** node-media-server, ingest only: version 4 makes no HLS or DASH. */
export async function startNodeMediaServer() {
  const folder = mkdtempSync(join(tmpdir(), 'ami-bench-'))
  const [port, http] = [await freePort(), await freePort()]
  const program = `
    const NodeMediaServer = require(${JSON.stringify(join(root, 'node_modules/node-media-server'))})
    new NodeMediaServer({ bind: '127.0.0.1', rtmp: { port: ${port} }, http: { port: ${http} }, logger: { level: 'error' } }).run()`
  // It keeps a store in its working folder.
  const child = spawn(process.execPath, ['-e', program], { cwd: folder, stdio: 'ignore' })
  await untilListening(port, child)
  return { pid: child.pid, publishUrl: async (name) => `rtmp://127.0.0.1:${port}/live/${name}`, stop: stopper(child, folder) }
}
