import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface, type Interface } from 'node:readline'
import { removeFolder } from './private-folder.ts'

/** One direction of the line. What is left out does not happen. */
export interface BadLine {
  /** Share of the packets that are lost, 0 to 1. */
  readonly loss?: number
  /** Each way. */
  readonly delayMs?: number
  readonly kbps?: number
  /** ms of data that may wait at `kbps`; what exceeds it is lost. 200 when left out. */
  readonly queueMs?: number
  /** Both directions when left out; `down` is from the host to who connects. */
  readonly way?: 'up' | 'down'
}

/** What connects to it goes over the bad line, to whoever listens in the namespace on any IP address. */
export const badNetworkIp = '10.9.0.2'

export interface BadNetwork {
  /** Words before a command line that is to run in the namespace. */
  readonly within: readonly string[]
  /** A program that runs `executable` in the namespace, for who starts programs by one path alone. */
  wrapped(executable: string): string
  /** Changes the line. Answers how many packets passed and were dropped so far. */
  shape(line: BadLine): Promise<{ readonly passed: number; readonly dropped: number }>
  stop(): Promise<void>
}

/** Why there can be no bad network on this machine; undefined where there can. */
export function badNetworkMissing(): string | undefined {
  if (process.getuid?.() !== 0) return 'a network namespace with a TUN device needs root'
  if (!existsSync('/dev/net/tun')) return 'this machine has no TUN devices (/dev/net/tun)'
  return ['/usr/bin/python3', '/usr/bin/nsenter', '/usr/bin/unshare'].every((path) => existsSync(path))
    ? undefined
    : 'python3 and util-linux are needed'
}

/**
 * A network namespace in which TCP and UDP to `badNetworkIp` lose packets and come late: a TUN device and a program in user space, since
 * many machines have no netem. `ports` are those that the listening side has.
 */
export async function startBadNetwork(ports: readonly number[]): Promise<BadNetwork> {
  const folder = mkdtempSync(join(tmpdir(), 'ami-bad-network-'))
  const child: ChildProcess = spawn(
    'unshare',
    ['--net', '/usr/bin/python3', join(import.meta.dirname, 'bad-network.py'), ...ports.map(String)],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  )
  child.stdin?.on('error', () => undefined)
  const said: Interface = createInterface({ input: child.stdout! })
  const lines = said[Symbol.asyncIterator]()
  const next = async (): Promise<string> => {
    const { value, done } = await lines.next()
    if (done === true) throw new Error('the bad network ended')
    return value
  }
  await next()
  const within = ['nsenter', `--net=/proc/${child.pid}/ns/net`]
  return {
    within,
    wrapped(executable) {
      const file = join(folder, 'wrapped')
      writeFileSync(file, `#!/bin/sh\nexec ${within.join(' ')} ${executable} "$@"\n`)
      chmodSync(file, 0o755)
      return file
    },
    async shape(line) {
      child.stdin?.write(`${JSON.stringify(line)}\n`)
      return JSON.parse(await next())
    },
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        const ended = new Promise((resolve) => child.once('exit', resolve))
        child.stdin?.end()
        await ended
      }
      removeFolder(folder)
    },
  }
}
