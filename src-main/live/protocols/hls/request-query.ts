import { ownText } from '../../../platform/own-text.ts'
import { isWord, wholeNumber } from '../../http/live-url.ts'
import { parseStartPoint, type StartPoint } from '../../packaging/rewind/start-point.ts'

/** The query of a playback URL: delivery directives (RFC 8216bis section 6.2.5) and the viewer's session. */
export interface PlaybackQuery {
  /** `_HLS_msn`: wait for this media sequence number. */
  readonly sequence: number | undefined
  /** `_HLS_part`: wait for this part of it. */
  readonly part: number | undefined
  /** `_HLS_skip`: a delta update is welcome. */
  readonly skip: boolean
  /** `session` of our own player's URL. */
  readonly session: string | undefined
  /** `CMCD`, still percent-encoded. */
  readonly cmcd: string | undefined
  /** `start`: where to start, see start-point.ts. */
  readonly start: StartPoint | undefined
  /** `node=chosen`: the player chose where it plays from. */
  readonly isChosen: boolean
  /** A directive was malformed or incomplete: the request is rejected. */
  readonly malformed: boolean
}

const none: PlaybackQuery = {
  sequence: undefined,
  part: undefined,
  skip: false,
  session: undefined,
  cmcd: undefined,
  start: undefined,
  isChosen: false,
  malformed: false,
}

/** Reads a query without its mark; unknown parameters are ignored. */
export function parsePlaybackQuery(text: string): PlaybackQuery {
  if (text === '') return none
  let sequence: number | undefined
  let part: number | undefined
  let skip = false
  let session: string | undefined
  let cmcd: string | undefined
  let start: StartPoint | undefined
  let isChosen = false
  let malformed = false
  for (let at = 0; at < text.length; ) {
    let end = text.indexOf('&', at)
    if (end < 0) end = text.length
    if (text.startsWith('_HLS_msn=', at)) {
      sequence = wholeNumber(text, at + 9, end)
      malformed ||= sequence < 0
    } else if (text.startsWith('_HLS_part=', at)) {
      part = wholeNumber(text, at + 10, end)
      malformed ||= part < 0
    } else if (text.startsWith('_HLS_skip=', at)) {
      const value = text.slice(at + 10, end)
      skip = value === 'YES' || value === 'v2'
    } else if (text.startsWith('session=', at)) {
      const value = text.slice(at + 8, end)
      if (isWord(value)) session = ownText(value, value.length)
    } else if (text.startsWith('CMCD=', at)) {
      cmcd = text.slice(at + 5, end)
    } else if (text.startsWith('node=', at)) {
      isChosen = text.slice(at + 5, end) === 'chosen'
    } else if (text.startsWith('start=', at)) {
      start = parseStartPoint(text.slice(at + 6, end))
      malformed ||= start === undefined
    }
    at = end + 1
  }
  // Section 6.2.5.2: a part without its sequence number is an error.
  if (part !== undefined && sequence === undefined) malformed = true
  return { sequence, part, skip, session, cmcd, start, isChosen, malformed }
}
