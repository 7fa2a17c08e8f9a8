import { type ChildProcess, spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { removeFolder } from './private-folder.ts'

export const coturnProgram = ['/usr/bin/turnserver', '/usr/local/bin/turnserver'].find((path) => existsSync(path))

export interface RunningTurn {
  readonly port: number
  stop(): Promise<void>
}

/** Starts coturn on loopback as docs/webrtc.md configures it: logins made of a shared secret. */
export async function startCoturn(secret: string): Promise<RunningTurn> {
  const folder = mkdtempSync(join(tmpdir(), 'ami-turn-'))
  const port = await freePort()
  writeFileSync(
    join(folder, 'turnserver.conf'),
    [
      'listening-ip=127.0.0.1',
      'relay-ip=127.0.0.1',
      `listening-port=${port}`,
      'realm=ami-streams',
      'use-auth-secret',
      `static-auth-secret=${secret}`,
      'fingerprint',
      'no-tls',
      'no-dtls',
      'no-cli',
      'no-multicast-peers',
      // This machine is both ends of the path here; a real server must not have the next line.
      'allow-loopback-peers',
      `pidfile=${join(folder, 'pid')}`,
      `userdb=${join(folder, 'db')}`,
      'log-file=stdout',
    ].join('\n'),
  )
  const child: ChildProcess = spawn(coturnProgram ?? 'turnserver', ['-c', join(folder, 'turnserver.conf')], { stdio: 'ignore' })
  await untilAnswers(port)
  return {
    port,
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        const ended = new Promise((resolve) => child.once('exit', resolve))
        child.kill('SIGKILL')
        await ended
      }
      removeFolder(folder)
    },
  }
}

function freePort(): Promise<number> {
  const socket = createSocket('udp4')
  return new Promise((resolve) =>
    socket.bind(0, '127.0.0.1', () => {
      const { port } = socket.address()
      socket.close(() => resolve(port))
    }),
  )
}

/** Sends STUN binding requests until one is answered. */
function untilAnswers(port: number): Promise<void> {
  const socket = createSocket('udp4')
  const request = Buffer.from('000100002112a442000102030405060708090a0b', 'hex')
  return new Promise((resolve, reject) => {
    const repeat = setInterval(() => socket.send(request, port, '127.0.0.1'), 100)
    const late = setTimeout(() => done(new Error('coturn does not answer')), 60_000)
    const done = (error?: Error) => {
      clearInterval(repeat)
      clearTimeout(late)
      socket.close()
      if (error) reject(error)
      else resolve()
    }
    socket.once('message', () => done())
    socket.on('error', () => undefined)
  })
}
