import { AppError } from '../../platform/errors.ts'
import type { Layout } from './layout.ts'
import { factsScript, type MachineFacts, readFacts } from './machine/machine-facts.ts'
import type { RemoteRights } from './ssh/remote-script.ts'
import type { SshConnection } from './ssh/ssh-connection.ts'

/** Longer than sudo takes to look up a name that nobody knows, ms. */
const checkMs = 60_000

export interface Examined {
  readonly facts: MachineFacts
  /** How scripts are run that need root. */
  readonly rights: RemoteRights
}

/** Looks at a machine, and changes nothing there. `origin`: what it must reach, if anything. Throws `network.ssh_unreachable`, `network.sudo_rejected`. */
export async function examineMachine(
  connection: SshConnection,
  {
    layout,
    origin,
    sudoPassword,
    signal,
  }: {
    readonly layout: Layout
    readonly origin: URL | undefined
    readonly sudoPassword: string | undefined
    readonly signal: AbortSignal
  },
): Promise<Examined> {
  const askedAtMs = Date.now()
  const host = origin?.hostname.replace(/^\[|\]$/g, '') ?? ''
  const port = origin?.port || (origin?.protocol === 'https:' ? '443' : '80')
  const values = [host, port, layout.programFolder]
  let answeredAtMs: number | undefined
  const { code, lines, lastError } = await connection.run({
    ...{ script: factsScript, values, rights: 'user', silenceMs: checkMs, signal },
    // The clock comes first.
    onLine: () => {
      answeredAtMs ??= Date.now()
    },
  })
  if (code !== 0) throw new AppError('network.step_failed', `The machine could not be examined: ${lastError}`)
  const facts = readFacts(lines, askedAtMs, answeredAtMs ?? Date.now())
  if (facts.root === 'password' && sudoPassword !== undefined) {
    await connection.run({ script: ':', rights: 'sudo-password', sudoPassword, silenceMs: checkMs, signal })
    return { facts, rights: 'sudo-password' }
  }
  return { facts, rights: facts.root === 'sudo' ? 'sudo' : 'user' }
}
