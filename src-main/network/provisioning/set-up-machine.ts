import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { AppError } from '../../platform/errors.ts'
import { randomText } from '../../platform/random-id.ts'
import { type Examined, examineMachine } from './examine-machine.ts'
import type { Layout } from './layout.ts'
import { type Finding, isSuitable } from './machine/judge-machine.ts'
import type { MachineFacts } from './machine/machine-facts.ts'
import { findSystem, type NodeSystem } from './machine/systems.ts'
import type { MachineBook } from './machine-book.ts'
import type { ProgramPackage } from './program-package.ts'
import type { Progress } from './progress.ts'
import type { StepId } from './provisioning-schemas.ts'
import type { HostKey } from './ssh/host-key.ts'
import { SshConnection } from './ssh/ssh-connection.ts'
import type { SshCredentials } from './ssh/ssh-target.ts'
import { nginxScript } from './steps/nginx.ts'
import { configureScript, finishScript, prepareScript, startScript, unpackScript } from './steps/prepare.ts'
import { undoScript } from './steps/remove.ts'

/** Where to connect and how. */
export interface Way {
  readonly target: { readonly host: string; readonly port: number; readonly user: string }
  readonly hostKey: HostKey
  readonly credentials: SshCredentials
  readonly sudoPassword: string | undefined
}

/** A machine that somebody is signed in on, and how scripts are run there. */
export interface OpenMachine {
  readonly connection: SshConnection
  readonly rights: Examined['rights']
  readonly sudoPassword: string | undefined
  readonly progress: Progress
  readonly signal: AbortSignal
}

/** What the service of a machine is started with. */
export interface Service {
  /** The text of its unit. */
  readonly unit: string
  /** Empty where it needs none. */
  readonly joinToken: string
}

/** What a machine becomes, and how that is known. */
export interface MachineRole {
  readonly layout: Layout
  /** The URL that the machine must reach, if any. */
  readonly origin: URL | undefined
  /** What will be done. */
  steps(isNginxMissing: boolean): readonly StepId[]
  judge(facts: MachineFacts): readonly Finding[]
  isNginxMissing(facts: MachineFacts): boolean
  /** What its service is to be. `found`: what was printed of the node that was there. */
  configure(found: string | undefined): Promise<Service>
  /** Resolves when it answers. */
  untilReady(machine: OpenMachine, startedAtMs: number): Promise<void>
  /** Everything on the machine was undone. */
  undone(): Promise<void>
}

/** Files are unpacked on slow disks, packages come over slow networks: how long a step may say nothing, ms. */
export const silenceMs = 180_000
/** How long going back may take after a run that failed or was cancelled, ms. */
const undoMs = 180_000

/**
 * Makes a machine what `role` says, or repairs what is there, and waits until it answers. Whatever fails, the machine is as it was before.
 * Resolves to the SHA-256 of its unit, in hex digits. Throws `network.*`, and what `signal` was aborted with.
 */
export async function setUpMachine(
  { machines, packages }: { readonly machines: MachineBook; readonly packages: () => readonly ProgramPackage[] },
  role: MachineRole,
  way: Way,
  progress: Progress,
  signal: AbortSignal,
): Promise<string> {
  const { target, sudoPassword } = way
  const { layout, origin } = role
  progress.plan(role.steps(false))
  progress.enter('connect')
  const connection = await SshConnection.open(target, way.hostKey, way.credentials, signal)
  let undo: (() => Promise<void>) | undefined
  try {
    await machines.accept(target, way.hostKey)
    progress.enter('check')
    const { facts, rights } = await examineMachine(connection, { layout, origin, sudoPassword, signal })
    const findings = role.judge(facts)
    for (const { state, text, remedy } of findings) progress.log(`${state === 'ok' ? '' : `${state}: `}${text}${remedy && `. ${remedy}`}`)
    if (!isSuitable(findings)) throw unsuitable(findings)
    const system = findSystem(facts.system) as NodeSystem
    const program = packages().find(({ architecture }) => architecture === facts.architecture)
    if (program === undefined) throw new AppError('network.program_missing', `No packed program is for ${facts.architecture}`)
    const nginxMissing = role.isNginxMissing(facts)
    progress.plan(role.steps(nginxMissing))

    const run = async (script: string, values: readonly string[] = [], input?: AsyncIterable<Uint8Array>): Promise<readonly string[]> => {
      let sent = 0
      const { code, lines, lastError } = await connection.run({
        ...{ script, values, rights, silenceMs, signal },
        ...(sudoPassword === undefined ? {} : { sudoPassword }),
        ...(input === undefined ? {} : { input }),
        onSent: (bytes) => {
          sent += bytes
          progress.sent(sent, program.bytes)
        },
        onLine: progress.log,
      })
      if (code !== 0) throw new AppError('network.step_failed', lastError || `The command ended with ${code}`)
      return lines
    }

    progress.enter('prepare')
    let staying: Parameters<typeof undoScript>[2] = 'occupied'
    undo = async () => {
      await goBack({ connection, way, rights, system, layout, staying, progress })
      await role.undone()
    }
    const found = (await run(prepareScript(layout))).find((line) => /^(?:node |data$)/.test(line))
    // What runs from now on is of this run, and goes with it.
    staying = found === undefined ? 'untouched' : 'any'

    progress.enter('copy')
    const release = `${program.version}-${randomText(8)}`
    await run(unpackScript(layout), [release], createReadStream(program.file, { highWaterMark: 256 * 1024 }))

    if (nginxMissing) {
      progress.enter('nginx')
      await run(nginxScript(layout, system), [system.nginxPackage])
    }

    progress.enter('configure')
    const { unit, joinToken } = await role.configure(found)
    await run(configureScript(layout), [unit, joinToken])

    progress.enter('start')
    const startedAtMs = Date.now()
    await run(startScript(layout), [release])
    await role.untilReady({ connection, rights, sudoPassword, progress, signal }, startedAtMs)

    progress.enter('finish')
    await run(finishScript(layout))
    undo = undefined
    return createHash('sha256').update(unit).digest('hex')
  } catch (error) {
    await undo?.()
    throw error
  } finally {
    await connection.close()
  }
}

function unsuitable(findings: readonly Finding[]): AppError {
  const reasons = findings.filter(({ state }) => state === 'fail').map(({ text, remedy }) => `${text}. ${remedy}`)
  return new AppError('network.machine_unsuitable', reasons.join(' '))
}

/** Undoes what was done, over a new connection where the one before is lost. What cannot be undone is said in the log. */
async function goBack({
  connection,
  way,
  rights,
  system,
  layout,
  staying,
  progress,
}: {
  readonly connection: SshConnection
  readonly way: Way
  readonly rights: Examined['rights']
  readonly system: NodeSystem
  readonly layout: Layout
  readonly staying: Parameters<typeof undoScript>[2]
  readonly progress: Progress
}): Promise<void> {
  progress.enter('undo')
  const signal = AbortSignal.timeout(undoMs)
  let own: SshConnection | undefined
  try {
    if (!connection.isOpen) own = await SshConnection.open(way.target, way.hostKey, way.credentials, signal)
    const { code, lines, lastError } = await (own ?? connection).run({
      ...{ script: undoScript(layout, system.removeScript, staying), rights, silenceMs, signal, onLine: progress.log },
      ...(way.sudoPassword === undefined ? {} : { sudoPassword: way.sudoPassword }),
    })
    if (code !== 0) throw new Error(lastError)
    const isKept = lines.includes('kept')
    progress.log(
      lines.includes('back')
        ? 'The release that ran before runs again'
        : `What was done on the machine was undone${isKept ? '; what was there before stays' : ''}`,
    )
  } catch (error) {
    progress.log(
      `What was done could not be undone: ${(error as Error).message}. Set the machine up again, or remove what is there, when it answers`,
    )
  } finally {
    await own?.close()
  }
}
