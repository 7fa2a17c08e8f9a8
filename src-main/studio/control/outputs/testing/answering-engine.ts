import type { CanvasSwitch, ScreenshotOf, Switched } from '../../engine/studio-engine.ts'
import { FedEngine } from './fed-engine.ts'

/** An engine that shows at once what it is given. */
export class AnsweringEngine extends FedEngine {
  readonly asked: unknown[] = []
  override async switchTo(switches: readonly CanvasSwitch[] = []): Promise<Switched> {
    for (const { canvas, scene, transition } of switches) {
      this.notify({ kind: 'switched', canvas, scene, transition: transition?.id ?? null, frame: 5 })
    }
    return { frame: 5, tookMs: 1 }
  }
  override async screenshot(of?: ScreenshotOf): Promise<Uint8Array> {
    this.asked.push(of)
    return new Uint8Array([1])
  }
  override async command(...given: readonly unknown[]): Promise<void> {
    this.asked.push(given)
  }
}
