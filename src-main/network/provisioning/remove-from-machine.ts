import { AppError } from '../../platform/errors.ts'
import { examineMachine } from './examine-machine.ts'
import type { Layout } from './layout.ts'
import { findSystem } from './machine/systems.ts'
import type { Progress } from './progress.ts'
import { silenceMs, type Way } from './set-up-machine.ts'
import { SshConnection } from './ssh/ssh-connection.ts'
import { removeScript } from './steps/remove.ts'

/** Removes the program, its data and everything else that was made for it, from a machine. Throws as `setUpMachine`. */
export async function removeFromMachine(layout: Layout, way: Way, progress: Progress, signal: AbortSignal): Promise<void> {
  const { target, sudoPassword } = way
  progress.plan(['connect', 'check', 'remove'])
  progress.enter('connect')
  const connection = await SshConnection.open(target, way.hostKey, way.credentials, signal)
  try {
    progress.enter('check')
    const { facts, rights } = await examineMachine(connection, { layout, origin: undefined, sudoPassword, signal })
    const system = findSystem(facts.system)
    if (typeof system === 'string') throw new AppError('network.machine_unsuitable', system)
    if (facts.root === 'none' || (facts.root === 'password' && rights === 'user'))
      throw new AppError('network.sudo_rejected', 'Removing needs root: sign in as root, or give the password for sudo')
    progress.enter('remove')
    const { code, lastError } = await connection.run({
      ...{ script: removeScript(layout, system.removeScript), rights, silenceMs, signal, onLine: progress.log },
      ...(sudoPassword === undefined ? {} : { sudoPassword }),
    })
    if (code !== 0) throw new AppError('network.step_failed', lastError || `The command ended with ${code}`)
  } finally {
    await connection.close()
  }
}
