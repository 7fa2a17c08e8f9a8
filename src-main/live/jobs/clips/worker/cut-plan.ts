/** What a cut needs to know of a frame; times in ticks. */
export interface CutFrame {
  readonly pts: number
  /** A decoder may start here. */
  readonly key: boolean
}

/** Frames of the source in decoding order, `from` up to, without, `to`. */
export interface CutPiece {
  /** `copy`: as they are. `encode`: decoded, and those that are shown in the clip encoded again. */
  readonly kind: 'copy' | 'encode'
  readonly from: number
  readonly to: number
}

export interface CutPlan {
  readonly pieces: readonly CutPiece[]
  /** When the clip's first frame is shown. */
  readonly startTicks: number
  /** When its last frame has been shown. */
  readonly endTicks: number
  /** Starts and ends with the frames that were asked for. */
  readonly exact: boolean
}

/** Times in whole ms name frames of any rate: a frame counts as shown this much earlier, s. */
const nearS = 0.001

/**
 * Which frames make a clip from the one that is shown at `fromTicks` up to the one before that which is shown at `toTicks`. Only the group
 * of pictures that it starts in, and the one that it ends in where B-frames reach over the cut, are encoded again; without `encodes` the
 * clip starts at the keyframe before. `endTicks` is where the source ends. Undefined if no frame is between.
 */
export function planCut(
  frames: readonly CutFrame[],
  range: { readonly fromTicks: number; readonly toTicks: number; readonly endTicks: number; readonly timescale: number },
  encodes: boolean,
): CutPlan | undefined {
  const near = nearS * range.timescale
  let start = Number.POSITIVE_INFINITY
  let end = Number.NEGATIVE_INFINITY
  let earliest = Number.POSITIVE_INFINITY
  for (const { pts } of frames) {
    if (pts < earliest) earliest = pts
    if (pts <= range.fromTicks + near && (start === Number.POSITIVE_INFINITY || pts > start)) start = pts
    if (pts <= range.toTicks + near && pts > end) end = pts
  }
  if (start === Number.POSITIVE_INFINITY) start = earliest
  if (range.toTicks >= range.endTicks - near) end = range.endTicks
  if (!(end > start)) return undefined

  const pieces: CutPiece[] = []
  let exact = true
  let from = 0
  while (from < frames.length) {
    let to = from + 1
    while (to < frames.length && !(frames[to] as CutFrame).key) to++
    const group = frames.slice(from, to)
    const inside = group.filter(({ pts }) => pts >= start && pts < end).length
    if (inside > 0) {
      const head = group.slice(0, inside)
      if (head.every(({ pts }) => pts >= start && pts < end)) push(pieces, from, from + inside)
      else if (encodes) pieces.push({ kind: 'encode', from, to })
      else {
        // all up to the last frame that is wanted: what comes with it in decoding order comes along
        let last = to
        while (last > from && !inRange(frames[last - 1] as CutFrame, start, end)) last--
        push(pieces, from, last)
        exact = false
      }
    }
    from = to
  }
  if (exact) return { pieces, startTicks: start, endTicks: end, exact }
  let latest = end
  for (const piece of pieces) {
    for (const { pts } of frames.slice(piece.from, piece.to)) {
      if (pts < start) start = pts
      if (pts >= latest) latest = nextAfter(frames, pts) ?? range.endTicks
    }
  }
  return { pieces, startTicks: start, endTicks: latest, exact }
}

function inRange({ pts }: CutFrame, start: number, end: number): boolean {
  return pts >= start && pts < end
}

/** Groups that are copied side by side are one piece. */
function push(pieces: CutPiece[], from: number, to: number): void {
  const last = pieces.at(-1)
  if (last?.kind === 'copy' && last.to === from) pieces[pieces.length - 1] = { kind: 'copy', from: last.from, to }
  else pieces.push({ kind: 'copy', from, to })
}

function nextAfter(frames: readonly CutFrame[], pts: number): number | undefined {
  let next: number | undefined
  for (const frame of frames) if (frame.pts > pts && (next === undefined || frame.pts < next)) next = frame.pts
  return next
}
