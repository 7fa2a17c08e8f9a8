import type { EncodingFacts } from '../../../media/part-facts.ts'
import type { Fix } from '../finding.ts'
import type { Rule } from '../rule.ts'

/** Presets of x264 and x265, the fastest first. */
const presets = ['ultrafast', 'superfast', 'veryfast', 'faster', 'fast', 'medium', 'slow', 'slower', 'veryslow']
/** Heights that services know, px. */
const heights = [2160, 1440, 1080, 720, 540, 480, 360]
/** Frames that an encoder leaves out in one reading before it counts as behind. */
const manySkipped = 3
/** Lag at which it counts as behind, and below which it does not any more, ms. */
const behindMs = 1500
const fineMs = 600

const encoderBehind: Rule = {
  code: 'encoder.behind',
  after: 2,
  until: 3,
  look: ({ studio }, before) =>
    studio.encodings.flatMap((encoding) => {
      const known = before?.studio.encodings.find(({ id }) => id === encoding.id)
      const skipped = known === undefined ? 0 : encoding.skipped - known.skipped
      const applies = skipped >= manySkipped || encoding.lagMs > behindMs
      if (!applies && skipped <= 0 && encoding.lagMs < fineMs) return []
      const faster = lighter(encoding)
      return {
        applies,
        severity: 'error' as const,
        about: { kind: 'output' as const, id: encoding.outputs[0] ?? encoding.id, name: nameOf(studio.outputs, encoding) },
        params: {
          encoder: encoding.encoder,
          preset: encoding.preset,
          size: `${encoding.width}x${encoding.height}`,
          skipped,
          lagMs: Math.round(encoding.lagMs),
          faster: 'preset' in faster ? faster.preset : '',
          height: 'height' in faster ? faster.height : 0,
        },
        fixes: encoding.outputs.map((id): Fix => ({ at: `outputs/${id}`, changes: { video: faster } })),
      }
    }),
}

/** What would cost less: the next faster preset, or the next smaller size where the preset is the fastest already. */
function lighter({ preset, height }: EncodingFacts): { readonly preset: string } | { readonly height: number } {
  const faster = presets[presets.indexOf(preset) - 1]
  if (faster !== undefined) return { preset: faster }
  return { height: heights.find((each) => each < height) ?? Math.max(144, Math.round(height / 4) * 2) }
}

function nameOf(outputs: readonly { readonly id: string; readonly name: string }[], { outputs: ids, encoder }: EncodingFacts): string {
  const names = outputs.flatMap(({ id, name }) => (ids.includes(id) ? [name] : []))
  return names.length === 0 ? encoder : names.join(', ')
}

/** Part of the frames that is missing before the show counts as overloaded, and below which it does not any more. */
const manyMissing = 0.03
const fewMissing = 0.005
/** Part of a frame's time that composing takes before the same. */
const muchRendering = 0.9

const renderOverload: Rule = {
  code: 'render.overload',
  after: 2,
  until: 3,
  look: ({ studio, machine }, before) => {
    if (studio.state !== 'running' || before === undefined || before.studio.state !== 'running') return []
    const lost = Math.max(0, studio.dropped - before.studio.dropped)
    // A reading is some five seconds: what was to be composed in it.
    const share = lost / Math.max(1, studio.frameRate * 5)
    const load = (studio.renderMs * studio.frameRate) / 1000
    const applies = share > manyMissing || load > muchRendering
    if (!applies && share < fewMissing && load < muchRendering * 0.85) return []
    const [dearest] = dearestSources(studio.sources, machine.processes)
    return [
      {
        applies,
        severity: 'error',
        params: {
          lost,
          renderMs: Math.round(studio.renderMs * 10) / 10,
          frameMs: Math.round(10_000 / studio.frameRate) / 10,
          frameRate: Math.round(studio.frameRate * 100) / 100,
          source: dearest?.name ?? '',
          percent: Math.round((dearest?.cpu ?? 0) * 100),
        },
      },
    ]
  },
}

interface Costly {
  readonly id: string
  readonly name: string
  readonly kind: string
  /** Cores. */
  readonly cpu: number
}

/** Sources that have a process of their own, the dearest first. */
function dearestSources(
  sources: readonly { readonly id: string; readonly name: string; readonly kind: string }[],
  processes: readonly { readonly of: string | undefined; readonly cpu: number }[],
): readonly Costly[] {
  return sources
    .map(({ id, name, kind }) => ({
      id,
      name,
      kind,
      cpu: processes.filter(({ of }) => of === id).reduce((sum, { cpu }) => sum + cpu, 0),
    }))
    .filter(({ cpu }) => cpu > 0)
    .sort((a, b) => b.cpu - a.cpu)
}

/** Cores that a page takes before it counts as costly, and below which it does not any more. */
const costly = 0.4
const cheap = 0.28

const browserCostly: Rule = {
  code: 'browser.costly',
  after: 3,
  until: 3,
  look: ({ studio, machine }) =>
    dearestSources(studio.sources, machine.processes).flatMap(({ id, name, kind, cpu }) =>
      kind !== 'browser' || cpu < cheap
        ? []
        : {
            applies: cpu >= costly,
            severity: 'warning' as const,
            about: { kind: 'source' as const, id, name },
            params: { percent: Math.round(cpu * 100) },
          },
    ),
}

const sourceWithoutSignal: Rule = {
  code: 'source.no_signal',
  after: 2,
  until: 1,
  look: ({ studio }) =>
    studio.sources.flatMap(({ id, name, kind, state, problem, onAir }) =>
      !onAir || (state !== 'waiting' && state !== 'failed' && state !== 'starting')
        ? []
        : {
            applies: true,
            severity: 'error' as const,
            about: { kind: 'source' as const, id, name },
            params: { kind, problem: problem ?? '' },
          },
    ),
}

/** What is seen: encoders, the compositor, sources. */
export const videoRules: readonly Rule[] = [encoderBehind, renderOverload, browserCostly, sourceWithoutSignal]
