import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { root } from './paths.ts'
import { removeFolder } from './private-folder.ts'

/** A server that a stream can be sent on to. */
export interface RelayTarget {
  /** e.g. `rtmp://127.0.0.1:41235/live` */
  readonly url: string
  readonly port: number
  /** The same port again after `stop`, where the server is to return. */
  stop(signal?: NodeJS.Signals): Promise<void>
}

/** A port that is free now. */
export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer()
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}

async function untilOpen(port: number, child: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 1200; attempt++) {
    if (child.exitCode !== null) throw new Error(`the server ended with code ${child.exitCode}`)
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy()
        resolve(true)
      }).on('error', () => resolve(false))
    })
    if (open) return
    await sleep(50)
  }
  throw new Error(`nothing listens on port ${port}`)
}

function stopper(child: ChildProcess, folder: string): RelayTarget['stop'] {
  return async (signal = 'SIGTERM') => {
    if (child.exitCode === null && child.signalCode === null) {
      const gone = new Promise((resolve) => child.once('exit', resolve))
      child.kill(signal)
      const timer = setTimeout(() => child.kill('SIGKILL'), 4000)
      await gone
      clearTimeout(timer)
    }
    removeFolder(folder)
  }
}

const nginxModule = '/usr/lib/nginx/modules/ngx_rtmp_module.so'

/** True where Debian's nginx has its RTMP module. */
export const hasNginxRtmp = existsSync(nginxModule)

/** Debian's nginx with its RTMP module. */
export async function startNginxRtmp(port?: number): Promise<RelayTarget> {
  const folder = mkdtempSync(join(tmpdir(), 'ami-nginx-'))
  const listen = port ?? (await freePort())
  writeFileSync(
    join(folder, 'nginx.conf'),
    `daemon off; master_process off; user root; pid ${folder}/pid; error_log ${folder}/error.log error;
load_module ${nginxModule};
events { worker_connections 256; }
rtmp { server { listen 127.0.0.1:${listen}; application live { live on; } } }
`,
  )
  const child = spawn('nginx', ['-p', folder, '-c', join(folder, 'nginx.conf')], { stdio: 'ignore' })
  await untilOpen(listen, child)
  return { url: `rtmp://127.0.0.1:${listen}/live`, port: listen, stop: stopper(child, folder) }
}

/** node-media-server. */
export async function startNodeMediaServer(): Promise<RelayTarget> {
  const folder = mkdtempSync(join(tmpdir(), 'ami-nms-'))
  const [port, http] = [await freePort(), await freePort()]
  const program = `
    const NodeMediaServer = require(${JSON.stringify(join(root, 'node_modules/node-media-server'))})
    new NodeMediaServer({ bind: '127.0.0.1', rtmp: { port: ${port} }, http: { port: ${http} }, logger: { level: 'error' } }).run()`
  // It keeps a store in its working folder.
  const child = spawn(process.execPath, ['-e', program], { cwd: folder, stdio: 'ignore' })
  await untilOpen(port, child)
  return { url: `rtmp://127.0.0.1:${port}/live`, port, stop: stopper(child, folder) }
}

/** A TCP server that does with each connection what the test says. */
export async function startTcp(onSocket: (socket: Socket) => void): Promise<RelayTarget> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => sockets.delete(socket))
    onSocket(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  return {
    url: `rtmp://127.0.0.1:${port}/live`,
    port,
    async stop() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** A way to a server of this machine that can fail as a network does. */
export interface BrokenNetwork extends RelayTarget {
  /** Ends all connections and lets no new one through. */
  cut(): void
  repair(): void
}

/** Relays connections to a port of this machine until it is cut. */
export async function networkTo(port: number): Promise<BrokenNetwork> {
  const clients = new Set<Socket>()
  let isCut = false
  const relay = await startTcp((client) => {
    if (isCut) return void client.destroy()
    const server = connect(port, '127.0.0.1')
    clients.add(client)
    client.on('close', () => {
      clients.delete(client)
      server.destroy()
    })
    server.on('error', () => server.destroy())
    server.on('close', () => client.destroy())
    client.pipe(server)
    server.pipe(client)
  })
  return {
    ...relay,
    cut() {
      isCut = true
      for (const client of clients) client.destroy()
    },
    repair() {
      isCut = false
    },
  }
}
