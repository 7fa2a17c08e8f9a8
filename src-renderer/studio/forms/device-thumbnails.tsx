import { useEffect } from 'react'
import { useLiveImage } from '../../components/live-image.ts'
import { t } from '../messages.ts'
import { iconOf } from '../source-icons.ts'
import type { Device } from '../types.ts'
import { useDevices } from './devices.ts'
import './device-thumbnails.css'

interface DeviceThumbnailsProps {
  readonly kind: string
  /** Id of the device that is chosen. */
  readonly value: string
  readonly onChoose: (device: Device) => void
}

/** Kinds of devices that have an image. */
export const hasThumbnails = (kind: string | undefined): kind is string =>
  kind !== undefined && ['display', 'window', 'camera', 'v4l2-camera', 'desktop-display'].includes(kind)

/** Devices that are shown with an image; further ones are in the list below. */
const maxShown = 12
/** Between two images of a device, ms; a device that has none is asked less often. */
const pauseMs = 1500
const failedPauseMs = 4000
/** Windows open and close while the dialog is open: the list is read again, ms. */
const listEachMs = 6000

/** The devices of a kind as they look now: a click chooses one. Nothing is captured once they are not shown any more. */
export function DeviceThumbnails({ kind, value, onChoose }: DeviceThumbnailsProps) {
  const { devices, refresh } = useDevices(kind)
  useEffect(() => {
    refresh()
    const timer = setInterval(refresh, listEachMs)
    return () => clearInterval(timer)
  }, [refresh])
  if (devices.length === 0) return null
  return (
    <fieldset className="device-thumbnails" data-testid="device-thumbnails">
      <legend>{t.addSource.thumbnails}</legend>
      <div className="device-grid">
        {devices.slice(0, maxShown).map((device) => (
          <label key={device.id} className="device-card" data-testid="device-card" data-device={device.id}>
            <input type="radio" name="device-thumbnail" checked={device.id === value} onChange={() => onChoose(device)} />
            <Thumbnail device={device} />
            <span className="device-name">{device.name}</span>
          </label>
        ))}
      </div>
    </fieldset>
  )
}

function Thumbnail({ device: { kind, id } }: { readonly device: Device }) {
  const url =
    kind === 'desktop-display'
      ? `/api/v1/desktop/displays/${id}/screenshot?width=320&height=180`
      : `/api/v1/studio/devices/thumbnail?${new URLSearchParams({ kind, device: id })}`
  const { ref, shown } = useLiveImage(url, { pauseMs, failedPauseMs })
  const seen = shown !== undefined
  const Icon = iconOf(kind)
  return (
    <span className="device-image">
      <canvas ref={ref} data-testid="device-image" data-seen={seen} />
      {!seen && <Icon size={24} />}
    </span>
  )
}
