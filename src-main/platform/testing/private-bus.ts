import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

/** A message bus of one test. */
export interface PrivateBus {
  readonly address: string
  stop(): Promise<void>
}

/** Starts Debian's dbus-daemon at a bus address of its own. */
export async function startPrivateBus(): Promise<PrivateBus> {
  const daemon: ChildProcess = spawn('dbus-daemon', ['--session', '--nofork', '--print-address=1', '--address=unix:tmpdir=/tmp'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const ended = new Promise<void>((resolve) => daemon.once('close', () => resolve()))
  const address = await new Promise<string>((resolve, reject) => {
    daemon.once('error', reject)
    daemon.once('exit', (code) => reject(new Error(`dbus-daemon ended with ${code}`)))
    createInterface({ input: daemon.stdout! }).once('line', resolve)
  })
  return {
    address,
    async stop() {
      daemon.kill()
      await ended
    },
  }
}
