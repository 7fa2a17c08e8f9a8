import { block, type Directive, directive } from './directives.ts'
import type { FrontOptions, FunctionOptions, ImageOptions, SiteOptions, SiteRule } from './front-options.ts'

/** The path of the route that a rule's path lies below; undefined where no function answers there. */
export function routeAbove(routes: readonly string[], path: string): string | undefined {
  const above = routes.filter((each) => each === path || (each.endsWith('/') && path.startsWith(each)))
  return above.sort((one, other) => other.length - one.length)[0]
}

/** The rule that a path lies below; undefined where none says anything of it. */
export function ruleAbove(rules: readonly SiteRule[], path: string): SiteRule | undefined {
  const above = rules.filter((each) => each.path === path || (each.path.endsWith('/') && path.startsWith(each.path)))
  return [...above].sort((one, other) => other.path.length - one.path.length)[0]
}

/** Paths of a site that functions answer at. What is for other host names is another site's. */
export function functionPaths({ functions, sites }: FrontOptions, site: SiteOptions): readonly string[] {
  const isOf = (host: string, { hosts }: SiteOptions): boolean => hosts.some((each) => covers(each, host) || covers(host, each))
  const paths = (functions?.routes ?? [])
    .filter(({ host }) => host === undefined || (site.hosts.length === 0 ? !sites.some((each) => isOf(host, each)) : isOf(host, site)))
    .map(({ path }) => path)
  return [...new Set(paths)]
}

const covers = (pattern: string, host: string): boolean => (pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) : host === pattern)

/** Where nginx sends requests that have a function. */
export function functionUpstream({ functions }: FrontOptions): readonly Directive[] {
  if (functions === undefined) return []
  return [
    block('upstream', ['agent_functions'], [directive('server', `127.0.0.1:${functions.port}`, 'max_fails=0'), directive('keepalive', 64)]),
  ]
}

/** What a location has whose requests a function answers: nothing is kept, and the function learns whose request it is. */
export function functionContent({ secret }: FunctionOptions, route: string): readonly Directive[] {
  return [
    directive('proxy_pass', 'http://agent_functions'),
    // The process behind nginx rejects what is more than 1 MiB, but nginx writes bodies to the disk first: none without end.
    directive('client_max_body_size', '2m'),
    directive('proxy_set_header', 'Host', '$edge_authority'),
    directive('proxy_set_header', 'Connection', ''),
    directive('proxy_set_header', 'X-Edge-Functions', secret),
    directive('proxy_set_header', 'User-Agent', '$edge_agent'),
    directive('proxy_set_header', 'X-Edge-Route', route),
    directive('proxy_set_header', 'X-Forwarded-For', '$remote_addr'),
    directive('proxy_set_header', 'X-Forwarded-Proto', '$scheme'),
    directive('proxy_set_header', 'Forwarded', ''),
    directive('proxy_set_header', 'X-Real-IP', ''),
    // What went wrong in a function would go wrong again.
    directive('proxy_next_upstream', 'off'),
    directive('add_header', 'X-Cache', '$upstream_http_x_cache', 'always'),
  ]
}

/** The start of a site's server for functions and images: 127.0.0.1 alone, with the secret, and no line in the logs of viewers. */
export function insideServer({ insidePort, insideSecret }: FunctionOptions | ImageOptions, isOpen: boolean): readonly Directive[] {
  return [
    directive('listen', `127.0.0.1:${insidePort}`, ...(isOpen ? ['default_server'] : [])),
    directive('access_log', 'off'),
    directive('set_real_ip_from', '127.0.0.1'),
    directive('real_ip_header', 'X-Edge-Viewer'),
    directive('proxy_cache_bypass', '$http_x_edge_fresh'),
    // tags of originals are tags of what is made of them; nginx hides them from viewers
    directive('proxy_pass_header', 'Cache-Tag'),
    block('if', ['($http_x_edge_inside', '!=', `${insideSecret})`], [directive('return', 421)]),
  ]
}
