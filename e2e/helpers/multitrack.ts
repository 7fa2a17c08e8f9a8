import { type FlvTag, isHeader, isKeyframe } from './flv.ts'

/** Enhanced RTMP v2: a frame of H.264 as track `number` of a multitrack message. */
function asTrack(tag: FlvTag, number: number): FlvTag {
  const key = isKeyframe(tag) || isHeader(tag)
  const composition = isHeader(tag) ? Buffer.alloc(0) : tag.body.subarray(2, 5)
  const head = Buffer.from([0x80 | ((key ? 1 : 2) << 4) | 6, isHeader(tag) ? 0 : 1, ...Buffer.from('avc1'), number])
  return { ...tag, body: Buffer.concat([head, composition, tag.body.subarray(5)]) }
}

/** What a publisher of several qualities sends: the first clip with its audio, and the video of the others, which show the same. */
export function asLadder([first, ...others]: readonly (readonly FlvTag[])[]): FlvTag[] {
  return [
    ...(first ?? []).filter((tag) => tag.type !== 18).map((tag) => (tag.type === 9 ? asTrack(tag, 0) : tag)),
    ...others.flatMap((tags, index) => tags.filter((tag) => tag.type === 9).map((tag) => asTrack(tag, index + 1))),
  ].sort((a, b) => a.timestampMs - b.timestampMs)
}

/** The same tags over and over, `times` times, each time `lengthMs` later. */
export function repeated(tags: readonly FlvTag[], lengthMs: number, times: number): FlvTag[] {
  const again = tags.filter((tag) => !isHeader(tag))
  const rounds = Array.from({ length: times - 1 }, (_, index) =>
    again.map((tag) => ({ ...tag, timestampMs: tag.timestampMs + (index + 1) * lengthMs })),
  )
  return [...tags, ...rounds.flat()]
}
