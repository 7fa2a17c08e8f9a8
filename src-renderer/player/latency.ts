import { decimal } from '../messages/numbers.ts'

/** Delay between the host's receiving a frame and its being shown here, ms; null where one of the clocks is not known or the answer is absurd. */
export function latencyMs(hostNowMs: number | undefined, shownTimeMs: number | undefined): number | null {
  if (hostNowMs === undefined || shownTimeMs === undefined) return null
  const latency = hostNowMs - shownTimeMs
  return Number.isFinite(latency) && latency > -2000 && latency < 86_400_000 ? latency : null
}

/** The figure on the page: calm, but a leap (a seek, a stall) is shown at once. */
export function smoothLatency(shown: number | null, measured: number | null): number | null {
  if (shown === null || measured === null) return measured
  return Math.abs(measured - shown) > 700 ? measured : shown + (measured - shown) * 0.3
}

/** 1.2 s, 12 s, 3 min */
export function formatLatency(ms: number | null): string {
  if (ms === null) return '–'
  const seconds = Math.max(0, ms) / 1000
  if (seconds < 10) return `${decimal(seconds, 1)} s`
  return seconds < 100 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`
}
