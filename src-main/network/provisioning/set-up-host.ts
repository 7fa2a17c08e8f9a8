import { X509Certificate } from 'node:crypto'
import { AppError } from '../../platform/errors.ts'
import { examineMachine } from './examine-machine.ts'
import { hostLayout } from './layout.ts'
import { judgeMachine } from './machine/judge-machine.ts'
import { hostUnitOf } from './machine-unit.ts'
import type { ProgramPackage } from './program-package.ts'
import type { Progress } from './progress.ts'
import type { SetUp, SignInLink } from './provisioning-schemas.ts'
import { removeFromMachine } from './remove-from-machine.ts'
import { type MachineRole, setUpMachine, silenceMs, type Way } from './set-up-machine.ts'
import type { ProvisioningDependencies } from './set-up-node.ts'
import { SshConnection } from './ssh/ssh-connection.ts'
import { certificateScript, signInScript } from './steps/sign-in.ts'
import { untilReady } from './until-ready.ts'

type Dependencies = Pick<ProvisioningDependencies, 'machines' | 'packages' | 'unitText'>

/** Ports on which a host answers by TCP. */
const tcpPorts = ({ httpPort, httpsPort, rtmpPort, rtmpsPort }: SetUp): readonly number[] =>
  [httpPort, httpsPort, rtmpPort, rtmpsPort].filter((port) => port !== 'off')

/** The URL that people open: by its certificate's name where it has one. */
export function hostUrlOf({ httpPort, httpsPort, acmeNames }: Pick<SetUp, 'httpPort' | 'httpsPort' | 'acmeNames'>, host: string): string {
  const name = acmeNames.split(',').find((each) => each !== '' && !each.startsWith('*.'))
  const authority = name ?? (host.includes(':') ? `[${host}]` : host)
  const [scheme, port, usual] = httpsPort === 'off' ? ['http', httpPort, 80] : ['https', httpsPort, 443]
  return `${scheme}://${authority}${port === usual ? '' : `:${port}`}`
}

/** A machine as a host of its own: what is judged and planned before anything is done. */
export function hostPlan(
  setUp: SetUp,
  { sudoPassword, packages }: { readonly sudoPassword: string | undefined; readonly packages: () => readonly ProgramPackage[] },
): Pick<MachineRole, 'layout' | 'origin' | 'steps' | 'judge' | 'isNginxMissing'> {
  return {
    ...{ layout: hostLayout, origin: undefined },
    steps: () => ['connect', 'check', 'prepare', 'copy', 'configure', 'start', 'answer', 'finish'],
    judge: (facts) =>
      judgeMachine(facts, {
        ...{ ports: tcpPorts(setUp), cache: false, origin: undefined, hasSudoPassword: sudoPassword !== undefined },
        isAcmeByHttp: setUp.acmeNames !== '',
        architectures: packages().map(({ architecture }) => architecture),
      }),
    isNginxMissing: () => false,
  }
}

/** Sets a host up, or repairs and updates the one that is there, and waits until it answers. Resolves to its URL. Throws as `setUpMachine`. */
export async function setUpHost(
  { machines, packages, unitText }: Dependencies,
  { setUp, way }: { readonly setUp: SetUp; readonly way: Way },
  progress: Progress,
  signal: AbortSignal,
): Promise<string> {
  const { target, sudoPassword } = way
  const url = hostUrlOf(setUp, target.host)
  const role: MachineRole = {
    ...hostPlan(setUp, { sudoPassword, packages }),
    configure: async () => ({ unit: unitText(hostUnitOf(setUp)), joinToken: '' }),
    async untilReady(machine) {
      progress.enter('answer')
      await untilReady({ ...machine, layout: hostLayout, port: setUp.httpPort, what: 'host', find: () => url })
    },
    undone: async () => undefined,
  }
  await setUpMachine({ machines, packages }, role, way, progress, signal)
  await machines.setHost(target, url)
  return url
}

/** Removes a host with all of its data, from its machine. Throws as `removeFromMachine`. */
export async function removeHost({ machines }: Dependencies, way: Way, progress: Progress, signal: AbortSignal): Promise<void> {
  await removeFromMachine(hostLayout, way, progress, signal)
  await machines.removeHost(way.target)
}

/**
 * Has the host on a machine make a link that signs in there as admin, once and within ten minutes. It comes over the connection alone and
 * is kept nowhere. Throws as `setUpMachine`.
 */
export async function makeSignInLink({ machines }: Pick<Dependencies, 'machines'>, way: Way, signal: AbortSignal): Promise<SignInLink> {
  const { target, sudoPassword } = way
  const url = machines.find(target)?.hostUrl
  if (url === undefined) throw new AppError('network.machine_unknown', `This host has set up no host on ${target.host}`)
  const connection = await SshConnection.open(target, way.hostKey, way.credentials, signal)
  try {
    const { rights } = await examineMachine(connection, { layout: hostLayout, origin: undefined, sudoPassword, signal })
    const run = async (script: string): Promise<readonly string[]> => {
      const { code, lines, lastError } = await connection.run({
        ...{ script, rights, silenceMs, signal },
        ...(sudoPassword === undefined ? {} : { sudoPassword }),
      })
      if (code !== 0) throw new AppError('network.step_failed', lastError || `The command ended with ${code}`)
      return lines
    }
    const made = readLink(await run(signInScript(hostLayout)))
    return {
      url: `${url}/#link=${made.secret}`,
      expiresAt: made.expiresAt,
      fingerprint: readFingerprint(await run(certificateScript(hostLayout))),
    }
  } finally {
    await connection.close()
  }
}

/** What the program prints, which is another machine's: nothing of it but a secret and a time is used. */
export function readLink(lines: readonly string[]): { readonly secret: string; readonly expiresAt: string } {
  for (const line of lines) {
    const [, secret] = /"url":"[^"]*#link=([A-Za-z0-9_-]{20,200})"/.exec(line) ?? []
    const [, expiresAt] = /"expiresAt":"(\d{4}-\d\d-\d\dT[\d:.]{8,12}Z)"/.exec(line) ?? []
    if (secret !== undefined && expiresAt !== undefined) return { secret, expiresAt }
  }
  throw new AppError('network.step_failed', 'The host there made no sign-in link')
}

/** SHA-256 of the self-made certificate, as browsers show it; null where it is another's, or cannot be read. */
export function readFingerprint(lines: readonly string[]): string | null {
  try {
    return lines.length === 0 ? null : new X509Certificate(lines.join('\n')).fingerprint256
  } catch {
    return null
  }
}
