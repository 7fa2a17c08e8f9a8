/** Ways to see a display in Chromium: our page, noVNC on the same X server, and a page that draws by itself as the least there can be. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { WebSocketServer } from 'ws'
import { root } from './servers.mjs'

/** Fetched where the bench runs: the product does not use it. */
const fetched = '@novnc/novnc@1.7.0'
const folder = join(root, 'artifacts', 'bench', 'desktop')
const core = join(folder, 'node_modules/@novnc/novnc')

export const size = { width: 1280, height: 720 }

/** Asks a host of this machine about desktops; throws what it answers where that is no success. */
export const desktopApi = (host) => async (method, path, body) => {
  const reply = await fetch(`${host.http}/api/v1/desktop${path}`, {
    method,
    ...(body ? { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) } : {}),
  })
  const answer = await reply.text()
  if (!reply.ok) throw new Error(`${path}: ${answer}`)
  return answer === '' ? undefined : JSON.parse(answer)
}

const page = (script) => `<!doctype html><style>html,body{margin:0;background:#000;overflow:hidden}</style>
<body><div id="box" style="width:${size.width}px;height:${size.height}px"></div><script type="module">${script}</script>`

const novnc = `
const { default: RFB } = await import('/novnc/core/rfb.js')
const rfb = new RFB(document.getElementById('box'), 'ws://' + location.host + '/rfb')
rfb.addEventListener('connect', () => { rfb.focus(); document.title = 'ready' })`

const echo = `
const canvas = Object.assign(document.createElement('canvas'), { width: ${size.width}, height: ${size.height} })
document.getElementById('box').append(canvas)
const context = canvas.getContext('2d', { alpha: false })
let count = 0
addEventListener('keydown', () => {
  context.fillStyle = ++count % 2 ? '#fff' : '#000'
  context.fillRect(${size.width / 2 - 40}, ${size.height / 2 - 20}, 80, 40)
})
document.title = 'ready'`

/** Serves the pages of noVNC, connected to the X server's socket `rfb`, and of the local echo. `/novnc` and `/echo` below `http`; with `port` on every IP address. */
export async function servePages(rfb, port) {
  if (!existsSync(core)) {
    mkdirSync(folder, { recursive: true })
    execFileSync('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--prefix', folder, fetched], { stdio: 'ignore' })
  }
  const server = createServer(({ url }, response) => {
    const file = url.startsWith('/novnc/') && !url.includes('..') ? join(core, url.slice(7)) : undefined
    if (file !== undefined && existsSync(file)) response.setHeader('content-type', 'text/javascript').end(readFileSync(file))
    else response.setHeader('content-type', 'text/html').end(page(url === '/echo' ? echo : novnc))
  })
  const sockets = new WebSocketServer({ server, perMessageDeflate: false })
  sockets.on('connection', (socket, { socket: raw }) => {
    raw.setNoDelay(true)
    const vnc = connect(rfb)
    vnc.on('data', (data) => socket.send(data))
    vnc.on('error', () => socket.close())
    vnc.on('close', () => socket.close())
    socket.on('message', (data) => vnc.write(data))
    socket.on('close', () => vnc.destroy())
  })
  await new Promise((resolve) => server.listen(port ?? 0, port === undefined ? '127.0.0.1' : '0.0.0.0', resolve))
  return {
    http: `http://127.0.0.1:${server.address().port}`,
    stop() {
      for (const client of sockets.clients) client.terminate()
      server.close()
    },
  }
}
