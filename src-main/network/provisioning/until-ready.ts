import { setTimeout as wait } from 'node:timers/promises'
import { AppError } from '../../platform/errors.ts'
import type { Layout } from './layout.ts'
import type { Progress } from './progress.ts'
import type { RemoteRights } from './ssh/remote-script.ts'
import type { SshConnection } from './ssh/ssh-connection.ts'
import { stateScript } from './steps/prepare.ts'

/** How long a program may take from its start until it answers, ms: on a slow machine it loads for some seconds. */
const readyMs = 60_000
/** How often the service is asked how it is, ms. */
const lookMs = 2000
/** A service that ended so often does not come up by itself. */
const maxRestarts = 3

export interface UntilReady {
  readonly layout: Layout
  /** What it is called in messages. */
  readonly what: 'node' | 'host'
  /** The answer, once it is connected. */
  readonly find: () => string | undefined
  /** Viewers connect to it: a node with nginx opens it after it has connected. */
  readonly port: number
  readonly connection: SshConnection
  readonly rights: RemoteRights
  readonly sudoPassword: string | undefined
  readonly progress: Pick<Progress, 'log'>
  readonly signal: AbortSignal
}

/** Waits until a service is connected and listens. Throws `network.node_not_connected` or `network.host_not_ready`, with the last lines of its log before. */
export async function untilReady({
  layout,
  what,
  find,
  port,
  connection,
  rights,
  sudoPassword,
  progress,
  signal,
}: UntilReady): Promise<string> {
  const look = async (log: string): Promise<readonly string[]> => {
    const work = {
      script: stateScript(layout),
      values: [log, port.toString(16).padStart(4, '0')],
      rights,
      silenceMs: 30_000,
      signal,
      ...(sudoPassword === undefined ? {} : { sudoPassword }),
    }
    return (await connection.run(work)).lines
  }
  const end = performance.now() + readyMs
  for (let lookedMs = performance.now(); ; await wait(100, undefined, { signal })) {
    const id = find()
    if (id !== undefined && (await look('')).includes('listening')) return id
    const nowMs = performance.now()
    if (nowMs - lookedMs < lookMs && nowMs < end) continue
    lookedMs = nowMs
    const lines = await look('')
    const restarts = Number(lines.find((line) => line.startsWith('restarts '))?.slice(9)) || 0
    const isLost = lines.includes('active failed') || restarts >= maxRestarts
    if (!isLost && nowMs < end) continue
    const log = (await look('yes')).filter((line) => !/^(?:active |restarts |listening$)/.test(line))
    for (const line of log) progress.log(line)
    const reason = log.at(-1)
    throw new AppError(
      what === 'node' ? 'network.node_not_connected' : 'network.host_not_ready',
      `${isLost ? `The ${what} ends by itself` : `The ${what} is not ready within ${readyMs / 1000} s`}${reason === undefined ? '' : `: ${reason}`}`,
    )
  }
}
