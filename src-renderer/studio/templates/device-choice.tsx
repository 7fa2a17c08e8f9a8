import { useEffect, useState } from 'react'
import { listDevices } from '../forms/devices.ts'
import type { Device } from '../types.ts'
import { t } from './messages.ts'
import type { ChosenDevice } from './template-options.ts'

/** Devices that a template can show. */
export interface FoundDevices {
  readonly displays: readonly Device[]
  readonly cameras: readonly Device[]
  readonly microphones: readonly Device[]
  readonly speakers: readonly Device[]
}

const none: FoundDevices = { displays: [], cameras: [], microphones: [], speakers: [] }

/** Devices of a kind; none where this machine cannot list them. */
const devicesOf = (kind: string): Promise<readonly Device[]> => listDevices(kind).catch(() => [])

/** What this machine has; undefined until it was asked. */
export async function findDevices(): Promise<FoundDevices> {
  const [displays, cameras, direct, microphones, speakers] = await Promise.all(
    ['display', 'camera', 'v4l2-camera', 'microphone', 'speaker'].map(devicesOf),
  )
  // Where the desktop shares cameras, the same ones are listed as devices of the system too.
  const usable = cameras !== undefined && cameras.length > 0 ? cameras : (direct ?? [])
  // The studio's own camera shows the show itself.
  const real = usable.filter(({ details }) => details?.virtualCamera !== true)
  return { displays: displays ?? [], cameras: real, microphones: microphones ?? [], speakers: speakers ?? [] }
}

/** What this machine has, asked once. */
export function useFoundDevices(): FoundDevices & { readonly known: boolean } {
  const [found, setFound] = useState<FoundDevices | undefined>()
  useEffect(() => {
    let gone = false
    void findDevices().then((devices) => gone || setFound(devices))
    return () => {
      gone = true
    }
  }, [])
  return { ...(found ?? none), known: found !== undefined }
}

/** A source for a device; for none that is chosen later. */
export const deviceChoice = (device: Device | undefined, kind: string): ChosenDevice => ({ kind: device?.kind ?? kind, device: device?.id })

interface DeviceChoiceProps {
  readonly label: string
  readonly id: string
  readonly devices: readonly Device[]
  readonly known: boolean
  readonly value: string
  readonly onChange: (id: string) => void
}

/** A list of devices to choose one of, or none for now. */
export function DeviceChoice({ label, id, devices, known, value, onChange }: DeviceChoiceProps) {
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select id={id} className="input" value={value} onChange={(event) => onChange(event.currentTarget.value)} data-testid={id}>
        {devices.map((device) => (
          <option key={device.id} value={device.id}>
            {device.name}
          </option>
        ))}
        <option value="">{known && devices.length === 0 ? t.noneFound : t.later}</option>
      </select>
    </div>
  )
}
