import { AppError } from '../../platform/errors.ts'
import { networkText, prefixShare } from '../limits/network-set.ts'

/** Networks in each list. */
export const maxListed = 20_000
/** Longest text of an import, characters. */
export const maxImport = 900_000

/** Which list: those that are never limited or blocked, or those that are always denied. */
export type ListName = 'allow' | 'deny'

/**
 * Reads a list: a network or IP address a line, `#` starts a comment. Throws `network.list_invalid`, which names the line: nothing of a
 * list with a mistake is used.
 */
export function readNetworkList(text: string): readonly string[] {
  const networks = new Set<string>()
  let number = 0
  for (const line of text.split(/\r?\n/)) {
    number++
    const given = (line.split('#')[0] as string).trim()
    if (given === '') continue
    const network = networkText(given)
    const problem = network === undefined ? 'is not an IP address or a network like 192.0.2.0/24' : tooLarge(network)
    if (network === undefined || problem !== undefined)
      throw new AppError('network.list_invalid', `Line ${number}: ${JSON.stringify(given.slice(0, 80))} ${problem}`, {
        details: { line: number },
      })
    networks.add(network)
    if (networks.size > maxListed)
      throw new AppError('network.list_invalid', `Line ${number}: a list has ${maxListed} networks at most`, { details: { line: number } })
  }
  return [...networks]
}

/** Whole continents are a mistake: /8 of IPv4 and /16 of IPv6 are the largest. */
function tooLarge(network: string): string | undefined {
  const isSix = network.includes(':')
  const bits = (prefixShare(network) ?? 0) * (isSix ? 128 : 32)
  return bits < (isSix ? 16 : 8) ? `is too large: /${isSix ? 16 : 8} is the largest network` : undefined
}
