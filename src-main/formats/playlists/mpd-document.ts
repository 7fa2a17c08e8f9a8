/** Writes DASH manifests (ISO/IEC 23009-1) of the live profile with CMAF media. Pure text: times come from the caller. */

export interface MpdTimelineEntry {
  readonly startTicks: number
  readonly durationTicks: number
}

export interface MpdRepresentation {
  readonly id: string
  readonly codecs: string
  /** Bits per second. */
  readonly bandwidth: number
  readonly width?: number
  readonly height?: number
  readonly frameRate?: number
  /** Pixel aspect ratio, `H:V`. */
  readonly sar?: string
  readonly audioSamplingRate?: number
  readonly channels?: number
  readonly timescale: number
  /** Media time of the period's start. */
  readonly presentationTimeOffsetTicks: number
  /** Number of the first entry of the timeline. */
  readonly startNumber: number
  readonly initialization: string
  /** With `$Number$`. */
  readonly media: string
  readonly timeline: readonly MpdTimelineEntry[]
}

export interface MpdAdaptationSet {
  readonly id: number
  readonly contentType: 'video' | 'audio'
  /** Every segment starts with a point where decoding may start. */
  readonly startWithSap: boolean
  readonly label?: string
  readonly representations: readonly MpdRepresentation[]
}

export interface MpdPeriod {
  readonly id: string
  /** Seconds since `availabilityStartTimeMs`. */
  readonly startS: number
  readonly durationS?: number
  readonly adaptationSets: readonly MpdAdaptationSet[]
}

export interface MpdDocument {
  /** False once nothing will be added: type static. */
  readonly live: boolean
  readonly title: string
  /** ms since 1970. */
  readonly availabilityStartTimeMs: number
  readonly publishTimeMs: number
  readonly timeShiftBufferDepthS: number
  readonly minimumUpdatePeriodS: number
  readonly minBufferTimeS: number
  readonly maxSegmentDurationS: number
  readonly suggestedPresentationDelayS: number
  /** Seconds before its end at which an unfinished segment may be asked for (chunked); undefined: only complete ones are listed. */
  readonly availabilityTimeOffsetS: number | undefined
  readonly targetLatencyMs: number
  /** URL of a clock that answers ISO 8601 text. */
  readonly clockUrl: string
  /** End of the presentation in seconds since `availabilityStartTimeMs`: for a static document. */
  readonly endS: number
  readonly periods: readonly MpdPeriod[]
}

/** The manifest as text, valid against the schema of DASH-MPD.xsd. */
export function writeMpd(document: MpdDocument): string {
  const { live } = document
  const attributes = [
    'xmlns="urn:mpeg:dash:schema:mpd:2011"',
    'profiles="urn:mpeg:dash:profile:isoff-live:2011,urn:mpeg:dash:profile:cmaf:2019"',
    `type="${live ? 'dynamic' : 'static'}"`,
    `availabilityStartTime="${isoTime(document.availabilityStartTimeMs)}"`,
    `publishTime="${isoTime(document.publishTimeMs)}"`,
    `minBufferTime="${duration(document.minBufferTimeS)}"`,
    `maxSegmentDuration="${duration(document.maxSegmentDurationS)}"`,
  ]
  if (live) {
    attributes.push(
      `minimumUpdatePeriod="${duration(document.minimumUpdatePeriodS)}"`,
      `timeShiftBufferDepth="${duration(document.timeShiftBufferDepthS)}"`,
      `suggestedPresentationDelay="${duration(document.suggestedPresentationDelayS)}"`,
    )
  } else {
    attributes.push(`mediaPresentationDuration="${duration(document.endS)}"`)
  }
  const offset = live ? document.availabilityTimeOffsetS : undefined
  let text = `<?xml version="1.0" encoding="UTF-8"?>\n<MPD ${attributes.join(' ')}>\n`
  text += `<ProgramInformation><Title>${escapeXml(document.title)}</Title></ProgramInformation>\n`
  if (live) {
    const target = Math.round(document.targetLatencyMs)
    text += `<ServiceDescription id="0"><Latency target="${target}" min="${Math.round(target / 2)}" max="${target * 3}"/><PlaybackRate min="0.95" max="1.05"/></ServiceDescription>\n`
  }
  for (const period of document.periods) text += periodText(period, offset)
  if (live) {
    text += `<UTCTiming schemeIdUri="urn:mpeg:dash:utc:http-iso:2014" value="${escapeXml(document.clockUrl)}"/>\n`
    text += `<UTCTiming schemeIdUri="urn:mpeg:dash:utc:direct:2014" value="${isoTime(document.publishTimeMs)}"/>\n`
  }
  return `${text}</MPD>\n`
}

function periodText(period: MpdPeriod, availabilityTimeOffsetS: number | undefined): string {
  const length = period.durationS === undefined ? '' : ` duration="${duration(period.durationS)}"`
  let text = `<Period id="${escapeXml(period.id)}" start="${duration(period.startS)}"${length}>\n`
  for (const set of period.adaptationSets) text += adaptationSetText(set, availabilityTimeOffsetS)
  return `${text}</Period>\n`
}

function adaptationSetText(set: MpdAdaptationSet, availabilityTimeOffsetS: number | undefined): string {
  let text = `<AdaptationSet id="${set.id}" contentType="${set.contentType}" mimeType="${set.contentType}/mp4" segmentAlignment="true"`
  if (set.startWithSap) text += ' startWithSAP="1"'
  if (set.contentType === 'video') {
    const width = largest(set.representations, (representation) => representation.width)
    const height = largest(set.representations, (representation) => representation.height)
    const rate = largest(set.representations, (representation) => representation.frameRate)
    if (width > 0) text += ` maxWidth="${width}"`
    if (height > 0) text += ` maxHeight="${height}"`
    if (rate > 0) text += ` maxFrameRate="${frameRate(rate)}"`
  }
  text += '>\n'
  if (set.label !== undefined) text += `<Label>${escapeXml(set.label)}</Label>\n`
  text += '<Role schemeIdUri="urn:mpeg:dash:role:2011" value="main"/>\n'
  for (const representation of set.representations) text += representationText(representation, availabilityTimeOffsetS)
  return `${text}</AdaptationSet>\n`
}

function representationText(representation: MpdRepresentation, availabilityTimeOffsetS: number | undefined): string {
  const { width, height, sar, audioSamplingRate, channels } = representation
  let text = `<Representation id="${escapeXml(representation.id)}" codecs="${escapeXml(representation.codecs)}" bandwidth="${Math.max(1, Math.ceil(representation.bandwidth))}"`
  if (width) text += ` width="${width}"`
  if (height) text += ` height="${height}"`
  if (sar !== undefined) text += ` sar="${sar}"`
  if (representation.frameRate) text += ` frameRate="${frameRate(representation.frameRate)}"`
  if (audioSamplingRate) text += ` audioSamplingRate="${audioSamplingRate}"`
  text += '>\n'
  if (channels) {
    text += `<AudioChannelConfiguration schemeIdUri="urn:mpeg:dash:23003:3:audio_channel_configuration:2011" value="${channels}"/>\n`
  }
  text += `<SegmentTemplate timescale="${representation.timescale}" presentationTimeOffset="${representation.presentationTimeOffsetTicks}" startNumber="${representation.startNumber}" initialization="${escapeXml(representation.initialization)}" media="${escapeXml(representation.media)}"`
  if (availabilityTimeOffsetS !== undefined) {
    text += ` availabilityTimeOffset="${Number(availabilityTimeOffsetS.toFixed(3))}" availabilityTimeComplete="false"`
  }
  return `${text}>\n${timelineText(representation.timeline)}</SegmentTemplate>\n</Representation>\n`
}

/** S elements: runs of equal length are one element with @r; @t is first and wherever a gap or overlap is. */
function timelineText(timeline: readonly MpdTimelineEntry[]): string {
  let text = '<SegmentTimeline>\n'
  let next: number | undefined
  for (let index = 0; index < timeline.length; ) {
    const entry = timeline[index]
    if (!entry) break
    let end = entry.startTicks + entry.durationTicks
    let repeat = 0
    while (timeline[index + repeat + 1]?.startTicks === end && timeline[index + repeat + 1]?.durationTicks === entry.durationTicks) {
      repeat += 1
      end += entry.durationTicks
    }
    text += '<S'
    if (next !== entry.startTicks) text += ` t="${entry.startTicks}"`
    text += ` d="${entry.durationTicks}"`
    if (repeat > 0) text += ` r="${repeat}"`
    text += '/>\n'
    next = end
    index += repeat + 1
  }
  return `${text}</SegmentTimeline>\n`
}

function largest(items: readonly MpdRepresentation[], of: (item: MpdRepresentation) => number | undefined): number {
  let max = 0
  for (const item of items) max = Math.max(max, of(item) ?? 0)
  return max
}

/** FrameRateType: a whole number or a fraction. Rates of the NTSC family get their true denominator. */
function frameRate(rate: number): string {
  const whole = Math.round(rate)
  if (Math.abs(rate - whole) < 0.005) return String(whole)
  const ntsc = Math.round((rate * 1001) / 1000)
  if (Math.abs(rate - (ntsc * 1000) / 1001) < 0.005) return `${ntsc * 1000}/1001`
  return `${Math.round(rate * 1000)}/1000`
}

/** xs:duration with whole milliseconds and more where they are needed. */
function duration(seconds: number): string {
  return `PT${Number(Math.max(0, seconds).toFixed(6))}S`
}

function isoTime(timeMs: number): string {
  return new Date(Math.round(timeMs)).toISOString()
}

const xmlEntities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' }

/** Text and attribute values of XML 1.0: specials become entities, characters that XML cannot hold are left out. */
export function escapeXml(text: string): string {
  let escaped = ''
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0
    const forbidden =
      (code < 0x20 && code !== 9 && code !== 10 && code !== 13) || (code >= 0xd800 && code <= 0xdfff) || code === 0xfffe || code === 0xffff
    if (!forbidden) escaped += xmlEntities[character] ?? character
  }
  return escaped
}
