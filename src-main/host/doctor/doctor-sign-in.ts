import { portOwner } from '../../platform/net/listen-error.ts'
import type { Config } from '../config.ts'
import { isWide } from '../shown-host.ts'
import type { Finding } from './finding.ts'

/** Programs that listen at the ports of web servers on this machine, e.g. `nginx (pid 311) at port 443`. */
export async function findWebServers(own: readonly (number | 'off')[]): Promise<readonly string[]> {
  const found = await Promise.all(
    [80, 443].filter((port) => !own.includes(port)).map(async (port) => [port, await portOwner(port)] as const),
  )
  return found.flatMap(([port, program]) => (program === undefined ? [] : [`${program} at port ${port}`]))
}

/** Who must sign in with these options, and whether that is what its owner can want. `webServers`: what could pass requests of others on. */
export function examineSignIn(
  config: Pick<Config, 'auth' | 'bind' | 'publicUrl' | 'trustedProxies'>,
  webServers: readonly string[],
): Finding {
  const name = 'sign-in'
  const wide = isWide(config.bind)
  const warn = (detail: string, remedy: string): Finding => ({ name, state: 'warn', detail, remedy })
  if (config.auth === 'off') {
    const who = wide ? 'everybody who reaches a port' : 'everybody on this machine, and whoever a proxy passes on,'
    return warn(`off: ${who} acts as admin`, 'Set --auth auto or --auth on.')
  }
  if (config.publicUrl.startsWith('http:') && wide)
    return warn(
      'required, but publicUrl is plain HTTP: sign-ins can be read on the way',
      'Give publicUrl as https://, see docs/security.md.',
    )
  if (config.auth === 'on' || wide || config.publicUrl !== '' || config.trustedProxies !== '')
    return { name, state: 'ok', detail: 'required of everybody' }
  if (webServers.length === 0) return { name, state: 'ok', detail: 'not needed on this machine, required of everybody else' }
  return warn(
    `not needed on this machine, where ${webServers.join(' and ')} may pass on requests of others as its own`,
    'If it passes requests on to AMI Streams, set --public-url to the URL that people open, or --auth on. See docs/security.md.',
  )
}
