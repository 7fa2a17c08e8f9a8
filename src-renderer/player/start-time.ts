/** What can be played, on the video's clock, and the wall clock of its start, all in seconds. */
export interface DatedRange {
  readonly startS: number
  readonly endS: number
  readonly startAsUtcS: number
}

/** True for valid values of `?start=`: seconds from the window's start, or before its end if negative, or an ISO 8601 time. */
export function isStart(text: string): boolean {
  return /^-?\d{1,6}(\.\d{1,3})?$/.test(text) || (/^\d{4}-\d\d-\d\dT/.test(text) && !Number.isNaN(Date.parse(text)))
}

/** Where a start is on the video's clock, s, within the range; undefined where that is the live edge. */
export function startTimeS(start: string, range: DatedRange): number | undefined {
  const seconds = Number(start)
  let timeS: number
  if (Number.isNaN(seconds)) timeS = range.startS + Date.parse(start) / 1000 - range.startAsUtcS
  else timeS = seconds < 0 ? range.endS + seconds : range.startS + seconds
  return timeS >= range.endS ? undefined : Math.max(range.startS, timeS)
}
