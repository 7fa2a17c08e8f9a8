import { isFault } from '../../../formats/fault.ts'
import { type Cmcd, maxCmcd, parseCmcd } from '../../../formats/playlists/cmcd.ts'
import { ownText } from '../../../platform/own-text.ts'
import type { AnyRequest } from '../../http/response.ts'

const headers = ['cmcd-session', 'cmcd-object', 'cmcd-request', 'cmcd-status'] as const

/** CMCD of a request: `cmcd` as its query has it, or its headers (CTA-5004 section 2); undefined where it is missing or cannot be read. */
export function readCmcd(request: AnyRequest, encoded: string | undefined): Cmcd | undefined {
  let text = ''
  if (encoded !== undefined) text = decode(encoded)
  else {
    for (const name of headers) {
      const value = request.headers[name]
      if (typeof value === 'string' && value !== '') text = text === '' ? value : `${text},${value}`
    }
  }
  if (text === '') return undefined
  const cmcd = parseCmcd(text)
  if (isFault(cmcd)) return undefined
  if (cmcd.sid !== undefined) cmcd.sid = ownText(cmcd.sid, cmcd.sid.length)
  return cmcd
}

function decode(text: string): string {
  if (text.length > 3 * maxCmcd) return ''
  try {
    return decodeURIComponent(text)
  } catch {
    return ''
  }
}
