import type { SourceMemory, SourceReport } from '../../src-main/media/source-report.ts'
import type { AudioStore, FrameStore, MediaStores, StoredFrame } from '../../src-main/media/worker/stores/media-stores.ts'
import type { ReachPolicy } from '../../src-main/platform/outbound/reach.ts'
import { openReach } from '../../src-main/platform/testing/open-reach.ts'
import type { Source } from '../../src-main/studio/document/collection.ts'
import { loadCompositor } from '../../src-main/studio/worker/compositor/load-compositor.ts'
import type { RunningSource } from '../../src-main/studio/worker/sources/running-source.ts'
import { reachOf, type SourceReach } from '../../src-main/studio/worker/sources/source-reach.ts'
import { startSource } from '../../src-main/studio/worker/sources/start-source.ts'
import { quietLog } from './quiet-log.ts'
import { until } from './until.ts'

/** A source as the studio runs it, with its process and its stores, and nothing around it. */
export interface OpenedSource {
  readonly source: Omit<RunningSource, 'update'> & { update(settings: object): void }
  readonly frames: FrameStore
  readonly audio: AudioStore
  readonly reports: SourceReport[]
  /** The newest. */
  readonly report: SourceReport | undefined
  /** What it keeps for a process that follows. */
  readonly memory: SourceMemory | undefined
  /** Waits until a report, from now on or the newest, is as wanted. */
  untilReport(accept: (report: SourceReport) => boolean, timeoutMs?: number): Promise<SourceReport>
  untilState(state: SourceReport['state'], timeoutMs?: number): Promise<SourceReport>
  /** Waits for a frame that matches, the present one included. */
  untilFrame(accept?: (frame: SeenStudioFrame) => boolean, timeoutMs?: number): Promise<SeenStudioFrame>
  frame(): SeenStudioFrame | undefined
}

/** A stored frame whose pixels can be read. */
export interface SeenStudioFrame extends StoredFrame {
  /** Luma 0 to 255 as it is stored. */
  luma(x: number, y: number): number
  /** 0 to 255; 255 where the frame has no alpha. */
  alpha(x: number, y: number): number
  /** Red, green and blue, 0 to 255, from BT.709 limited. */
  rgb(x: number, y: number): [number, number, number]
}

export function seen(frame: StoredFrame): SeenStudioFrame {
  const half = (frame.width + 1) >> 1
  const clamp = (value: number): number => Math.max(0, Math.min(255, Math.round(value)))
  return {
    ...frame,
    luma: (x, y) => frame.y[y * frame.width + x] as number,
    alpha: (x, y) => frame.a?.[y * frame.width + x] ?? 255,
    rgb(x, y) {
      const luma = (((frame.y[y * frame.width + x] as number) - 16) * 255) / 219
      const at = (y >> 1) * half + (x >> 1)
      const u = (((frame.u[at] as number) - 128) * 255) / 224
      const v = (((frame.v[at] as number) - 128) * 255) / 224
      return [clamp(luma + 1.5748 * v), clamp(luma - 0.1873 * u - 0.4681 * v), clamp(luma + 1.8556 * u)]
    },
  }
}

/** Opens sources on stores of this process; `close` ends them all. */
export function createSourceBench(
  options: {
    readonly canvas?: { width: number; height: number }
    readonly fps?: number
    readonly folder?: string
    readonly reach?: ReachPolicy
    readonly liveUrl?: (stream: string) => Promise<string>
  } = {},
) {
  const stores: MediaStores = loadCompositor()
  const opened: RunningSource[] = []
  const policy = options.reach ?? openReach
  /** `byEditor`: what the settings name was written by an editor. */
  const reach = (kind: string, settings: object, byEditor: boolean): SourceReach =>
    byEditor ? { policy, granted: [] } : reachOf({ kind, settings } as Source, { policy, byEditors: new Set(), displays: {} })
  let count = 0
  return {
    stores,
    async open(kind: string, settings: object = {}, shown = true, before?: SourceMemory, byEditor = false): Promise<OpenedSource> {
      const reports: SourceReport[] = []
      let memory = before
      const source = await startSource(kind, settings, {
        id: `${kind}-${++count}`,
        log: quietLog,
        stores,
        frameRate: { numerator: options.fps ?? 30, denominator: 1 },
        clockOriginUs: stores.nowUs(),
        canvas: options.canvas ?? { width: 640, height: 360 },
        reach: reach(kind, settings, byEditor),
        // Few sources keep anything: those that do are given a folder of their own.
        folder: options.folder ?? '/nonexistent',
        memory: before,
        isWanted: () => true,
        remember: (next) => {
          memory = next
        },
        report: (report) => void reports.push(report),
        liveUrl: options.liveUrl ?? (async () => ''),
      })
      opened.push(source)
      if (shown || before !== undefined) source.show?.(shown)
      const reported = (): string => JSON.stringify(reports.slice(-5))
      const frames = source.frameStore as FrameStore
      const frame = (): SeenStudioFrame | undefined => {
        const stored = frames.read()
        return stored && seen(stored)
      }
      const bench: OpenedSource = {
        source: { ...source, update: (next) => source.update(next, reach(kind, next, byEditor)) },
        frames,
        audio: source.audioStore as AudioStore,
        reports,
        get report() {
          return reports.at(-1)
        },
        get memory() {
          return memory
        },
        untilReport(accept, timeoutMs) {
          const from = Math.max(0, reports.length - 1)
          return until(
            () => reports.slice(from).find(accept),
            () => `${kind} reports ${reported()}`,
            timeoutMs,
          )
        },
        untilState(state, timeoutMs) {
          return bench.untilReport((report) => report.state === state, timeoutMs)
        },
        untilFrame(accept = () => true, timeoutMs) {
          return until(
            () => {
              const now = frame()
              return now !== undefined && accept(now) ? now : undefined
            },
            () => `${kind} shows no such frame (${frames.width} x ${frames.height}), and reports ${reported()}`,
            timeoutMs,
          )
        },
        frame,
      }
      return bench
    },
    async close(): Promise<void> {
      await Promise.all(opened.splice(0).map((source) => source.stop()))
    },
  }
}
