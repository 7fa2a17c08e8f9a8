import { AppError } from '../../../../platform/errors.ts'
import { isAllowedHost } from '../../../../platform/outbound/allowed-hosts.ts'
import { type LookupNames, type NetworkPolicy, OutboundFault, resolveTarget } from '../../../../platform/outbound/network-policy.ts'
import { isPublicIp } from '../../../../platform/outbound/public-ip.ts'

export interface DockUrlRules {
  readonly network: NetworkPolicy
  /** An editor names it: only public hosts, and those that an admin opened. */
  readonly limited: boolean
  /** Base URLs under which people reach this host. */
  readonly ownUrls: readonly string[]
  readonly lookup?: LookupNames
}

/**
 * A URL as a dock may have it. https leads to any host that its author may reach; http, which anybody on the way reads and changes, only
 * into private networks. Never to this host: its own pages in a dock would act for the user who looks.
 * @throws AppError `request.invalid`, `url.forbidden`
 */
export async function judgeDockUrl(text: string, { network, limited, ownUrls, lookup }: DockUrlRules): Promise<URL> {
  const url = URL.parse(text.trim())
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) throw invalid('it must start with https:// or http://')
  if (url.username !== '' || url.password !== '') throw invalid('browsers open no URL with a user name and password in a frame')
  if (ownUrls.some((own) => URL.parse(own)?.origin === url.origin)) throw invalid('it leads to this host itself')
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80)
  const target = await resolveTarget(url.hostname, port, network, limited, lookup).catch((error: Error) => {
    if (error instanceof OutboundFault) throw new AppError('url.forbidden', error.message)
    throw invalid(`the host ${url.hostname} is not known here (${error.message})`)
  })
  if (target.own !== undefined) throw invalid('it leads to this host itself')
  const isPrivate = target.addresses.every(
    ({ address }) => !isPublicIp(address) || isAllowedHost(network.editorHosts, target.host, address, port),
  )
  if (url.protocol === 'http:' && !isPrivate) throw invalid('http:// is for private networks alone: use https://')
  return url
}

function invalid(why: string): AppError {
  return new AppError('request.invalid', `body.url: ${why}`, { details: { field: 'body.url' } })
}
