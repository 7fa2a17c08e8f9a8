import { type ChildProcess, spawn } from 'node:child_process'
import { appendFileSync, mkdirSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { artifacts, root } from './paths.ts'
import { makeFolder, removeFolder } from './private-folder.ts'

export interface RunningNode {
  readonly id: string
  /** Of the process that answers, which is not `process` below a supervisor. */
  readonly pid: number
  /** e.g. `http://127.0.0.1:41234` */
  readonly http: string
  /** Null without an HTTPS port. */
  readonly https: string | null
  readonly dataDir: string
  readonly process: ChildProcess
  readonly log: readonly string[]
  kill(signal?: NodeJS.Signals): Promise<void>
  stop(): Promise<void>
}

export interface NodeOptions {
  readonly origin?: string
  readonly token?: string
  readonly dataDir?: string
  readonly httpPort?: number
  /** None where left out. */
  readonly httpsPort?: number
  readonly env?: Readonly<Record<string, string>>
  readonly name?: string
  readonly args?: readonly string[]
  /** Starts it as users do, below the supervisor, which has it back when it dies. */
  readonly supervised?: boolean
  /** Program that starts the node, e.g. `ip netns exec NAME`. */
  readonly within?: readonly string[]
}

interface ReadyNode {
  readonly id: string
  readonly url: string
  readonly httpsUrl: string | null
  readonly pid: number
}

/** Starts a node as its own process. Rejects with what it printed where it ends instead. */
export async function startNode({
  origin,
  token,
  dataDir,
  httpPort = 0,
  httpsPort,
  env = {},
  name = 'node',
  supervised = false,
  args = [],
  within = [],
}: NodeOptions): Promise<RunningNode> {
  const folder = dataDir ?? makeFolder('ami-node-')
  mkdirSync(artifacts, { recursive: true })
  const [program = process.execPath, ...before] = [...within, process.execPath]
  const child = spawn(
    program,
    [
      ...before,
      ...[
        join(root, supervised ? 'bin/streams.mjs' : 'dist/host/main.js'),
        'edge',
        '--json',
        '--data',
        folder,
        '--http-port',
        String(httpPort),
        '--https-port',
        String(httpsPort ?? 'off'),
      ],
      ...(origin === undefined ? [] : ['--origin', origin]),
      ...(token === undefined ? [] : ['--token', token]),
      ...['--name', name, ...args],
    ],
    { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  const log: string[] = []
  createInterface({ input: child.stderr! }).on('line', (line) => {
    log.push(line)
    appendFileSync(join(artifacts, `${name}.log`), `${line}\n`)
  })
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const ready = await new Promise<ReadyNode>((resolve, reject) => {
    createInterface({ input: child.stdout! }).on('line', (line) => {
      const read = JSON.parse(line) as Partial<ReadyNode> & { error?: { code: string } }
      if (read.url !== undefined) resolve(read as ReadyNode)
      else reject(new Error(read.error?.code ?? line))
    })
    void exited.then(() => reject(new Error(`the node ended\n${log.slice(-10).join('\n')}`)))
  })
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    child.kill(signal)
    await exited
  }
  return {
    ...{ id: ready.id, pid: ready.pid, http: ready.url, https: ready.httpsUrl, dataDir: folder, process: child, log },
    kill: (signal = 'SIGKILL') => end(signal),
    async stop() {
      await end('SIGTERM')
      if (dataDir === undefined) removeFolder(folder)
    },
  }
}

/** A TCP proxy whose connections can be cut, and which counts what goes to who connects. */
export type CuttableProxy = Awaited<ReturnType<typeof startProxy>>

/** Starts one before a port of this machine. */
export async function startProxy(targetPort: number) {
  const sockets = new Set<Socket>()
  let isCut = false
  let isQuiet = false
  const pairs = new Set<{ readonly client: Socket; readonly target: Socket }>()
  let bytes = 0
  const server = createServer((client) => {
    if (isCut) {
      client.destroy()
      return
    }
    const target = connect(targetPort, '127.0.0.1')
    for (const socket of [client, target]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        sockets.delete(socket)
        client.destroy()
        target.destroy()
      })
    }
    target.on('data', (chunk) => {
      bytes += chunk.length
    })
    const pair = { client, target }
    pairs.add(pair)
    client.on('close', () => pairs.delete(pair))
    if (isQuiet) target.pause()
    else pass(pair)
  })
  function pass({ client, target }: { readonly client: Socket; readonly target: Socket }): void {
    client.pipe(target)
    target.pipe(client)
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    bytes: () => bytes,
    /** Breaks every connection; others are rejected until `join`. */
    cut() {
      isCut = true
      for (const socket of sockets) socket.destroy()
    },
    /** Connections stay, and nothing comes through them until `join`. */
    quiet() {
      isQuiet = true
      for (const { client, target } of pairs) {
        client.unpipe(target).pause()
        target.unpipe(client).pause()
      }
    },
    join() {
      isCut = false
      if (isQuiet) for (const pair of pairs) pass(pair)
      isQuiet = false
    },
    stop() {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}
