import { useState } from 'react'
import { CloseAction, Dialog } from '../../components/dialog.tsx'
import { Chain } from '../filters/chain.tsx'
import { DeviceField } from '../forms/device-field.tsx'
import { useKinds } from '../kinds.ts'
import { NameField, PartsList } from '../parts-list.tsx'
import { change } from '../show-store.ts'
import type { Collection } from '../types.ts'
import { t } from './messages.ts'
import { Meter } from './meter.tsx'
import { TrackLoudness } from './track-loudness.tsx'
import { trackEntry, trackField } from './track-name.ts'
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
        <PartsList
          label={t.tracks}
          parts={document.tracks}
          current={track?.id}
          onChoose={setChosen}
          testId="track"
          entryClass="entry track-entry"
          entry={(each) => <span className="entry-name">{trackEntry(each)}</span>}
          aside={({ id, name }) => <Meter of={`track:${id}`} label={t.trackMeter(name)} />}
        />
        {track !== undefined && (
          <div className="parts-form" key={track.id}>
            <NameField
              id="track-name"
              label={t.trackName}
              name={trackField(track)}
              onChange={(name) => change(`tracks/${track.id}`, { name })}
            />
            {isHeard(track.id) ? <TrackLoudness of={`track:${track.id}`} /> : <p className="quiet small">{t.unheard}</p>}
            <Chain
              title={t.trackFilters}
              list={`tracks/${track.id}/audio-filters`}
              filters={track.filters}
              kinds={kinds}
              editor
              testId="track-filters"
              levelOf={`track:${track.id}`}
              audio
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
      <CloseAction onClose={onClose} />
    </Dialog>
  )
}
