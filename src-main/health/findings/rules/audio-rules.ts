import type { Rule } from '../rule.ts'

/** Levels below this are silence: an empty studio is louder, dBFS. */
const silentDb = -80
const audibleDb = -72

const microphoneSilent: Rule = {
  code: 'microphone.silent',
  after: 3,
  until: 1,
  look: ({ studio }) =>
    studio.sources.flatMap(({ id, name, kind, audible, state, peakDb }) =>
      kind !== 'microphone' || !audible || state !== 'running' || peakDb === undefined || peakDb > audibleDb
        ? []
        : {
            applies: peakDb < silentDb,
            severity: 'warning' as const,
            about: { kind: 'source' as const, id, name },
            params: { peakDb: Math.round(peakDb) },
          },
    ),
}

/** A track above this was cut off, and is no longer counted as such below, dBFS. */
const clippedDb = 0.1
const fineDb = -0.5

const audioClipping: Rule = {
  code: 'audio.clipping',
  after: 1,
  until: 3,
  look: ({ studio }) =>
    studio.tracks.flatMap(({ track, peakDb }) => {
      if (peakDb < fineDb) return []
      const [loudest] = studio.sources
        .filter((each) => each.audible && each.peakDb !== undefined)
        .sort((a, b) => (b.peakDb ?? 0) + b.gainDb - (a.peakDb ?? 0) - a.gainDb)
      const lowerBy = Math.max(1, Math.ceil(peakDb + 1))
      const gainDb = loudest === undefined ? 0 : Math.max(-60, Math.round((loudest.gainDb - lowerBy) * 10) / 10)
      return {
        applies: peakDb > clippedDb,
        severity: 'warning' as const,
        about: { kind: 'track' as const, id: String(track), name: String(track) },
        params: { overDb: Math.round(peakDb * 10) / 10, lowerBy, source: loudest?.name ?? '', gainDb },
        fixes: loudest === undefined ? [] : [{ at: `sources/${loudest.id}`, changes: { audio: { gainDb } } }],
      }
    }),
}

/** Drift of which people may know, ppm: it is corrected without a trace. */
const notable = 20
/** Drift that no clock has: the device, or its driver, loses audio, ppm. */
const tooLarge = 1000

const driftCorrected: Rule = {
  code: 'audio.drift_corrected',
  after: 3,
  until: 3,
  look: ({ studio }) =>
    studio.sources.flatMap(({ id, name, driftPpm, audible }) =>
      driftPpm === undefined || !audible || Math.abs(driftPpm) < notable * 0.7 || Math.abs(driftPpm) > tooLarge
        ? []
        : {
            applies: Math.abs(driftPpm) >= notable,
            severity: 'info' as const,
            about: { kind: 'source' as const, id, name },
            params: { ppm: Math.round(driftPpm), msAnHour: Math.round(Math.abs(driftPpm) * 3.6) },
          },
    ),
}

/** Frames of audio that are missing in one reading before it is said: a tenth of a second. */
const manyMissing = 4800

const deviceUnreliable: Rule = {
  code: 'audio.device_unreliable',
  after: 2,
  until: 3,
  look: ({ studio }, before) =>
    studio.sources.flatMap(({ id, name, driftPpm, missingFrames, audible, state }) => {
      const known = before?.studio.sources.find((each) => each.id === id)
      const missing = known === undefined ? 0 : Math.max(0, missingFrames - known.missingFrames)
      const drifts = driftPpm !== undefined && Math.abs(driftPpm) > tooLarge
      if (!audible || state !== 'running' || (!drifts && missing < manyMissing)) return []
      return {
        applies: true,
        severity: 'warning' as const,
        about: { kind: 'source' as const, id, name },
        params: { ppm: Math.round(driftPpm ?? 0), missingMs: Math.round(missing / 48) },
      }
    }),
}

/** What is heard: levels, devices and their clocks. */
export const audioRules: readonly Rule[] = [microphoneSilent, audioClipping, driftCorrected, deviceUnreliable]
