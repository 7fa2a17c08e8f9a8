import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findProgram } from '../../../platform/programs/find-program.ts'
import { type HostKey, readHostKey } from './host-key.ts'
import { SshConnection } from './ssh-connection.ts'
import type { SshCredentials } from './ssh-target.ts'

const path = `${process.env.PATH}:/usr/sbin`
const sshd = findProgram('sshd', path)
/** It is started in a namespace of its own, where it has its folder below /run. */
const isMissing =
  process.platform !== 'linux' ||
  process.getuid?.() !== 0 ||
  sshd === undefined ||
  spawnSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/run']).status !== 0

const user = userInfo().username
const never = new AbortController().signal
const passphrase = 'correct horse'
let folder: string
let server: ChildProcess
let port: number
let hostKey: HostKey
const key = (name: string): SshCredentials & { kind: 'key' } => ({
  kind: 'key',
  privateKey: readFileSync(join(folder, name), 'utf8'),
  passphrase: name === 'own' ? passphrase : undefined,
})
const target = () => ({ host: '127.0.0.1', port, user })
const run = (connection: SshConnection, script: string, more: object = {}) =>
  connection.run({ script, rights: 'user', silenceMs: 20_000, signal: never, ...more })

async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const { port: free } = probe.address() as { port: number }
  await new Promise((resolve) => probe.close(resolve))
  return free
}

const answers = (): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('data', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })

describe.skipIf(isMissing)('a connection to an SSH server', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'ssh-connection-'))
    for (const [name, secret] of [
      ['host', ''],
      ['other', ''],
      ['own', passphrase],
    ] as const)
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', secret, '-f', join(folder, name)])
    writeFileSync(join(folder, 'authorized'), readFileSync(join(folder, 'own.pub')), { mode: 0o600 })
    port = await freePort()
    const lines = [
      ...['ListenAddress 127.0.0.1', `Port ${port}`, `HostKey ${join(folder, 'host')}`, `AuthorizedKeysFile ${join(folder, 'authorized')}`],
      ...['UsePAM no', 'StrictModes no', 'PasswordAuthentication no', 'PermitRootLogin yes', 'PidFile none'],
    ]
    writeFileSync(join(folder, 'config'), `${lines.join('\n')}\n`)
    const script = 'mount -t tmpfs tmpfs /run && mkdir /run/sshd && exec "$1" -D -e -f "$2"'
    server = spawn('unshare', ['--mount', 'sh', '-c', script, 'sh', sshd ?? '', join(folder, 'config')], { stdio: 'ignore' })
    while (!(await answers())) await wait(20)
    hostKey = await readHostKey({ host: '127.0.0.1', port })
  })
  afterAll(() => {
    server?.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  })

  it('runs scripts one after the other, with values and input, and says what they printed', async () => {
    expect(`${hostKey.type} ${hostKey.key}`).toBe(readFileSync(join(folder, 'host.pub'), 'utf8').split(' ', 2).join(' '))
    const connection = await SshConnection.open(target(), hostKey, key('own'), never)
    try {
      expect([connection.target, connection.isOpen]).toEqual([target(), true])
      const shown: string[] = []
      const first = await run(connection, 'echo "$1"; echo "$2"; echo bad >&2; exit 3', {
        values: ["it's $HOME", '; exit 0'],
        onLine: (line: string) => shown.push(line),
      })
      expect(first).toEqual({ code: 3, lines: ["it's $HOME", '; exit 0'], lastError: 'bad' })
      expect(shown.toSorted()).toEqual(['; exit 0', 'bad', "it's $HOME"])
      const sent: number[] = []
      async function* input(): AsyncGenerator<Uint8Array> {
        for (let count = 0; count < 20; count++) yield Buffer.alloc(100_000, 97)
      }
      const second = await run(connection, 'wc -c', { input: input(), onSent: (bytes: number) => sent.push(bytes) })
      expect([second.code, second.lines.map(Number), sent.length]).toEqual([0, [2_000_000], 20])
    } finally {
      await connection.close()
    }
    expect(connection.isOpen).toBe(false)
    await expect(run(connection, 'echo late')).rejects.toMatchObject({ code: 'network.ssh_unreachable' })
  })

  it('gives up a script that is silent for too long, or is no longer wanted, and goes on with the next', async () => {
    const connection = await SshConnection.open(target(), hostKey, key('own'), never)
    try {
      await expect(run(connection, 'sleep 60', { silenceMs: 500 })).rejects.toMatchObject({ code: 'network.ssh_unreachable' })
      const stop = new AbortController()
      const running = run(connection, 'echo started; sleep 60', { signal: stop.signal, onLine: () => stop.abort(new Error('not wanted')) })
      await expect(running).rejects.toThrow('not wanted')
      expect((await run(connection, 'echo next')).lines).toEqual(['next'])
      await expect(run(connection, 'yes')).rejects.toMatchObject({ code: 'network.step_failed' })
    } finally {
      await connection.close()
    }
  })

  it('is made with nothing but the host key that was accepted, and a key that the server knows', async () => {
    const [type = '', other = ''] = readFileSync(join(folder, 'other.pub'), 'utf8').split(' ')
    await expect(SshConnection.open(target(), { type, key: other }, key('own'), never)).rejects.toMatchObject({
      code: 'network.host_key_changed',
    })
    await expect(SshConnection.open(target(), hostKey, key('other'), never)).rejects.toMatchObject({ code: 'network.ssh_rejected' })
    await expect(SshConnection.open(target(), hostKey, { ...key('own'), passphrase: 'wrong' }, never)).rejects.toMatchObject({
      code: 'network.ssh_key_invalid',
    })
    await expect(
      SshConnection.open(target(), hostKey, { kind: 'key', privateKey: 'no key', passphrase: undefined }, never),
    ).rejects.toMatchObject({ code: 'network.ssh_key_invalid' })
    const stopped = AbortSignal.abort(new Error('not wanted'))
    await expect(SshConnection.open(target(), hostKey, key('own'), stopped)).rejects.toThrow('not wanted')
  })

  it('says where nothing listens', async () => {
    const unused = { ...target(), port: await freePort() }
    await expect(readHostKey(unused)).rejects.toThrow('nothing listens there')
    await expect(SshConnection.open(unused, hostKey, key('own'), never)).rejects.toMatchObject({ code: 'network.ssh_unreachable' })
  })
})
