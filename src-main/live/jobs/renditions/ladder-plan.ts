import type { VideoTrack } from '../../../formats/track.ts'
import { chooseEncoder } from '../../../media/encoders/choose-encoder.ts'
import type { EncoderInfo } from '../../../media/encoders/encoder-info.ts'
import { outputSize } from '../../../media/encoders/output-size.ts'
import type { VideoOutput } from '../../../media/encoders/video-output.ts'
import { ladderRungs } from './ladder-rungs.ts'
import type { Choice, Preset, Rung } from './schemas.ts'

/** Channel of the media wire that a ladder's outputs come on. */
export const ladderChannel = 2

/** Rungs that are tried for `auto`, the most useful first. */
const autoOrder = [480, 720, 240, 1080, 360]
const maxAutoRungs = 3
/** Share of what was measured that a ladder may take: decoding, scaling and everything else want theirs. */
const share = 0.4
const measuredPixels = 1280 * 720 * 30

/**
 * The rungs that this machine can carry beside what it does already.
 * @param speed times real time that 720p30 was encoded at
 * @param taken pixels a second that other streams' ladders encode now
 */
export function autoRungs(source: VideoTrack, frameRate: number, speed: number, taken: number): readonly Rung[] {
  const below = Math.min(source.width, source.height)
  let room = speed * measuredPixels * share - taken
  const chosen: Rung[] = []
  for (const height of autoOrder) {
    const rung = ladderRungs.find((each) => each.height === height)
    if (rung === undefined || height >= below || chosen.length >= maxAutoRungs) continue
    const size = outputSize(source.width, source.height, height)
    const cost = size.width * size.height * frameRate
    if (cost > room) continue
    room -= cost
    chosen.push(rung)
  }
  return chosen
}

export interface LadderPlanInput {
  readonly source: VideoTrack
  readonly frameRate: number
  readonly choice: Choice
  readonly preset: Preset | undefined
  readonly encoders: readonly EncoderInfo[]
  /** Pixels a second that other streams' ladders encode now. */
  readonly taken: number
}

/** What is to be made beneath a source, from the highest down. */
export function planLadder(input: LadderPlanInput): readonly VideoOutput[] {
  const { source, choice, preset, encoders } = input
  const below = Math.min(source.width, source.height)
  if (choice.mode === 'off' || below === 0) return []
  const codec = choice.mode === 'preset' && preset ? preset.codec : 'h264'
  const speed = choice.mode === 'preset' && preset ? preset.speed : 'fastest'
  const encoder = chooseEncoder(codec, speed, encoders)
  let rungs: readonly Rung[]
  if (choice.mode === 'auto') {
    const measured = encoders.find((each) => each.name === encoder.name)?.speed ?? 2
    rungs = autoRungs(source, input.frameRate, measured, input.taken)
  } else rungs = (preset?.rungs ?? []).filter(({ height }) => choice.heights == null || choice.heights.includes(height))
  return rungs
    .filter(({ height }) => height < below)
    .toSorted((a, b) => b.height - a.height)
    .map(({ height, kbps }) => ({
      kind: 'video',
      channel: ladderChannel,
      id: `v-${height}p`,
      source: source.id,
      codec,
      encoder: encoder.name,
      height,
      kbps,
      preset: encoder.preset,
      bFrames: preset && choice.mode === 'preset' ? preset.bFrames : 0,
      realtime: false,
      start: 'keyframe',
    }))
}

/** Pixels a second that an output encodes. */
export function pixelRate(source: VideoTrack, output: VideoOutput, frameRate: number): number {
  const { width, height } = outputSize(source.width, source.height, output.height)
  return width * height * frameRate
}
