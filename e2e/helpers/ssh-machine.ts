import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findProgram } from '../../src-main/platform/programs/find-program.ts'
import { root as checkout } from './paths.ts'
import { freePort } from './relay-targets.ts'
import { until } from './until.ts'

/** Why there can be no machine to sign in to; undefined where there can be one. */
export function noSshMachine(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'a machine to sign in to needs root on Linux'
  const path = `${process.env.PATH}:/usr/sbin`
  const missing = ['sshd', 'ssh', 'ssh-keyscan', 'ssh-agent', 'sudo', 'unshare', 'setpriv', 'useradd'].filter(
    (name) => findProgram(name, path) === undefined,
  )
  if (missing.length > 0) return `a machine to sign in to needs ${missing.join(', ')}: apt-get install openssh-server sudo`
  const { status, stderr } = spawnSync('unshare', ['--mount', '--pid', '--fork', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], {
    encoding: 'utf8',
  })
  return status === 0 ? undefined : `a machine to sign in to needs namespaces: ${stderr.trim()}`
}

/** A machine in namespaces with an SSH server, whose systemd is a double. */
export interface SshMachine {
  readonly port: number
  /** With the password `password` for SSH and sudo. */
  readonly user: string
  readonly password: string
  /** Its files, as they are seen from outside. */
  readonly root: string
  /** Runs a program in it as root, and returns what it printed. */
  run(...command: readonly string[]): string
  /** A private key with which root may sign in. */
  addKey(passphrase?: string): string
  stop(): Promise<void>
}

/** Starts one; everything in it ends and is gone with `stop`. */
export async function startSshMachine(): Promise<SshMachine> {
  const folder = mkdtempSync(join(tmpdir(), 'ami-ssh-machine-'))
  const port = await freePort()
  const child = spawn(
    'unshare',
    [
      ...['--mount', '--pid', '--uts', '--ipc', '--fork', '--kill-child', 'sh', join(checkout, 'e2e/helpers/ssh-machine.sh')],
      ...[folder, String(port), checkout],
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  )
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-8000)
    })
  let ended = false
  const exited = new Promise<void>((resolve) =>
    child.once('exit', () => {
      ended = true
      resolve()
    }),
  )
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL')
    await exited
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
  }
  /** The first process in it. */
  const init = (): string => {
    const text = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8')
    return text.trim().split(' ')[0] ?? ''
  }
  const answers = (): Promise<boolean> =>
    new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1')
      socket.once('data', () => {
        socket.destroy()
        resolve(true)
      })
      socket.once('error', () => resolve(false))
      socket.once('close', () => resolve(false))
    })
  try {
    await until(
      async () => {
        if (ended) throw new Error(`the machine ended: ${said}`)
        return await answers()
      },
      () => `an SSH server: ${said}`,
    )
  } catch (error) {
    await stop()
    throw error
  }
  const root = `/proc/${init()}/root${folder}/root`
  return {
    ...{ port, root, user: 'alex', password: 'a $ecret "word"', stop },
    run: (name, ...args) =>
      execFileSync('nsenter', ['--target', init(), '--mount', '--pid', '--uts', 'chroot', `${folder}/root`, name, ...args], {
        encoding: 'utf8',
      }),
    addKey(passphrase = '') {
      const file = join(folder, '..', `${folder.split('/').at(-1)}-key`)
      try {
        execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', passphrase, '-f', file])
        const keys = join(root, 'root/.ssh/authorized_keys')
        writeFileSync(keys, (existsSync(keys) ? readFileSync(keys, 'utf8') : '') + readFileSync(`${file}.pub`, 'utf8'), { mode: 0o600 })
        return readFileSync(file, 'utf8')
      } finally {
        for (const each of [file, `${file}.pub`]) rmSync(each, { force: true })
      }
    },
  }
}
