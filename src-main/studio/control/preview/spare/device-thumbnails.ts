import { setTimeout as delay } from 'node:timers/promises'
import type { DeviceKind } from '../../../../media/device.ts'
import { AppError } from '../../../../platform/errors.ts'
import type { Collection, Source } from '../../../document/collection.ts'
import type { SpareEngine } from './spare-engine.ts'

/** Devices that are looked at by an image. */
export const seenKinds = ['display', 'window', 'camera', 'v4l2-camera'] as const satisfies readonly DeviceKind[]
export type SeenKind = (typeof seenKinds)[number]

export interface DeviceThumbnailsOptions {
  readonly spare: Pick<SpareEngine, 'devices' | 'show' | 'onTile'>
  /** A document with one empty scene. */
  readonly empty: Collection
  /** A device that is not requested for this long is closed, ms. */
  readonly keepMs?: number
  /** Longest wait for the first image of a device, ms. */
  readonly patienceMs?: number
}

interface Looked {
  readonly source: Source
  askedAtMs: number
  jpeg: Uint8Array | null
}

/** Devices that are open at a time. */
const maxDevices = 16
const usualKeepMs = 5000
const usualPatienceMs = 6000

/**
 * Small images of displays, windows and cameras, beside the open show: a device is open for as long as somebody asks for its image every
 * few seconds.
 */
export class DeviceThumbnails {
  readonly #options: DeviceThumbnailsOptions
  readonly #looked = new Map<string, Looked>()
  readonly #leave: () => void
  #document: Collection
  #numbers = 0
  #timer: NodeJS.Timeout | undefined

  constructor(options: DeviceThumbnailsOptions) {
    this.#options = options
    this.#document = options.empty
    this.#leave = options.spare.onTile(({ id, jpeg }) => {
      for (const looked of this.#looked.values()) if (id === tileOf(looked.source)) looked.jpeg = jpeg
    })
  }

  /**
   * The newest JPEG of a device, within 320x180 pixels. Throws `studio.not_found` for what the machine does not list or what has no video,
   * `studio.busy` while too many are looked at.
   */
  async of(kind: SeenKind, device: string): Promise<Uint8Array> {
    const { spare } = this.#options
    const key = `${kind} ${device}`
    if (!this.#looked.has(key)) {
      // Nothing but what is offered is opened.
      const listed = await spare.devices(kind)
      if (!listed.some(({ id }) => id === device)) throw new AppError('studio.not_found', `There is no ${kind} "${device}"`)
      this.#open(key, kind, device)
    }
    const looked = this.#looked.get(key) as Looked
    looked.askedAtMs = performance.now()
    this.#letGoLater()
    await this.#showThem()
    const end = performance.now() + (this.#options.patienceMs ?? usualPatienceMs)
    while (looked.jpeg === null && this.#looked.has(key) && performance.now() < end) await delay(50)
    if (looked.jpeg !== null) return looked.jpeg
    throw new AppError('studio.not_found', `The ${kind} "${device}" has no video now`)
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#leave()
    this.#looked.clear()
  }

  #open(key: string, kind: SeenKind, device: string): void {
    if (this.#looked.has(key)) return
    if (this.#looked.size >= maxDevices) throw new AppError('studio.busy', `${maxDevices} devices are looked at already`)
    const settings = kind === 'display' || kind === 'window' ? { device, cursor: false } : { device }
    const source: Source = { id: `device-${++this.#numbers}`, name: device, kind, settings, filters: [] }
    this.#looked.set(key, { source, askedAtMs: 0, jpeg: null })
    this.#describe()
  }

  #describe(): void {
    this.#document = {
      ...this.#options.empty,
      frameRate: { numerator: 2, denominator: 1 },
      sources: [...this.#looked.values()].map(({ source }) => source),
    }
  }

  #showThem(): Promise<void> {
    return this.#options.spare.show(
      this.#document,
      [...this.#looked.values()].map(({ source }) => tileOf(source)),
    )
  }

  #letGoLater(): void {
    this.#timer ??= setTimeout(() => this.#letGo(), this.#options.keepMs ?? usualKeepMs).unref()
  }

  #letGo(): void {
    this.#timer = undefined
    const keepMs = this.#options.keepMs ?? usualKeepMs
    const nowMs = performance.now()
    for (const [key, { askedAtMs }] of this.#looked) if (nowMs - askedAtMs >= keepMs * 0.9) this.#looked.delete(key)
    this.#describe()
    this.#showThem().catch(() => undefined)
    if (this.#looked.size > 0) this.#letGoLater()
  }
}

const tileOf = ({ id }: Source): string => `source:${id}`
