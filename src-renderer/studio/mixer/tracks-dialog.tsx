import { useState } from 'react'
import { Dialog } from '../../components/dialog.tsx'
import { moveInList } from '../../components/list-keys.ts'
import { Chain } from '../filters/chain.tsx'
import { DeviceField } from '../forms/device-field.tsx'
import { useKinds } from '../kinds.ts'
import { change } from '../show-store.ts'
import type { Collection } from '../types.ts'
import { t } from './messages.ts'
import { Meter } from './meter.tsx'
import { TrackLoudness } from './track-loudness.tsx'
import '../filters/filters.css'

interface TracksDialogProps {
  readonly document: Collection
  readonly onClose: () => void
}

/** The six tracks: their names, levels and filters; and where this computer plays what is monitored. */
export function TracksDialog({ document, onClose }: TracksDialogProps) {
  const kinds = useKinds('audio-filter-kinds')
  const [chosen, setChosen] = useState(document.tracks[0]?.id)
  const track = document.tracks.find(({ id }) => id === chosen) ?? document.tracks[0]
  const isHeard = (id: string): boolean => document.sources.some(({ audio }) => audio?.tracks.includes(Number(id)) === true)
  return (
    <Dialog title={t.title} onClose={onClose} testId="tracks-dialog">
      <div className="parts-editor">
        <div className="parts-list">
          <ul className="entries" aria-label={t.tracks} onKeyDown={moveInList}>
            {document.tracks.map((each) => (
              <li key={each.id} className="entry track-entry" data-current={each.id === track?.id} data-testid="track">
                <button
                  type="button"
                  className="entry-main"
                  data-item
                  aria-current={each.id === track?.id}
                  onClick={() => setChosen(each.id)}
                  onFocus={() => setChosen(each.id)}
                >
                  <span className="entry-name">{each.name === each.id ? t.track(each.id) : `${each.id} · ${each.name}`}</span>
                </button>
                <Meter of={`track:${each.id}`} label={t.trackMeter(each.name)} />
              </li>
            ))}
          </ul>
        </div>
        {track !== undefined && (
          <div className="parts-form" key={track.id}>
            <div className="field">
              <label htmlFor="track-name">{t.trackName}</label>
              <input
                id="track-name"
                className="input"
                defaultValue={track.name}
                maxLength={120}
                data-testid="track-name"
                onChange={(event) => {
                  const name = event.currentTarget.value.trim()
                  if (name !== '') change(`tracks/${track.id}`, { name })
                }}
              />
            </div>
            {isHeard(track.id) ? <TrackLoudness of={`track:${track.id}`} /> : <p className="quiet small">{t.unheard}</p>}
            <Chain
              title={t.trackFilters}
              list={`tracks/${track.id}/audio-filters`}
              filters={track.filters}
              kinds={kinds}
              editor
              testId="track-filters"
              levelOf={`track:${track.id}`}
              sound
            >
              <p className="quiet small">{t.trackHelp}</p>
            </Chain>
          </div>
        )}
      </div>
      <div className="field">
        <label htmlFor="monitor-device">{t.monitorDevice}</label>
        <DeviceField
          common={{ 'id': 'monitor-device', 'disabled': false, 'aria-describedby': 'monitor-help', 'data-setting': 'monitorDevice' }}
          kind="speaker"
          value={document.monitorDevice ?? ''}
          onChange={(device) => change('collection', { monitorDevice: device === '' ? null : device })}
          optional
        />
        <span className="hint" id="monitor-help">
          {t.monitorHelp}
        </span>
      </div>
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onClose}>
          {t.close}
        </button>
      </div>
    </Dialog>
  )
}
