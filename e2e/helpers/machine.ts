import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { debianRoot, noDebianRoot } from './debian-root.ts'
import { root as checkout } from './paths.ts'
import { until } from './until.ts'

/** Why no machine can be made here; undefined where one can. */
export function noMachine(): string | undefined {
  const missing = ['systemd-nspawn', 'nsenter'].find((name) => spawnSync(name, ['--version']).error !== undefined)
  return noDebianRoot() ?? (missing && `a machine in namespaces needs ${missing}: apt-get install systemd-container`)
}

export interface CommandEnd {
  readonly code: number | null
  readonly out: string
  readonly errors: string
}

/** A Debian in namespaces, booted with systemd, with a network of its own that has loopback alone. */
export interface Machine {
  /** Its files, as they are seen from outside. */
  readonly root: string
  /** Runs a program in it, as root unless `as` names a user; does not throw. */
  run(command: readonly string[], as?: string): Promise<CommandEnd>
  /** The same, and what it printed; throws where it ends with another code than 0. */
  do(command: readonly string[], as?: string): Promise<string>
  /** Starts a program of this machine that is in the other's network alone. */
  inNetwork(command: readonly string[]): ChildProcess
  /** A port of this machine that leads to a TCP port of the other's loopback. */
  forward(port: number): Promise<number>
  /** Adds a user whose services run from boot on. */
  addUser(name: string): Promise<void>
  /** Ends it as a reboot does, and boots it again. */
  reboot(): Promise<void>
  /** Files and folders that were added or changed since it was booted, as paths from its root. */
  changes(): readonly string[]
  stop(): Promise<void>
}

export interface BootOptions {
  /** It has the network of this machine, with the mirror of its packages: not without one of its own. */
  readonly sharesNetwork?: boolean
  /** Called before it boots for the first time, with its files. */
  readonly prepare?: (root: string) => void
}

/**
 * Boots one on a layer above the Debian root that is kept. `folders`: of this machine, read-only at a path of the new one; `packages`: of
 * Debian, besides those that every machine has.
 */
export async function bootMachine(
  folders: Readonly<Record<string, string>> = {},
  packages: readonly string[] = [],
  { sharesNetwork = false, prepare }: BootOptions = {},
): Promise<Machine> {
  const base = debianRoot(packages)
  const layer = mkdtempSync(join(tmpdir(), 'ami-machine-'))
  const root = join(layer, 'root')
  const upper = join(layer, 'up')
  for (const name of ['up', 'work', 'root', 'ports']) mkdirSync(join(layer, name))
  execFileSync('mount', ['-t', 'overlay', 'overlay', '-o', `lowerdir=${base},upperdir=${upper},workdir=${join(layer, 'work')}`, root])
  const name = `ami-${process.pid}`
  writeFileSync(join(root, 'etc/hosts'), `127.0.0.1 localhost ${name}\n`)
  writeFileSync(join(root, 'etc/hostname'), `${name}\n`)
  const binds = Object.entries(folders).map(([inside, outside]) => `--bind-ro=${outside}:${inside}`)
  const network = sharesNetwork ? ['--resolv-conf=copy-host'] : ['--private-network', '--resolv-conf=off']
  let said = ''
  const start = () => {
    const child = spawn(
      'systemd-nspawn',
      [
        ...['--quiet', '--directory', root, `--machine=${name}`, '--register=no', '--keep-unit', '--boot', '--console=pipe'],
        ...[...network, '--timezone=off', '--link-journal=no', ...binds],
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    )
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        said = (said + text).slice(-8000)
      })
    return { child, exited: new Promise<void>((resolve) => child.once('exit', () => resolve())) }
  }
  const removeFiles = (): void => {
    if (spawnSync('umount', [root]).status !== 0) spawnSync('umount', ['--lazy', root])
    rmSync(layer, { recursive: true, force: true })
  }
  try {
    prepare?.(root)
  } catch (error) {
    removeFiles()
    throw error
  }
  let nspawn = start()
  /** For a clean end of what it booted. */
  const end = async (): Promise<void> => {
    const { child, exited } = nspawn
    child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), 60_000)
    await exited
    clearTimeout(timer)
  }
  const forwarders: { readonly server: Server; readonly inside: ChildProcess }[] = []
  const stop = async (): Promise<void> => {
    for (const { server, inside } of forwarders) {
      server.close()
      inside.kill()
    }
    await end()
    removeFiles()
  }
  const initPid = (): string | undefined => {
    try {
      return readFileSync(`/proc/${nspawn.child.pid}/task/${nspawn.child.pid}/children`, 'utf8').trim().split(' ')[0] || undefined
    } catch {
      return undefined
    }
  }
  const idOf = (user: string): string =>
    new RegExp(`^${user}:[^:]*:(\\d+):`, 'm').exec(readFileSync(join(root, 'etc/passwd'), 'utf8'))?.[1] ?? ''
  const run = (command: readonly string[], as?: string): Promise<CommandEnd> => {
    const path = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
    // A login would set them.
    const home = as === undefined ? ['HOME=/root'] : [`HOME=/home/${as}`, `XDG_RUNTIME_DIR=/run/user/${idOf(as)}`]
    const user = as === undefined ? [] : ['runuser', '-u', as, '--']
    const clean = ['env', '-i', path, 'LC_ALL=C', 'DEBIAN_FRONTEND=noninteractive', ...home]
    const child = spawn('nsenter', ['--target', initPid() ?? '', '--all', '--', ...clean, ...user, ...command], {
      cwd: '/',
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 180_000,
    })
    return new Promise((resolve) => {
      const texts = { out: '', errors: '' }
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        texts.out += text
      })
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        texts.errors += text
      })
      child.once('error', (error) => resolve({ code: null, ...texts, errors: error.message }))
      child.once('close', (code) => resolve({ code, ...texts }))
    })
  }
  const isUp = async (): Promise<boolean> =>
    initPid() !== undefined && /running|degraded/.test((await run(['systemctl', 'is-system-running'])).out)
  const machine: Machine = {
    root,
    run,
    async do(command, as) {
      const { code, out, errors } = await run(command, as)
      if (code !== 0) throw new Error(`${command.join(' ')} ended with ${code}\n${out.slice(-2000)}\n${errors.slice(-2000)}`)
      return out
    },
    inNetwork: (command) =>
      spawn('nsenter', ['--target', initPid() ?? '', '--net', '--', ...command], { stdio: ['ignore', 'pipe', 'inherit'] }),
    async forward(port) {
      // Unix sockets lead from one network into another.
      const socket = join(layer, 'ports', `${port}-${forwarders.length}`)
      const script = join(checkout, 'e2e/helpers/port-forwarder.mjs')
      const inside = machine.inNetwork([process.execPath, script, socket, String(port)])
      await until(() => existsSync(socket), `a forwarded port ${port}`)
      const server = createServer({ allowHalfOpen: true }, (outer) => {
        const inner = connect({ path: socket, allowHalfOpen: true })
        outer.pipe(inner).pipe(outer)
        outer.on('error', () => inner.destroy()).on('close', () => inner.destroy())
        inner.on('error', () => outer.destroy()).on('close', () => outer.destroy())
      })
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      forwarders.push({ server, inside })
      return (server.address() as AddressInfo).port
    },
    async addUser(user) {
      await machine.do(['useradd', '--create-home', '--shell', '/bin/bash', user])
      await machine.do(['loginctl', 'enable-linger', user])
      // It takes its user's systemd a moment.
      await until(() => existsSync(`/proc/${initPid()}/root/run/user/${idOf(user)}/bus`), `the message bus of ${user}`)
    },
    async reboot() {
      await end()
      nspawn = start()
      await until(isUp, () => `the machine does not come up again: ${said}`, 120_000)
    },
    changes: () => readdirSync(upper, { recursive: true, encoding: 'utf8' }).filter((path) => existsSync(join(root, path))),
    stop,
  }
  try {
    await until(isUp, () => `the machine does not come up: ${said}`, 120_000)
  } catch (error) {
    await stop()
    throw error
  }
  return machine
}
