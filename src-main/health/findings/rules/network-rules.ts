import type { Rule } from '../rule.ts'
import { errorWords } from './error-words.ts'

/** Media that waits to be sent: more than the first is a queue that grows, less than the second is no queue, ms. */
const queuedMs = 1200
const clearMs = 400
/** Of what the network carries this much is advised, so that there is something left. */
const share = 0.8
/** An output that follows the network counts as too large for it below this part of its bitrate. */
const reduced = 0.9

/** A bitrate that people would choose themselves. */
const rounded = (kbps: number): number => Math.max(100, Math.floor(kbps / 100) * 100)

const uploadTooSmall: Rule = {
  code: 'upload.too_small',
  after: 2,
  until: 3,
  look: ({ studio }, before) =>
    studio.outputs.flatMap(({ id, name, queuedMs: waits, state, droppedFrames, bitrateKbps, videoKbps, targetKbps }) => {
      if (waits === null || state !== 'live') return []
      const known = before?.studio.outputs.find((each) => each.id === id)
      const dropped = known === undefined ? 0 : Math.max(0, droppedFrames - known.droppedFrames)
      const follows = targetKbps !== null && videoKbps !== null && targetKbps < videoKbps * reduced
      const applies = waits > queuedMs || dropped > 0 || follows
      if (!applies && waits < clearMs) return []
      const wanted = videoKbps ?? 0
      const carried = targetKbps ?? bitrateKbps
      const advised = Math.min(rounded(carried * share), rounded(wanted * share))
      return {
        applies,
        severity: 'error' as const,
        about: { kind: 'output' as const, id, name },
        params: { wanted, carried: Math.round(carried), dropped, queuedMs: Math.round(waits), advised, follows: follows ? 1 : 0 },
        fixes: videoKbps === null || advised >= wanted ? [] : [{ at: `outputs/${id}`, changes: { video: { bitrateKbps: advised } } }],
      }
    }),
}

const destinationTooSlow: Rule = {
  code: 'destination.too_slow',
  after: 2,
  until: 3,
  look: ({ live }, before) =>
    live.destinations.flatMap(({ id, label, stream, state, queuedMs: waits, droppedFrames, bitrateKbps }) => {
      if (state !== 'live') return []
      const known = before?.live.destinations.find((each) => each.id === id)
      const dropped = known === undefined ? 0 : Math.max(0, droppedFrames - known.droppedFrames)
      const applies = waits > queuedMs || dropped > 0
      if (!applies && waits < clearMs) return []
      return {
        applies,
        severity: 'error' as const,
        about: { kind: 'destination' as const, id, name: label },
        params: { stream, carried: Math.round(bitrateKbps), dropped, queuedMs: Math.round(waits), advised: rounded(bitrateKbps * share) },
      }
    }),
}

const outputFailed: Rule = {
  code: 'output.failed',
  after: 1,
  until: 1,
  look: ({ studio }) =>
    studio.outputs.flatMap(({ id, name, state, error }) =>
      error === undefined || (state !== 'failed' && state !== 'retrying')
        ? []
        : {
            applies: true,
            severity: 'error' as const,
            about: { kind: 'output' as const, id, name },
            params: { ...errorWords(error), again: state === 'retrying' ? 1 : 0 },
          },
    ),
}

const destinationFailed: Rule = {
  code: 'destination.failed',
  after: 1,
  until: 1,
  look: ({ live }) =>
    live.destinations.flatMap(({ id, label, stream, state, error }) =>
      error === undefined || (state !== 'failed' && state !== 'retrying')
        ? []
        : {
            applies: true,
            severity: 'error' as const,
            about: { kind: 'destination' as const, id, name: label },
            params: { stream, ...errorWords(error), again: state === 'retrying' ? 1 : 0 },
          },
    ),
}

/** Longest distance of keyframes with which nobody waits long, ms. */
const longKeyframesMs = 4500

const keyframesFarApart: Rule = {
  code: 'stream.keyframes',
  after: 2,
  until: 2,
  look: ({ live }) =>
    live.streams.flatMap(({ name, keyframeIntervalMs, reconnecting, local }) =>
      local || reconnecting || keyframeIntervalMs === null || keyframeIntervalMs <= longKeyframesMs
        ? []
        : {
            applies: true,
            severity: 'warning' as const,
            about: { kind: 'stream' as const, id: name, name },
            params: { seconds: Math.round(keyframeIntervalMs / 100) / 10, behind: Math.ceil((3 * keyframeIntervalMs) / 1000) },
          },
    ),
}

const publisherUnstable: Rule = {
  code: 'publisher.unstable',
  after: 1,
  until: 3,
  look: ({ live }, before) =>
    live.streams.flatMap(({ name, reconnecting, lateFrames, frameRate }) => {
      const known = before?.live.streams.find((each) => each.name === name)
      const late = known === undefined ? 0 : Math.max(0, lateFrames - known.lateFrames)
      if (!reconnecting && late <= frameRate / 2) return []
      return {
        applies: reconnecting || late > frameRate,
        severity: 'warning' as const,
        about: { kind: 'stream' as const, id: name, name },
        params: { late, away: reconnecting ? 1 : 0 },
      }
    }),
}

/** What goes over networks: outputs, destinations, publishers. */
export const networkRules: readonly Rule[] = [
  uploadTooSmall,
  destinationTooSlow,
  outputFailed,
  destinationFailed,
  keyframesFarApart,
  publisherUnstable,
]
