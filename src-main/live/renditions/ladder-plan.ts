import type { VideoTrack } from '../../formats/track.ts'
import { ladderRungs } from './ladder-rungs.ts'
import type { VideoOutput } from './messages.ts'
import { outputSize } from './output-size.ts'
import type { Choice, EncoderInfo, Preset, RenditionCodec, Rung, Speed } from './schemas.ts'

/** Channel of the media wire that a ladder's outputs come on. */
export const ladderChannel = 2

/** The encoder that makes a codec here, with its word for a speed. */
export interface ChosenEncoder {
  readonly name: string
  readonly preset: string
}

const softwareSpeeds: Readonly<Record<string, Readonly<Record<Speed, string>>>> = {
  libx264: { fastest: 'ultrafast', fast: 'superfast', fine: 'veryfast' },
  libx265: { fastest: 'ultrafast', fast: 'ultrafast', fine: 'superfast' },
  libsvtav1: { fastest: '13', fast: '12', fine: '10' },
  h264_nvenc: { fastest: 'p1', fast: 'p3', fine: 'p5' },
  hevc_nvenc: { fastest: 'p1', fast: 'p3', fine: 'p5' },
  av1_nvenc: { fastest: 'p1', fast: 'p3', fine: 'p5' },
  h264_qsv: { fastest: 'veryfast', fast: 'faster', fine: 'medium' },
  hevc_qsv: { fastest: 'veryfast', fast: 'faster', fine: 'medium' },
  av1_qsv: { fastest: 'veryfast', fast: 'faster', fine: 'medium' },
  h264_amf: { fastest: 'speed', fast: 'balanced', fine: 'quality' },
  hevc_amf: { fastest: 'speed', fast: 'balanced', fine: 'quality' },
  av1_amf: { fastest: 'speed', fast: 'balanced', fine: 'quality' },
}
const softwareEncoders: Readonly<Record<RenditionCodec, string>> = { h264: 'libx264', hevc: 'libx265', av1: 'libsvtav1' }

/** The fastest encoder that was found for a codec; the software one while nothing has been measured. */
export function chooseEncoder(codec: RenditionCodec, speed: Speed, encoders: readonly EncoderInfo[]): ChosenEncoder {
  let best: EncoderInfo | undefined
  for (const encoder of encoders) {
    if (encoder.codec === codec && encoder.found && (encoder.speed ?? 0) > (best?.speed ?? 0)) best = encoder
  }
  const name = best?.name ?? softwareEncoders[codec]
  return { name, preset: softwareSpeeds[name]?.[speed] ?? '' }
}

/** Rungs that are tried for `auto`, the most useful first. */
const autoOrder = [480, 720, 240, 1080, 360]
const mostAutoRungs = 3
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
    if (rung === undefined || height >= below || chosen.length >= mostAutoRungs) continue
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
