import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import type { Server } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { OBSWebSocket } from 'obs-websocket-js/json'
import { farEnd, nearEnd } from './namespace-relay.ts'
import { desktopPortal, documentPortal, keepServicesOut, removeFolder } from './private-folder.ts'
import { startXvfb } from './xvfb.ts'

/** OBS Studio of Debian. Its WebSocket server listens on all interfaces: it runs in a network namespace of its own. */

export const obsPassword = 'bench-of-the-studio'

/** Why OBS cannot be started here; undefined where it can. */
export function obsMissing(): string | undefined {
  if (!existsSync('/usr/bin/obs')) return 'OBS Studio is not installed (apt-get install obs-studio obs-plugins xvfb xauth dbus-x11)'
  if (process.getuid?.() !== 0) return 'OBS needs a network namespace of its own, which only root can make'
  return undefined
}

/** Makes a home for OBS in which it asks nothing and takes our password. Returns the folder of its configuration. */
export function obsConfiguration(home: string, { port = 4455, profile = '' } = {}): string {
  const config = join(home, '.config/obs-studio')
  mkdirSync(config, { recursive: true })
  const runtime = join(home, 'run')
  mkdirSync(runtime, { recursive: true, mode: 0o700 })
  keepServicesOut(runtime, [desktopPortal, documentPortal])
  const named = profile === '' ? '' : '[Basic]\nProfile=Untitled\nProfileDir=Untitled\n'
  writeFileSync(
    join(config, 'global.ini'),
    `[General]\nFirstRun=true\n${named}[BasicWindow]\nPreviewEnabled=false\n[OBSWebSocket]\nFirstLoad=false\nServerEnabled=true\nAuthRequired=true\nServerPort=${port}\nServerPassword=${obsPassword}\n`,
  )
  if (profile !== '') {
    mkdirSync(join(config, 'basic/profiles/Untitled'), { recursive: true })
    writeFileSync(join(config, 'basic/profiles/Untitled/basic.ini'), profile)
  }
  return config
}

/** Connects to an OBS that is being started: tries again `tries` times, 200 ms apart. */
export async function untilObs(tries: number, port = 4455): Promise<OBSWebSocket> {
  for (;;) {
    const obs = new OBSWebSocket()
    try {
      await obs.connect(`ws://127.0.0.1:${port}`, obsPassword)
      return obs
    } catch (error) {
      if (tries-- <= 0) throw error
    }
    await sleep(200)
  }
}

/** The next event of a kind that `accept` takes. */
export function nextEvent(obs: OBSWebSocket, event: string, accept: (data: never) => boolean = () => true): Promise<unknown> {
  return new Promise((resolve) => {
    const look = (data: never): void => {
      if (!accept(data)) return
      obs.off(event as never, look as never)
      resolve(data)
    }
    obs.on(event as never, look as never)
  })
}

export interface ObsOnTest {
  readonly home: string
  /** Port of its WebSocket server on 127.0.0.1, here and in its own namespace. */
  readonly port: number
  /** Lets it connect to a port of this machine at 127.0.0.1. */
  reach(port: number): Promise<void>
  /** Starts the program and waits until it answers; the answer is a connection to it that is not ours. */
  start(): Promise<OBSWebSocket>
  /** Process of the program itself. */
  pid(): number | undefined
  /** Sends a signal to the program itself. */
  signal(signal: NodeJS.Signals): void
  /** Ends the program without asking it. */
  kill(): Promise<void>
  stop(): Promise<void>
}

/** 640x360 at 30 frames a second, so that two cores have time for others, a replay buffer, and recordings that can be paused. */
const smallProfile = (home: string): string =>
  [
    '[General]\nName=Untitled',
    '[Video]\nBaseCX=640\nBaseCY=360\nOutputCX=640\nOutputCY=360\nFPSType=0\nFPSCommon=30',
    '[Output]\nMode=Simple',
    `[SimpleOutput]\nVBitrate=800\nPreset=ultrafast\nRecRB=true\nRecRBTime=10\nRecQuality=Small\nFilePath=${home}`,
    '',
  ].join('\n')

/** Hides the sockets that other hosts of this machine have where our plugin looks for them: it would take one of those. */
const withoutOtherHosts =
  'for folder in /run/user "/tmp/ami-streams-$(id -u)"; do [ ! -d "$folder" ] || mount -t tmpfs none "$folder"; done; exec "$0" "$@"'

/** Prepares an OBS in a network namespace, which nothing enters or leaves but what `reach` names. */
export async function prepareObs(): Promise<ObsOnTest> {
  const folder = mkdtempSync(join(tmpdir(), 'ami-obs-'))
  const home = join(folder, 'home')
  const port = await freePort()
  obsConfiguration(home, { port, profile: smallProfile(home) })
  const xvfb = await startXvfb({ width: 800, height: 600 })
  const outside: Server[] = [await nearEnd(folder, port)]
  const relay = fileURLToPath(new URL('namespace-relay.ts', import.meta.url))
  const inside = spawn('unshare', ['-n', 'sh', '-c', 'ip link set lo up; exec "$0" "$@"', process.execPath, relay, folder, String(port)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const answered = (): Promise<unknown> => new Promise((resolve) => inside.stdout.once('data', resolve))
  await answered()
  let running: ChildProcess | undefined
  const pids = (): number[] =>
    running?.pid === undefined
      ? []
      : programsOf(running.pid)
          .filter(({ name }) => name === 'obs')
          .map(({ pid }) => pid)
  const kill = async (): Promise<void> => {
    const child = running
    if (child?.pid === undefined) return
    const ended = child.exitCode === null && child.signalCode === null ? new Promise((resolve) => child.once('exit', resolve)) : undefined
    try {
      process.kill(-child.pid, 'SIGKILL')
    } catch {
      // It has ended by itself, with all that it had started.
    }
    await ended
    // OBS ends after what started it, and has its port until then: the next one could not listen.
    while (programsOf(child.pid).length > 0) await sleep(20)
    running = undefined
  }
  return {
    home,
    port,
    async reach(other) {
      outside.push(await farEnd(folder, other))
      const opened = answered()
      inside.stdin.write(`${other}\n`)
      await opened
    },
    async start() {
      const own = ['unshare', '--mount', 'sh', '-c', withoutOtherHosts]
      const obs = ['dbus-run-session', '--', 'obs', '--multi', '--minimize-to-tray']
      running = spawn('nsenter', [`--net=/proc/${inside.pid}/ns/net`, ...own, ...obs], {
        env: {
          ...process.env,
          ...xvfb.env,
          HOME: home,
          XDG_CONFIG_HOME: join(home, '.config'),
          XDG_RUNTIME_DIR: join(home, 'run'),
          LIBGL_ALWAYS_SOFTWARE: '1',
        },
        stdio: 'ignore',
        detached: true,
      })
      return untilObs(600, port)
    },
    pid: () => pids()[0],
    signal(signal) {
      for (const pid of pids()) process.kill(pid, signal)
    },
    kill,
    async stop() {
      await kill()
      inside.kill('SIGKILL')
      for (const server of outside) server.close()
      await xvfb.stop()
      removeFolder(folder)
    },
  }
}

/** Processes of a group that have not ended. */
function programsOf(group: number): { readonly pid: number; readonly name: string }[] {
  return readdirSync('/proc').flatMap((entry) => {
    if (!/^\d+$/.test(entry)) return []
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, 'utf8')
      const end = stat.lastIndexOf(')')
      const [state, , ofGroup, ...others] = stat.slice(end + 2).split(' ')
      // Of a process that ends the first thread may be gone while others still have its files and sockets.
      const hasEnded = state === 'X' || (state === 'Z' && Number(others[14]) <= 1)
      return Number(ofGroup) === group && !hasEnded ? { pid: Number(entry), name: stat.slice(stat.indexOf('(') + 1, end) } : []
    } catch {
      return []
    }
  })
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}
