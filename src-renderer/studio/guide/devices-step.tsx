import { useEffect, useState } from 'react'
import { useLiveImage } from '../../components/live-image.ts'
import { sourceImageUrl } from '../canvas/eyedropper.ts'
import { listDevices } from '../forms/devices.ts'
import { Meter } from '../mixer/meter.tsx'
import { problemWords, reportWords } from '../report-words.ts'
import { change, useShow } from '../show-store.ts'
import type { Device, Source } from '../types.ts'
import { t } from './messages.ts'

/** Between two images of a device, ms. */
const pauseMs = 500

/** The screen, camera and microphone of the open show, live, each with the devices to choose from. */
export function DevicesStep() {
  const sources = useShow((state) => state.open?.collection.sources) ?? []
  const [search, setSearch] = useState(0)
  const tried = ['screen', 'camera', 'microphone'].flatMap((id) => sources.find((each) => each.id === id) ?? [])
  return (
    <>
      <p className="quiet">{t.devicesHelp}</p>
      <div className="guide-devices">
        {tried.map((source) => (
          <DeviceTrial key={`${source.id} ${search}`} source={source} />
        ))}
      </div>
      {!tried.some(({ id }) => id === 'microphone') && <p className="quiet">{t.noMicrophone}</p>}
      <div>
        <button type="button" className="button" onClick={() => setSearch(search + 1)}>
          {t.search}
        </button>
      </div>
    </>
  )
}

function DeviceTrial({ source }: { readonly source: Source }) {
  const report = useShow((state) => state.sourceReports[source.id])
  const [devices, setDevices] = useState<readonly Device[]>([])
  const { kind, id, name } = source
  useEffect(() => {
    let gone = false
    listDevices(kind).then(
      (found) => gone || setDevices(found),
      // The report of the source says why.
      () => undefined,
    )
    return () => {
      gone = true
    }
  }, [kind])
  const chosen = String(source.settings.device ?? '')
  const shown = devices.some((each) => each.id === chosen) ? chosen : ''
  return (
    <section className="guide-device" data-testid="guide-device" data-source={id} data-state={report?.state}>
      <div className="field">
        <label htmlFor={`guide-${id}`}>{name}</label>
        <select
          id={`guide-${id}`}
          className="input"
          value={shown}
          disabled={devices.length === 0}
          onChange={(event) => change(`sources/${id}`, { settings: { device: event.currentTarget.value } })}
        >
          {shown === '' && <option value="">–</option>}
          {devices.map((device) => (
            <option key={device.id} value={device.id}>
              {device.name}
            </option>
          ))}
        </select>
      </div>
      {kind === 'microphone' ? (
        <Meter of={`source:${id}`} label={t.meterOf(name)} />
      ) : (
        <LiveImage source={id} label={t.preview(name)} running={report?.state === 'running'} />
      )}
      <p className="quiet small" role="status">
        {report?.state !== 'running' && devices.length === 0 ? `${t.noDevice} ${problemWords(report)}` : reportWords(report)}
      </p>
    </section>
  )
}

/** Frames of one source, twice a second. */
function LiveImage({ source, label, running }: { readonly source: string; readonly label: string; readonly running: boolean }) {
  const { ref } = useLiveImage(running ? sourceImageUrl(source, { type: 'jpeg', width: 320 }) : undefined, { pauseMs })
  return <canvas ref={ref} className="guide-image" role="img" aria-label={label} />
}
