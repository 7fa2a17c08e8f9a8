import { type Directive, directive, from, plain } from './directives.ts'
import type { FrontOptions } from './front-options.ts'

/** True where requests below a rule are written down for who fetches ahead of players. */
export function hasAskedLog({ askedLog, sites }: FrontOptions): boolean {
  return askedLog !== undefined && sites.some(({ rules }) => rules.some((rule) => rule.prefetch === true))
}

/** A log for the index of the cache. */
export interface StoredLog {
  readonly file: string
  readonly format: string
}

/**
 * The logs of a location. What it has is in place of those of the `http` block, so that all are said each time.
 * @param stored undefined where nothing is kept
 */
export function accessLogs(options: FrontOptions, stored?: StoredLog): readonly Directive[] {
  const { requestLog, accessLog, askedLog } = options
  const option = 'accessLog.file'
  const logs = [
    ...(stored === undefined ? [] : [storedAnswers(stored)]),
    // those within a request are left out where it is read: to look for them here costs each request
    ...(requestLog === undefined ? [] : [directive('access_log', requestLog, 'requests', 'buffer=64k', 'flush=100ms')]),
    ...(accessLog === undefined
      ? []
      : [from(option, directive('access_log', plain(accessLog.file, option), 'combined', 'buffer=64k', 'flush=1s', 'if=$edge_of_viewer'))]),
    ...(askedLog !== undefined && hasAskedLog(options)
      ? [directive('access_log', askedLog, 'asked', 'buffer=16k', 'flush=50ms', 'if=$edge_asked')]
      : []),
  ]
  return logs.length > 0 ? logs : [directive('access_log', 'off')]
}

/** A line for each answer that an origin gave, which is what may have been stored. A hit has no origin. */
export function storedAnswers({ file, format }: StoredLog): Directive {
  return directive('access_log', file, format, 'if=$upstream_addr')
}

/** What the index of the cache needs to know of each answer that was stored. */
export function storedFormat(name: string, key: string, sliced: boolean): Directive {
  return directive(
    'log_format',
    name,
    'escape=json',
    `{"key":"${key}","tags":"$upstream_http_cache_tag","type":"$upstream_http_content_type","lifetime":"$upstream_http_cache_control$upstream_http_expires","status":"$upstream_cache_status","code":"$status","at":$msec,"took":$request_time,"sliced":"${sliced ? 1 : 0}"}`,
  ) // prettier-ignore
}
