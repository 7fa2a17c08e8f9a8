/**
 * The rules of HLS (RFC 8216bis) for the playlists that we serve, checked from outside on their text alone. Each violation
 * is a sentence; none means that the playlist keeps the rules that are checked here.
 */

type Attributes = ReadonlyMap<string, string>

interface Part {
  readonly uri: string
  readonly durationS: number
}

interface Segment {
  readonly sequence: number
  uri: string | undefined
  durationS: number | undefined
  dateMs: number | undefined
  map: string | undefined
  /** Seams before or at this segment since the stream started. */
  discontinuities: number
  discontinuity: boolean
  /** There is no media for its time. */
  gap: boolean
  readonly parts: Part[]
}

/** A media playlist as read; what could not be read is in `faults`. */
export interface ReadMediaPlaylist {
  readonly version: number
  readonly targetDurationS: number | undefined
  readonly partTargetS: number | undefined
  readonly serverControl: Attributes | undefined
  readonly sequence: number
  readonly discontinuitySequence: number
  readonly skipped: number
  readonly segments: readonly Segment[]
  readonly hint: string | undefined
  readonly reports: readonly { readonly uri: string; readonly sequence: number; readonly part: number }[]
  readonly ended: boolean
  readonly lowLatency: boolean
  readonly faults: readonly string[]
}

const frameToleranceMs = 45

/** Attribute lists that were read: most of what a reload lists was in the load before it. */
const lists = new Map<string, { readonly list: Attributes; readonly faults: readonly string[] }>()
const maxLists = 2000

function attributes(text: string, faults: string[]): Attributes {
  const known = lists.get(text)
  if (known) {
    faults.push(...known.faults)
    return known.list
  }
  const own: string[] = []
  const list = readAttributes(text, own)
  if (lists.size >= maxLists) lists.clear()
  lists.set(text, { list, faults: own })
  faults.push(...own)
  return list
}

/** Attribute lists (section 4.2): commas inside quotes do not separate. Quotes are taken off. */
function readAttributes(text: string, faults: string[]): Attributes {
  const result = new Map<string, string>()
  const pattern = /([A-Z0-9-]+)=("[^"\r\n]*"|[^",\s]*)(,|$)/gy
  while (pattern.lastIndex < text.length) {
    const match = pattern.exec(text)
    if (!match) {
      faults.push(`malformed attribute list: ${text}`)
      break
    }
    const [, name = '', value = ''] = match
    if (result.has(name)) faults.push(`attribute ${name} appears twice: ${text}`)
    result.set(name, value.startsWith('"') ? value.slice(1, -1) : value)
  }
  return result
}

/** Checks a multivariant playlist. */
export function checkMultivariant(text: string): string[] {
  const faults: string[] = []
  const lines = text.split('\n')
  if (lines[0] !== '#EXTM3U') faults.push('the first line is not #EXTM3U')
  if (!text.endsWith('\n')) faults.push('the last line does not end')
  if (lines.filter((line) => line.startsWith('#EXT-X-VERSION:')).length > 1) faults.push('more than one EXT-X-VERSION')
  const groups = new Map<string, { names: Set<string>; defaults: number; withoutUri: boolean }>()
  const variants: { list: Attributes; uri: string }[] = []
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? ''
    if (/^#(EXTINF|EXT-X-TARGETDURATION|EXT-X-MEDIA-SEQUENCE|EXT-X-PART|EXT-X-MAP)/.test(line))
      faults.push(`a tag of media playlists: ${line}`)
    if (line.startsWith('#EXT-X-MEDIA:')) {
      const list = attributes(line.slice(13), faults)
      const id = list.get('GROUP-ID')
      const name = list.get('NAME')
      if (!list.get('TYPE') || !id || !name) {
        faults.push(`EXT-X-MEDIA lacks TYPE, GROUP-ID or NAME: ${line}`)
        continue
      }
      const group = groups.get(id) ?? { names: new Set<string>(), defaults: 0, withoutUri: false }
      groups.set(id, group)
      if (group.names.has(name)) faults.push(`two renditions of group ${id} are called ${name}`)
      group.names.add(name)
      if (list.get('DEFAULT') === 'YES') {
        group.defaults += 1
        if (list.get('AUTOSELECT') === 'NO') faults.push('DEFAULT=YES with AUTOSELECT=NO')
      }
      if (list.get('TYPE') === 'AUDIO' && !list.get('CHANNELS')) faults.push('an audio rendition without CHANNELS')
    } else if (line.startsWith('#EXT-X-STREAM-INF:')) {
      const uri = lines[index + 1] ?? ''
      if (uri === '' || uri.startsWith('#')) faults.push('EXT-X-STREAM-INF is not followed by a URI')
      variants.push({ list: attributes(line.slice(18), faults), uri })
    }
  }
  if (variants.length === 0) faults.push('no variant')
  for (const [id, group] of groups) if (group.defaults > 1) faults.push(`group ${id} has ${group.defaults} defaults`)
  const used = new Set<string>()
  for (const { list, uri } of variants) checkVariant(list, uri, groups, used, faults)
  for (const id of groups.keys()) if (!used.has(id)) faults.push(`no variant plays group ${id}`)
  return faults
}

function checkVariant(list: Attributes, uri: string, groups: ReadonlyMap<string, unknown>, used: Set<string>, faults: string[]): void {
  const bandwidth = list.get('BANDWIDTH') ?? ''
  if (!/^[1-9]\d*$/.test(bandwidth)) faults.push(`BANDWIDTH is missing or not a positive whole number: ${uri}`)
  const average = list.get('AVERAGE-BANDWIDTH')
  if (average !== undefined && !/^[1-9]\d*$/.test(average)) faults.push(`AVERAGE-BANDWIDTH is not a positive whole number: ${uri}`)
  if (average !== undefined && Number(average) > Number(bandwidth)) faults.push(`AVERAGE-BANDWIDTH is larger than BANDWIDTH: ${uri}`)
  const codecs = list.get('CODECS')
  if (!codecs) faults.push(`no CODECS: ${uri}`)
  const video = /\b(avc1|avc3|hvc1|hev1|av01|vp09)\b/.test(codecs ?? '')
  const resolution = list.get('RESOLUTION')
  if (resolution !== undefined && !/^[1-9]\d*x[1-9]\d*$/.test(resolution)) faults.push(`malformed RESOLUTION ${resolution}`)
  if (resolution !== undefined && !video) faults.push(`RESOLUTION without a video codec: ${uri}`)
  const rate = list.get('FRAME-RATE')
  if (rate !== undefined && !/^\d+(\.\d{1,3})?$/.test(rate)) faults.push(`malformed FRAME-RATE ${rate}`)
  const audio = list.get('AUDIO')
  if (audio !== undefined) {
    used.add(audio)
    if (!groups.has(audio)) faults.push(`AUDIO names group ${audio} that is not there`)
  }
}

/** Playlists that were read last, by their text: each reload is checked against the one before, which was read already. */
const recent = new Map<string, ReadMediaPlaylist>()
const maxRecent = 16

/** Reads a media playlist into what the rules speak of. */
export function readMediaPlaylist(text: string): ReadMediaPlaylist {
  const known = recent.get(text)
  if (known) return known
  const playlist = parseMediaPlaylist(text)
  recent.set(text, playlist)
  for (const oldest of recent.keys()) {
    if (recent.size <= maxRecent) break
    recent.delete(oldest)
  }
  return playlist
}

function parseMediaPlaylist(text: string): ReadMediaPlaylist {
  const faults: string[] = []
  const lines = text.split('\n')
  if (lines[0] !== '#EXTM3U') faults.push('the first line is not #EXTM3U')
  if (lines.pop() !== '') faults.push('the last line does not end')
  const header = new Map<string, string>()
  const segments: Segment[] = []
  const reports: { uri: string; sequence: number; part: number }[] = []
  let hint: string | undefined
  let skipped = 0
  let map: string | undefined
  let open: Segment | undefined
  let ended = false
  const sequence = Number(/^#EXT-X-MEDIA-SEQUENCE:(\d+)$/m.exec(text)?.[1] ?? 0)
  const discontinuitySequence = Number(/^#EXT-X-DISCONTINUITY-SEQUENCE:(\d+)$/m.exec(text)?.[1] ?? 0)
  let discontinuities = discontinuitySequence
  const segment = (): Segment => {
    open ??= {
      sequence: sequence + skipped + segments.length,
      uri: undefined,
      durationS: undefined,
      dateMs: undefined,
      map,
      discontinuities,
      discontinuity: false,
      gap: false,
      parts: [],
    }
    return open
  }
  for (const line of lines.slice(1)) {
    const colon = line.indexOf(':')
    const tag = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(colon + 1)
    if (!line.startsWith('#')) {
      if (line === '') {
        faults.push('an empty line')
        continue
      }
      const done = segment()
      if (done.durationS === undefined) faults.push(`${line} has no EXTINF`)
      done.uri = line
      segments.push(done)
      open = undefined
      continue
    }
    switch (tag) {
      case '#EXTINF':
        if (!/^\d+(\.\d+)?,/.test(value)) faults.push(`malformed EXTINF ${value}`)
        segment().durationS = Number.parseFloat(value)
        break
      case '#EXT-X-DISCONTINUITY': {
        const next = segment()
        if (next.parts.length > 0) faults.push(`EXT-X-DISCONTINUITY comes after parts of segment ${next.sequence}`)
        discontinuities += 1
        next.discontinuity = true
        next.discontinuities = discontinuities
        break
      }
      case '#EXT-X-PROGRAM-DATE-TIME': {
        const next = segment()
        next.dateMs = Date.parse(value)
        if (Number.isNaN(next.dateMs)) faults.push(`malformed date ${value}`)
        break
      }
      case '#EXT-X-GAP':
        segment().gap = true
        break
      case '#EXT-X-MAP': {
        const next = segment()
        if (next.parts.length > 0) faults.push(`EXT-X-MAP comes after parts of segment ${next.sequence}`)
        map = attributes(value, faults).get('URI')
        if (!map) faults.push('EXT-X-MAP without URI')
        next.map = map
        break
      }
      case '#EXT-X-PART': {
        const list = attributes(value, faults)
        const uri = list.get('URI')
        const durationS = Number(list.get('DURATION'))
        if (!uri || !(durationS > 0)) faults.push(`EXT-X-PART lacks URI or DURATION: ${value}`)
        segment().parts.push({ uri: uri ?? '', durationS })
        break
      }
      case '#EXT-X-SKIP':
        skipped = Number(attributes(value, faults).get('SKIPPED-SEGMENTS'))
        if (!(skipped > 0)) faults.push('EXT-X-SKIP without SKIPPED-SEGMENTS')
        if (segments.length > 0 || open) faults.push('EXT-X-SKIP comes after segments')
        break
      case '#EXT-X-PRELOAD-HINT': {
        const list = attributes(value, faults)
        if (hint !== undefined) faults.push('more than one preload hint')
        if (list.get('TYPE') !== 'PART' || !list.get('URI')) faults.push(`malformed preload hint ${value}`)
        hint = list.get('URI')
        break
      }
      case '#EXT-X-RENDITION-REPORT': {
        const list = attributes(value, faults)
        const uri = list.get('URI')
        if (!uri || !list.has('LAST-MSN')) faults.push(`malformed rendition report ${value}`)
        if (uri?.includes('://')) faults.push(`the URI of a rendition report is not relative: ${uri}`)
        reports.push({ uri: uri ?? '', sequence: Number(list.get('LAST-MSN')), part: Number(list.get('LAST-PART') ?? -1) })
        break
      }
      case '#EXT-X-ENDLIST':
        ended = true
        break
      default:
        if (header.has(tag)) faults.push(`${tag} appears twice`)
        if (segments.length > 0 || open) faults.push(`${tag} comes after the first segment`)
        header.set(tag, value)
    }
  }
  if (open) {
    if (open.durationS !== undefined) faults.push('EXTINF without a URI')
    segments.push(open)
  }
  const serverControl = header.get('#EXT-X-SERVER-CONTROL')
  const partInf = header.get('#EXT-X-PART-INF')
  const target = header.get('#EXT-X-TARGETDURATION')
  if (target !== undefined && !/^[1-9]\d*$/.test(target)) faults.push(`malformed EXT-X-TARGETDURATION ${target}`)
  return {
    version: Number(header.get('#EXT-X-VERSION') ?? 1),
    targetDurationS: target === undefined ? undefined : Number(target),
    partTargetS: partInf === undefined ? undefined : Number(attributes(partInf, faults).get('PART-TARGET')),
    serverControl: serverControl === undefined ? undefined : attributes(serverControl, faults),
    sequence,
    discontinuitySequence,
    skipped,
    segments,
    hint,
    reports,
    ended,
    lowLatency: partInf !== undefined,
    faults,
  }
}

/** The part that a client asks for next: `_HLS_msn` and `_HLS_part` of a blocking reload (section 6.2.5.2). */
export function nextPart(playlist: ReadMediaPlaylist): { sequence: number; part: number } {
  const newest = playlist.segments.at(-1)
  if (newest === undefined) return { sequence: playlist.sequence, part: 0 }
  return newest.uri === undefined ? { sequence: newest.sequence, part: newest.parts.length } : { sequence: newest.sequence + 1, part: 0 }
}

/**
 * Checks a media playlist; with `previous`, an earlier (full or delta) load of the same one, also what may change between loads.
 * Video that pauses (`pauses`) has segments without parts: a frame that lasts longer than PART-TARGET has no place in one.
 */
export function checkMediaPlaylist(text: string, previous?: string, options: { readonly pauses?: boolean } = {}): string[] {
  const playlist = readMediaPlaylist(text)
  const faults = [...playlist.faults]
  checkHeader(playlist, faults)
  checkSegments(playlist, faults)
  checkDates(playlist, faults)
  if (playlist.lowLatency) checkLowLatency(playlist, options.pauses === true, faults)
  if (previous !== undefined) checkReload(playlist, readMediaPlaylist(previous), faults)
  return faults
}

/** Checks a delta update against the full playlist of the same moment: together with what is skipped it says the same. */
export function checkDelta(deltaText: string, fullText: string): string[] {
  const delta = readMediaPlaylist(deltaText)
  const full = readMediaPlaylist(fullText)
  const faults: string[] = []
  const skipUntilS = Number(full.serverControl?.get('CAN-SKIP-UNTIL') ?? 0)
  if (delta.sequence !== full.sequence) faults.push('the delta update starts with another sequence number')
  if (delta.discontinuitySequence !== full.discontinuitySequence) faults.push('the delta update has another discontinuity sequence')
  if (delta.hint !== full.hint) faults.push('the delta update hints at another part')
  if (delta.skipped + delta.segments.length !== full.segments.length)
    faults.push('the delta update and what it skips do not make the full playlist')
  if (delta.skipped > 0 && delta.version < 9) faults.push('EXT-X-SKIP needs version 9')
  let afterS = 0
  for (const segment of full.segments.slice(delta.skipped)) afterS += lengthS(segment)
  if (delta.skipped > 0 && afterS + 1e-6 < skipUntilS)
    faults.push(`the delta update keeps ${afterS} s, less than the skip boundary of ${skipUntilS} s`)
  for (const segment of delta.segments) {
    const whole = full.segments.find((other) => other.sequence === segment.sequence)
    if (!whole || whole.uri !== segment.uri || whole.durationS !== segment.durationS || whole.parts.length !== segment.parts.length) {
      faults.push(`segment ${segment.sequence} differs between delta update and full playlist`)
    }
  }
  return faults
}

function lengthS(segment: Segment): number {
  if (segment.durationS !== undefined) return segment.durationS
  let sum = 0
  for (const part of segment.parts) sum += part.durationS
  return sum
}

function checkHeader(playlist: ReadMediaPlaylist, faults: string[]): void {
  if (playlist.targetDurationS === undefined) faults.push('no EXT-X-TARGETDURATION')
  const maps = playlist.segments.some((segment) => segment.map !== undefined)
  if (maps && playlist.version < 6) faults.push('EXT-X-MAP needs version 6')
  if (playlist.skipped > 0 && playlist.version < 9) faults.push('EXT-X-SKIP needs version 9')
}

function checkSegments(playlist: ReadMediaPlaylist, faults: string[]): void {
  const { segments, targetDurationS = 0, partTargetS } = playlist
  segments.forEach((segment, index) => {
    const name = `segment ${segment.sequence}`
    const last = index === segments.length - 1
    if (segment.durationS !== undefined && Math.round(segment.durationS) > targetDurationS)
      faults.push(`${name} lasts ${segment.durationS} s, over the target duration`)
    // a transport stream brings its own tables
    const transport = segment.uri?.endsWith('.ts') === true
    if (segment.map === undefined && !transport && playlist.skipped === 0) faults.push(`${name} has no EXT-X-MAP`)
    if (segment.uri === undefined && (!last || playlist.ended)) faults.push(`${name} has no URI`)
    if (segment.parts.length === 0) return
    if (partTargetS === undefined) faults.push(`${name} has parts, but there is no EXT-X-PART-INF`)
    const sum = segment.parts.reduce((total, part) => total + part.durationS, 0)
    if (segment.durationS !== undefined && Math.abs(sum - segment.durationS) > 1e-6) {
      faults.push(`the parts of ${name} add up to ${sum} s, not ${segment.durationS} s`)
    }
    segment.parts.forEach((part, place) => {
      if (partTargetS === undefined) return
      if (part.durationS > partTargetS + 1e-9) faults.push(`${part.uri} lasts ${part.durationS} s, over PART-TARGET`)
      // The last part of a segment may be shorter, and the newest of an open one may turn out to be its last.
      const mayBeLast = place === segment.parts.length - 1
      if (!mayBeLast && part.durationS < partTargetS * 0.85 - 1e-9)
        faults.push(`${part.uri} lasts ${part.durationS} s, under 85 % of PART-TARGET`)
    })
  })
}

function checkDates(playlist: ReadMediaPlaylist, faults: string[]): void {
  let previous: Segment | undefined
  for (const segment of playlist.segments) {
    if (segment.dateMs !== undefined && previous?.dateMs !== undefined) {
      const movedMs = segment.dateMs - previous.dateMs
      const expectedMs = lengthS(previous) * 1000
      if (movedMs <= 0) faults.push(`the date of segment ${segment.sequence} does not follow the one before`)
      else if (!segment.discontinuity && Math.abs(movedMs - expectedMs) > frameToleranceMs) {
        faults.push(`the date of segment ${segment.sequence} is ${Math.round(movedMs - expectedMs)} ms off`)
      }
    }
    previous = segment
  }
}

function checkLowLatency(playlist: ReadMediaPlaylist, pauses: boolean, faults: string[]): void {
  const { serverControl, partTargetS = 0, targetDurationS = 0, segments } = playlist
  if (!(partTargetS > 0)) faults.push('EXT-X-PART-INF without PART-TARGET')
  if (!serverControl) faults.push('no EXT-X-SERVER-CONTROL')
  const holdBack = Number(serverControl?.get('PART-HOLD-BACK'))
  if (!(holdBack >= partTargetS * 2)) faults.push('PART-HOLD-BACK is missing or under two PART-TARGETs')
  else if (holdBack < partTargetS * 3 - 1e-9) faults.push('PART-HOLD-BACK should be at least three PART-TARGETs')
  const wholeHoldBack = serverControl?.get('HOLD-BACK')
  if (wholeHoldBack !== undefined && Number(wholeHoldBack) < targetDurationS * 3) faults.push('HOLD-BACK is under three target durations')
  const skipUntil = serverControl?.get('CAN-SKIP-UNTIL')
  if (skipUntil !== undefined && Number(skipUntil) < targetDurationS * 6) faults.push('CAN-SKIP-UNTIL is under six target durations')
  if (serverControl?.get('CAN-BLOCK-RELOAD') !== 'YES') faults.push('CAN-BLOCK-RELOAD is not YES')
  if (!playlist.ended && playlist.hint === undefined) faults.push('no preload hint')
  if (playlist.ended && playlist.hint !== undefined) faults.push('a preload hint after the end')
  const listed = segments.some((segment) => segment.parts.some((part) => part.uri === playlist.hint))
  if (listed) faults.push('the preload hint names a part that is already listed')

  let behindS = 0
  for (const segment of segments.toReversed()) {
    const length = lengthS(segment)
    if (segment.parts.length > 0 && behindS - 1e-6 > targetDurationS * 3)
      faults.push(`parts of segment ${segment.sequence} are listed over three target durations behind the end`)
    // Parts of three segments are enough, however short: some players count segments instead of seconds.
    const near = segments.length - segments.indexOf(segment) <= 3 && behindS + length < targetDurationS * 3
    if (segment.parts.length === 0 && near && !segment.gap && !pauses) faults.push(`segment ${segment.sequence} near the end has no parts`)
    behindS += length
  }
  const newest = segments.at(-1)
  for (const report of playlist.reports) {
    if (!Number.isInteger(report.sequence)) faults.push(`malformed LAST-MSN in the report of ${report.uri}`)
    else if (newest && report.sequence < newest.sequence - 1 && !pauses)
      faults.push(`the report of ${report.uri} is more than a segment behind`)
  }
}

function checkReload(now: ReadMediaPlaylist, before: ReadMediaPlaylist, faults: string[]): void {
  if (now.targetDurationS !== before.targetDurationS) faults.push('EXT-X-TARGETDURATION changed')
  if (now.partTargetS !== before.partTargetS) faults.push('PART-TARGET changed')
  if (now.sequence < before.sequence) faults.push('EXT-X-MEDIA-SEQUENCE went back')
  if (now.discontinuitySequence < before.discontinuitySequence) faults.push('EXT-X-DISCONTINUITY-SEQUENCE went back')
  checkRemoval(now, before, faults)
  if (before.ended && !now.ended) faults.push('EXT-X-ENDLIST was taken back')
  const known = new Map(before.segments.map((segment) => [segment.sequence, segment]))
  const newestBefore = before.segments.at(-1)
  const newestNow = now.segments.at(-1)
  if (newestBefore && newestNow && newestNow.sequence < newestBefore.sequence) faults.push('the newest segment was taken back')
  for (const segment of now.segments) {
    const old = known.get(segment.sequence)
    if (!old) continue
    if (old.uri !== undefined && (segment.uri !== old.uri || segment.durationS !== old.durationS))
      faults.push(`segment ${segment.sequence} changed`)
    if (old.dateMs !== segment.dateMs) faults.push(`the date of segment ${segment.sequence} changed`)
    // A delta update does not repeat the map of what it skips and does not count the seams in it.
    if (now.skipped === 0 && before.skipped === 0) {
      if (old.map !== segment.map) faults.push(`the EXT-X-MAP of segment ${segment.sequence} changed`)
      if (old.discontinuities !== segment.discontinuities) faults.push(`the discontinuity sequence of segment ${segment.sequence} changed`)
    }
    // Parts may leave the list once their segment is whole, not before.
    if (segment.parts.length === 0 && segment.uri !== undefined) continue
    old.parts.forEach((part, place) => {
      const same = segment.parts[place]
      if (!same || same.uri !== part.uri || same.durationS !== part.durationS) faults.push(`${part.uri} changed or was taken back`)
    })
  }
  checkHint(now, before, faults)
}

/**
 * What leaves a live playlist leaves three target durations in it (section 6.2.2), and what HOLD-BACK tells players to stay behind;
 * neither may grow beyond what is listed later.
 */
function checkRemoval(now: ReadMediaPlaylist, before: ReadMediaPlaylist, faults: string[]): void {
  const grown = (now.targetDurationS ?? 0) > (before.targetDurationS ?? 0) && now.sequence > 0
  if (now.ended || now.skipped > 0 || (now.sequence <= before.sequence && !grown)) return
  // a seam may have put another track in the place of the one before
  const newest = before.segments.at(-1)
  if (newest === undefined || now.sequence > newest.sequence) return
  // while the newest segment grows, what is listed of it counts where HOLD-BACK has grown
  const lengthOf = (playlist: ReadMediaPlaylist) =>
    playlist.segments.reduce((sum, segment) => sum + (grown ? lengthS(segment) : (segment.durationS ?? 0)), 0)
  const target = now.targetDurationS ?? 0
  const least = Math.max(3 * target, Number(now.serverControl?.get('HOLD-BACK') ?? 0))
  if (lengthOf(now) < least - 0.05)
    faults.push(`segments were removed though only ${lengthOf(now)} s are listed, less than HOLD-BACK of ${least} s`)
}

/** The hinted part is the next one to appear (section 4.4.5.3), in whichever segment that is. */
function checkHint(now: ReadMediaPlaylist, before: ReadMediaPlaylist, faults: string[]): void {
  const newest = before.segments.at(-1)
  if (before.hint === undefined || !newest) return
  const old = new Set(before.segments.flatMap((segment) => segment.parts.map((part) => part.uri)))
  const fresh = now.segments
    .filter((segment) => segment.sequence >= newest.sequence)
    .flatMap((segment) => segment.parts.map((part) => ({ uri: part.uri, sequence: segment.sequence })))
  const first = fresh.find((part) => !old.has(part.uri))
  // what was made in one go since is listed without the parts of its older segments
  if ((now.segments.at(-1)?.sequence ?? 0) - newest.sequence >= 3) return
  // no parts are listed before a segment without, and it came with the hinted part
  const isHidden = now.segments.some(
    (segment) => segment.sequence > newest.sequence && segment.uri !== undefined && segment.parts.length === 0,
  )
  if (isHidden) return
  if (first && first.uri !== before.hint) faults.push(`${first.uri} appeared where ${before.hint} was hinted`)
  if (!first && !now.ended && now.hint !== before.hint)
    faults.push(`the hint changed from ${before.hint} to ${now.hint} and no part appeared`)
}
