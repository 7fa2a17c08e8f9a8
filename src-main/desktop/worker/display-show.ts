import { setTimeout as delay } from 'node:timers/promises'
import type { DesktopChange, DesktopRect, NativeDesktopView } from './desktop-addon.ts'
import { MotionLane } from './motion-lane.ts'
import type { RecordedVideo } from './recording/recorded-video.ts'
import type { Viewer } from './viewer.ts'
import type { Fineness } from './viewer-pace.ts'
import { monotonicUs } from './viewer-updates.ts'

/** Whose video a recording has: those who prefer it and the recording share an encoder. */
const recordedFineness: Fineness = 'balanced'

/** Shows the changes of a display to its viewers: as pixels, or, while much of it moves, as video to those who decode it. */
export class DisplayShow {
  readonly #view: NativeDesktopView
  readonly #viewers: ReadonlyMap<number, Viewer>
  readonly #lanes = new Map<Fineness, MotionLane>()
  #size = { width: 0, height: 0 }
  /** What each viewer was shown motion by last. */
  readonly #lanesBefore = new WeakMap<Viewer, MotionLane>()
  #frameAtMs = 0
  #recorded: RecordedVideo | undefined

  constructor(view: NativeDesktopView, viewers: ReadonlyMap<number, Viewer>) {
    this.#view = view
    this.#viewers = viewers
  }

  /** Somebody new has seen nothing yet, and somebody who prefers another quality nothing of that. */
  begin(viewer: Viewer): void {
    if (this.#size.width === 0) return
    viewer.changed([{ x: 0, y: 0, ...this.#size }])
    this.#view.again()
  }

  /** Records what is shown from here on; undefined: not any more. */
  record(video: RecordedVideo | undefined): void {
    this.#recorded = video
    this.#lane(recordedFineness).record(video)
    this.again()
  }

  /** Wants the frame once more, where there is one. */
  again(): void {
    this.#view.again()
  }

  /** A viewer can be sent more: what they have not seen is, unless it comes as video anyway. */
  ready(viewer: Viewer): void {
    const lane = this.#laneOf(viewer)
    if (lane.moving && viewer.decodes ? lane.owes && viewer.ready : viewer.wants) this.#view.again()
  }

  /** Sends a change, and asks the view for the next one. */
  async take(change: DesktopChange): Promise<void> {
    const { width, height, parts } = change
    const nowMs = performance.now()
    this.#size = { width, height }
    // What several viewers need of a frame is read once.
    const read = new Map<string, Buffer | undefined>()
    const pixelsOf = ({ x, y, ...size }: DesktopRect): Buffer | undefined => {
      const key = `${x},${y},${size.width},${size.height}`
      if (!read.has(key)) read.set(key, this.#view.pixels(x, y, size.width, size.height))
      return read.get(key)
    }
    const watching = new Map<MotionLane, Viewer[]>()
    const recording = this.#recorded && this.#lane(recordedFineness)
    const lanes = new Set([...this.#viewers.values()].map((viewer) => this.#laneOf(viewer)))
    if (recording) lanes.add(recording)
    for (const lane of lanes) lane.take(change, nowMs)
    for (const viewer of this.#viewers.values()) this.#follow(viewer, nowMs)
    this.#recorded?.changed(parts.length > 0, nowMs)
    for (const viewer of this.#viewers.values()) {
      viewer.changed(parts)
      const lane = this.#laneOf(viewer)
      if (lane.moving && viewer.decodes) watching.set(lane, [...(watching.get(lane) ?? []), viewer])
      else viewer.show(change, pixelsOf, monotonicUs())
    }
    const isRecordedAlone = recording !== undefined && !watching.has(recording)
    await Promise.all([
      ...[...watching].map(([lane, viewers]) => lane.show(change, viewers, nowMs)),
      ...(isRecordedAlone ? [recording.show(change, [], nowMs)] : []),
    ])
    if (watching.size > 0) {
      // The next frame is read when it is due, with everything that was drawn until then.
      const frameMs = Math.min(...[...watching.keys()].map((lane) => lane.frameMs))
      const waitMs = this.#frameAtMs + frameMs - performance.now()
      if (waitMs > 0) await delay(waitMs)
      this.#frameAtMs = performance.now()
    }
    this.#view.next()
  }

  stop(): void {
    for (const lane of this.#lanes.values()) lane.stop()
  }

  /** A viewer whose network carries more or less than before sees what moves go on. */
  #follow(viewer: Viewer, nowMs: number): void {
    const lane = this.#laneOf(viewer)
    const before = this.#lanesBefore.get(viewer)
    this.#lanesBefore.set(viewer, lane)
    if (before !== undefined && before !== lane && before.moving && !lane.moving) lane.goOn(nowMs)
  }

  #laneOf({ fineness }: Viewer): MotionLane {
    return this.#lane(fineness)
  }

  #lane(fineness: Fineness): MotionLane {
    const known = this.#lanes.get(fineness)
    if (known !== undefined) return known
    const lane = new MotionLane({ view: this.#view, fineness, onRest: (rested) => this.#rest(rested) })
    this.#lanes.set(fineness, lane)
    return lane
  }

  /** When nothing moves any more everybody gets the display as it is, without loss. */
  #rest(fineness: Fineness): void {
    for (const viewer of this.#viewers.values()) {
      if (viewer.fineness !== fineness || !viewer.decodes) continue
      viewer.endVideo()
      viewer.changed([{ x: 0, y: 0, ...this.#size }])
    }
    this.#view.again()
  }
}
