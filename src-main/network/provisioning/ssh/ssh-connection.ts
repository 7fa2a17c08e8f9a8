import type { ChildProcess, SpawnOptions } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { AppError } from '../../../platform/errors.ts'
import { makeWorkFolder, type WorkFolder } from '../../../platform/storage/work-folder.ts'
import { askpassEnvironment, writeAskpass } from './askpass.ts'
import { type HostKey, knownHostsLine } from './host-key.ts'
import { type RemoteEnd, type RemoteWork, runRemote } from './remote-run.ts'
import { spawnSsh, startError } from './run-program.ts'
import { connectionFault } from './ssh-faults.ts'
import type { SshCredentials, SshTarget } from './ssh-target.ts'

/** How long signing in may take, ms: a server may look up names before it answers. */
const signInMs = 30_000
const maxErrorChars = 8000

/** Nothing of this machine's own configuration of SSH counts, and the other side gets nothing but our commands. */
const commonOptions = [
  ...['-F', 'none', '-T', '-o', 'LogLevel=ERROR'],
  ...['-o', 'StrictHostKeyChecking=yes', '-o', 'GlobalKnownHostsFile=/dev/null', '-o', 'UpdateHostKeys=no', '-o', 'CheckHostIP=no'],
  ...['-o', 'VerifyHostKeyDNS=no', '-o', 'ForwardAgent=no', '-o', 'ForwardX11=no', '-o', 'ClearAllForwardings=yes'],
  ...['-o', 'PermitLocalCommand=no', '-o', 'AddKeysToAgent=no', '-o', 'ConnectTimeout=15', '-o', 'ServerAliveInterval=10'],
]

const signInOptions: Readonly<Record<SshCredentials['kind'], readonly string[]>> = {
  agent: ['-o', 'BatchMode=yes', '-o', 'PreferredAuthentications=publickey', '-o', 'IdentityFile=none'],
  key: ['-o', 'BatchMode=yes', '-o', 'PreferredAuthentications=publickey', '-o', 'IdentityFile=none'],
  password: ['-o', 'PreferredAuthentications=password,keyboard-interactive', '-o', 'NumberOfPasswordPrompts=1'],
}

/**
 * One connection to another machine, over which any number of scripts run one after the other, each in a channel of its own. It is the
 * system's own `ssh`: bytes from the other side are read in its process and not in the host's, it knows every kind of key, and the system
 * keeps it up to date.
 */
export class SshConnection {
  readonly target: SshTarget
  readonly #master: ChildProcess
  readonly #folder: WorkFolder
  readonly #exited: Promise<void>

  private constructor(target: SshTarget, master: ChildProcess, folder: WorkFolder, exited: Promise<void>) {
    this.target = target
    this.#master = master
    this.#folder = folder
    this.#exited = exited
  }

  /**
   * Connects to the machine that has this key, and no other. Throws `network.ssh_*`, `network.host_key_changed`, and what `signal` was
   * aborted with.
   */
  static async open(target: SshTarget, hostKey: HostKey, credentials: SshCredentials, signal: AbortSignal): Promise<SshConnection> {
    signal.throwIfAborted()
    const folder = makeWorkFolder('ami-streams-ssh')
    let master: ChildProcess | undefined
    try {
      writeFileSync(join(folder.path, 'known_hosts'), knownHostsLine(target, hostKey), { mode: 0o600 })
      writeAskpass(folder.path)
      master = startMaster(target, credentials, folder.path)
      const exited = new Promise<void>((resolve) => master?.once('close', () => resolve()))
      await untilSignedIn(master, folder.path, target, signal)
      return new SshConnection(target, master, folder, exited)
    } catch (error) {
      if (master !== undefined) killGroup(master)
      folder.remove()
      throw error
    }
  }

  /** Runs a script there; resolves when it has ended, with whatever code. Throws where the connection or `sudo` fails. */
  run(work: RemoteWork): Promise<RemoteEnd> {
    const { host } = this.target
    // Without its master it ends instead of signing in by itself.
    const args = [...commonOptions, '-S', join(this.#folder.path, 'control'), '-o', 'BatchMode=yes', '-o', 'ProxyCommand=false']
    return runRemote((command) => spawnSsh('ssh', [...args, '--', host, command], { stdio: 'pipe' }), this.target, work)
  }

  /** False once the connection was lost or closed. */
  get isOpen(): boolean {
    return this.#master.exitCode === null && this.#master.signalCode === null
  }

  async close(): Promise<void> {
    this.#master.stdin?.end()
    const late = setTimeout(() => killGroup(this.#master), 2000)
    await this.#exited
    clearTimeout(late)
    this.#folder.remove()
  }
}

function startMaster({ host, port, user }: SshTarget, credentials: SshCredentials, folder: string): ChildProcess {
  const ssh = [
    ...[...commonOptions, '-o', `UserKnownHostsFile=${join(folder, 'known_hosts')}`, ...signInOptions[credentials.kind]],
    ...['-M', '-S', join(folder, 'control'), '-l', user, '-p', String(port)],
    // It ends with its input, which ends with this process, however that ends.
    ...['--', host, 'exec cat'],
  ]
  switch (credentials.kind) {
    case 'agent':
      return spawnSsh('ssh', ssh, { ...ownGroup, env: { SSH_AUTH_SOCK: process.env.SSH_AUTH_SOCK } })
    case 'password':
      return spawnSsh('ssh', ssh, { ...ownGroup, env: askpassEnvironment(folder, credentials.password) })
    case 'key': {
      // The key is in the memory of an agent of its own, which ends with this ssh, and in no file.
      const script = [
        'bytes=$1; shift',
        'if head -c "$bytes" | ssh-add -q -; then unset SSH_ASKPASS AMI_STREAMS_ANSWER; ssh "$@"',
        'else echo "error loading key: it is no private key, or the passphrase is wrong" >&2; fi',
        'kill "$SSH_AGENT_PID"',
      ].join('\n')
      const key = Buffer.from(`${credentials.privateKey.trim()}\n`)
      const child = spawnSsh('ssh-agent', ['sh', '-c', script, 'sh', String(key.length), ...ssh], {
        ...ownGroup,
        env: askpassEnvironment(folder, credentials.passphrase),
      })
      child.stdin?.write(key)
      return child
    }
  }
}

/** With what it starts it is a group of processes that can be ended together. */
const ownGroup = { stdio: ['pipe', 'ignore', 'pipe'], detached: true } satisfies SpawnOptions

function killGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL')
  } catch {
    // It has ended.
  }
}

/** `ssh` makes its socket once it has signed in. */
async function untilSignedIn(master: ChildProcess, folder: string, target: SshTarget, signal: AbortSignal): Promise<void> {
  let stderr = ''
  let failed: AppError | undefined
  let closed = false
  master.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-maxErrorChars)
  })
  master.stdin?.on('error', () => undefined)
  master.once('error', (error) => {
    failed = startError('ssh', error)
  })
  master.once('close', () => {
    closed = true
  })
  for (const end = performance.now() + signInMs; !existsSync(join(folder, 'control')); await wait(20, undefined, { signal })) {
    if (failed !== undefined) throw failed
    if (closed) throw connectionFault(stderr, target)
    if (performance.now() > end) throw connectionFault(`signing in took longer than ${signInMs / 1000} s`, target)
  }
}
