import type { ViewProtocol } from './viewer-registry.ts'

/** What the score of a stream is made of. Each is undefined if no player reports it. */
export interface Quality {
  /** 0 to 1. */
  readonly rebufferRatio: number | undefined
  /** Mean, ms. */
  readonly startupMs: number | undefined
  /** Share of viewers that are later than twice what their protocol aims at, 0 to 1. */
  readonly late: number | undefined
  /** Share of viewers whose player met an error in the last minute, 0 to 1. */
  readonly failing: number | undefined
}

/** Delay that each protocol aims at, ms. */
export const latencyAimMs: Readonly<Record<ViewProtocol, number>> = {
  'webrtc': 500,
  'srt': 1000,
  'rtmp': 2000,
  'http-flv': 2000,
  'll-hls': 3000,
  'dash': 4000,
  'hls': 12_000,
}

/** Above this a start counts as slow, ms. */
const goodStartupMs = 2000

/**
 * 100 for a stream that plays at once, without a stall, on time and without errors. Stalls cost 10 points per percent of time, at most
 * 50; slow starts 5 points per second over two, at most 20; late viewers up to 15, failing ones up to 15. Undefined if nothing is reported.
 */
export function healthScore({ rebufferRatio, startupMs, late, failing }: Quality): number | undefined {
  if (rebufferRatio === undefined && startupMs === undefined && late === undefined && failing === undefined) return undefined
  const stalls = Math.min(50, 1000 * (rebufferRatio ?? 0))
  const startup = Math.min(20, (5 * Math.max(0, (startupMs ?? 0) - goodStartupMs)) / 1000)
  return Math.round(100 - stalls - startup - 15 * (late ?? 0) - 15 * (failing ?? 0))
}
