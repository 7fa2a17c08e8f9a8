export type DeviceKind = 'display' | 'window' | 'camera' | 'microphone' | 'speaker' | 'application' | 'v4l2-camera' | 'desktop-display'

/** Something of this machine that a source can capture. */
export interface Device {
  readonly kind: DeviceKind
  /** Stays the same when the device is unplugged, plugged in elsewhere or the machine starts again, as far as the system can tell. */
  readonly id: string
  readonly name: string
  readonly details?: Readonly<Record<string, string | number | boolean>>
}
