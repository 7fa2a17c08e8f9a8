import { RefreshCw } from 'lucide-react'
import { useEffect } from 'react'
import { t } from '../messages.ts'
import type { Device } from '../types.ts'
import { useDevices } from './devices.ts'
import type { FieldAttributes } from './field-attributes.ts'

interface DeviceFieldProps {
  readonly common: FieldAttributes
  /** As `GET /studio/devices?kind=` takes it. */
  readonly kind: string
  readonly value: string
  /** With the device, where it is one of the list. */
  readonly onChange: (value: string, device: Device | undefined) => void
  /** Empty is a value of its own: the system's default. */
  readonly optional?: boolean
}

/** The devices of the host's machine, read when it is drawn and again on request. */
export function DeviceField({ common, kind, value, onChange, optional = false }: DeviceFieldProps) {
  const { devices, problem, busy, refresh } = useDevices(kind)
  useEffect(refresh, [refresh])
  const isListed = devices.some(({ id }) => id === value)
  const usual = value === '' || value === 'default'
  const choose = (chosen: string): void =>
    onChange(
      chosen,
      devices.find(({ id }) => id === chosen),
    )
  return (
    <>
      <div className="device-field">
        <select {...common} className="input" value={value} onChange={(event) => choose(event.currentTarget.value)}>
          {(optional || (usual && !isListed)) && (
            <option value={optional ? '' : value}>{kind === 'desktop-display' ? t.form.noDevice : t.form.defaultDevice}</option>
          )}
          {!usual && !isListed && <option value={value}>{t.form.absentDevice(value)}</option>}
          {devices.map((device) => (
            <option key={device.id} value={device.id}>
              {device.name}
            </option>
          ))}
        </select>
        <button
          type="button"
          className="button icon"
          aria-label={t.form.refreshDevices}
          title={t.form.refreshDevices}
          disabled={busy}
          onClick={refresh}
        >
          <RefreshCw size={15} />
        </button>
      </div>
      {problem !== '' && <span className="hint bad">{problem}</span>}
      {problem === '' && !busy && devices.length === 0 && <span className="hint">{t.form.noDevices}</span>}
    </>
  )
}
