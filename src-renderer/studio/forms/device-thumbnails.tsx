import { useEffect, useRef, useState } from 'react'
import { t } from '../messages.ts'
import { iconOf } from '../source-icons.ts'
import type { Device } from '../types.ts'
import { useDevices } from './devices.ts'
import './device-thumbnails.css'

interface DeviceThumbnailsProps {
  readonly kind: string
  /** Id of the device that is chosen. */
  readonly value: string
  readonly onChoose: (device: string) => void
}

/** Kinds of devices that have an image. */
export const hasThumbnails = (kind: string | undefined): kind is string =>
  kind !== undefined && ['display', 'window', 'camera', 'v4l2-camera'].includes(kind)

/** Devices that are shown with an image; further ones are in the list below. */
const maxShown = 12
/** Between two images of a device, ms; a device that has none is asked less often. */
const pauseMs = 1500
const waitMs = 4000
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
            <input type="radio" name="device-thumbnail" checked={device.id === value} onChange={() => onChoose(device.id)} />
            <Thumbnail device={device} />
            <span className="device-name">{device.name}</span>
          </label>
        ))}
      </div>
    </fieldset>
  )
}

function Thumbnail({ device: { kind, id } }: { readonly device: Device }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const [seen, setSeen] = useState(false)
  useEffect(() => {
    const ending = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    const look = async (): Promise<boolean> => {
      if (document.visibilityState === 'hidden') return false
      const query = new URLSearchParams({ kind, device: id })
      const response = await fetch(`/api/v1/studio/devices/thumbnail?${query}`, {
        credentials: 'same-origin',
        cache: 'no-store',
        signal: ending.signal,
      })
      if (!response.ok) return false
      const image = await createImageBitmap(await response.blob())
      const element = canvas.current
      if (element !== null && !ending.signal.aborted) {
        element.width = image.width
        element.height = image.height
        element.getContext('2d')?.drawImage(image, 0, 0)
        setSeen(true)
      }
      image.close()
      return true
    }
    const next = (): void => {
      look()
        .catch(() => false)
        .then((came) => {
          if (!ending.signal.aborted) timer = setTimeout(next, came ? pauseMs : waitMs)
        })
    }
    next()
    return () => {
      ending.abort()
      clearTimeout(timer)
    }
  }, [kind, id])
  const Icon = iconOf(kind)
  return (
    <span className="device-image">
      <canvas ref={canvas} data-testid="device-image" data-seen={seen} />
      {!seen && <Icon size={24} />}
    </span>
  )
}
