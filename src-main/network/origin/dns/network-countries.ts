import { readFileSync, statSync } from 'node:fs'
import { AppError } from '../../../platform/errors.ts'
import { networkText } from '../../limits/network-set.ts'

/** Each network is signed by itself: more would take seconds with each change. */
const maxNetworks = 20_000
const maxBytes = 2 * 1024 * 1024

/** Reads networks and their countries, one a line; `#` starts a comment. Throws `network.dns_invalid` with the line. */
export function readNetworkCountries(path: string): readonly { readonly network: string; readonly country: string }[] {
  let text: string
  try {
    if (statSync(path).size > maxBytes) throw new Error(`it has more than ${maxBytes} bytes`)
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    throw new AppError('network.dns_invalid', `geoFile: ${path} cannot be read: ${(cause as Error).message}`, { cause })
  }
  const found = new Map<string, string>()
  for (const [index, line] of text.split('\n').entries()) {
    const words = line.replace(/#.*/, '').trim().split(/\s+/)
    if (words[0] === '') continue
    const network = networkText(words[0] ?? '')
    const country = words[1]?.toUpperCase() ?? ''
    if (words.length !== 2 || network === undefined || !/^[A-Z]{2}$/.test(country))
      throw new AppError('network.dns_invalid', `${path}, line ${index + 1}: "${line.slice(0, 80)}" is no network with its country`)
    found.set(network, country)
    if (found.size > maxNetworks) throw new AppError('network.dns_invalid', `${path} has more than ${maxNetworks} networks`)
  }
  return [...found].map(([network, country]) => ({ network, country }))
}
