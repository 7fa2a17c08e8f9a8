import { isAbsolute } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AppError } from '../../../platform/errors.ts'
import { maskUrlsIn } from '../../../platform/outbound/url-secrets.ts'
import type { PullStart } from './messages.ts'

const kinds: Readonly<Record<string, PullStart['kind']>> = {
  'rtmp:': 'rtmp',
  'rtmps:': 'rtmp',
  'rtsp:': 'rtsp',
  'rtsps:': 'rtsp',
  'srt:': 'srt',
  'http:': 'http',
  'https:': 'http',
}

/** The URL or path that FFmpeg opens. Throws `source.address_invalid` with what is wrong. */
export function readSourceUrl(text: string): Omit<PullStart, 'type'> {
  const address = text.trim()
  if (isAbsolute(address)) return { kind: 'file', url: address, loop: true }
  if (!URL.canParse(address)) throw invalid(`"${maskUrlsIn(address)}" is not a URL; the path of a file starts at the root`)
  const { protocol, hostname } = new URL(address)
  if (protocol === 'file:') return { kind: 'file', url: pathOf(address), loop: true }
  const kind = kinds[protocol]
  if (kind === undefined) throw invalid(`${protocol.slice(0, -1)} is no protocol of a source`)
  if (hostname === '') throw invalid('The URL names no host')
  return { kind, url: address, loop: false }
}

function pathOf(address: string): string {
  try {
    return fileURLToPath(address)
  } catch {
    throw invalid('The file URL names no file of this machine')
  }
}

function invalid(message: string): AppError {
  return new AppError('source.address_invalid', message)
}
