import { type Directive, directive } from './directives.ts'
import { rejectCircles } from './loop-configuration.ts'

/**
 * What proxies say of a request. A viewer who says it would be believed: origins take the path from some of them, which then is not the one
 * that rules were about.
 */
const claims = [
  'Forwarded',
  'X-Real-IP',
  'X-Client-IP',
  'True-Client-IP',
  'X-Forwarded-Port',
  'X-Forwarded-Prefix',
  'X-Forwarded-Path',
  'X-Forwarded-Scheme',
  'X-Forwarded-Server',
  'X-Forwarded-Ssl',
  'X-Host',
  'X-Original-Host',
  'X-Original-URL',
  'X-Rewrite-URL',
  // of this connection alone (RFC 7540, section 3.2.1)
  'HTTP2-Settings',
]

/** What a location has where nothing is kept: everything of a request goes to the origin but what a viewer says of proxies. */
export function passed(): readonly Directive[] {
  return [
    rejectCircles(),
    directive('proxy_set_header', 'CDN-Loop', '$edge_loop'),
    directive('proxy_set_header', 'User-Agent', '$edge_agent'),
    directive('proxy_set_header', 'X-Forwarded-For', '$remote_addr'),
    directive('proxy_set_header', 'X-Forwarded-Proto', '$scheme'),
    directive('proxy_set_header', 'X-Forwarded-Host', '$host'),
    ...claims.map((name) => directive('proxy_set_header', name, '')),
    directive('proxy_set_header', 'Upgrade', '$edge_upgrade'),
    directive('proxy_set_header', 'Connection', '$edge_connection'),
    directive('proxy_request_buffering', 'off'),
    directive('proxy_buffering', 'off'),
  ]
}
