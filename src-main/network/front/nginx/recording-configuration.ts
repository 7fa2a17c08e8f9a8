import { block, type Directive, directive } from './directives.ts'
import type { NginxProgram } from './find-nginx.ts'
import { namedHost } from './request-maps.ts'

/** Where the node's own process says whether a viewer may watch a recording or a clip. */
export const playbackAccessPath = '/edge-playback-access'
/** Which URL that is about. */
export const askedUrlHeader = 'x-edge-asked-url'

const viewer = (program: NginxProgram): readonly Directive[] => [
  directive('proxy_set_header', 'Host', namedHost(program)),
  directive('proxy_set_header', 'X-Forwarded-For', '$remote_addr'),
  directive('proxy_set_header', 'X-Forwarded-Proto', '$scheme'),
  directive('proxy_set_header', 'Connection', ''),
]

/** What a server has that keeps recordings and clips: where nginx asks about each viewer. */
export function playbackAccess(program: NginxProgram): Directive {
  return block(
    'location',
    ['=', playbackAccessPath],
    [
      directive('internal'),
      directive('proxy_pass', 'http://agent_live'),
      directive('proxy_pass_request_body', 'off'),
      ...viewer(program),
      directive('proxy_set_header', 'Content-Length', ''),
      directive('proxy_set_header', askedUrlHeader, '$request_uri'),
    ],
  )
}

/**
 * Recordings and clips below streams, kept in slices like other large files. Tokens are no part of what is kept: each viewer is asked about, and what
 * is not here is fetched with the token of whoever asks for it.
 * @param kept how a site keeps files
 */
export function recordingLocation(program: NginxProgram, checks: readonly Directive[], kept: readonly Directive[]): Directive {
  return block(
    'location',
    ['~', '^/live/[A-Za-z0-9_-]+/(?:recordings/[A-Za-z0-9_-]+[.](?:mp4|mkv|ts)|clips/[A-Za-z0-9_-]+[.]mp4)$'],
    [
      ...checks,
      directive('auth_request', playbackAccessPath),
      directive('proxy_pass', 'http://agent_live'),
      directive('proxy_buffering', 'on'),
      ...viewer(program),
      ...kept,
    ],
  )
}
