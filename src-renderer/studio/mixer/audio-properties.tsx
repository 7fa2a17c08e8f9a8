import { useId } from 'react'
import { NumberField } from '../../components/number-field.tsx'
import { decimal } from '../../messages/numbers.ts'
import { change, useDocument } from '../show-store.ts'
import type { Source, SourceAudio } from '../types.ts'
import { useDrift } from './drift-feed.ts'
import { t } from './messages.ts'
import { trackName } from './track-name.ts'

/** Offsets that nobody sees or hears are not worth a word, ms. */
const noticeableMs = 8

/** How the audio of a source is mixed, besides what its strip shows: tracks, sync, monitoring. */
export function AudioProperties({
  source,
  audio,
  editor,
}: {
  readonly source: Source
  readonly audio: SourceAudio
  readonly editor: boolean
}) {
  const id = useId()
  const tracks = useDocument()?.tracks ?? []
  const drift = useDrift(source.id)
  const set = (changes: Partial<SourceAudio>): void => change(`sources/${source.id}`, { audio: changes })
  const late = drift === undefined ? 0 : Math.round(drift.offsetMs)
  return (
    <fieldset className="field-group" data-testid="audio-properties">
      <legend>{t.audio}</legend>
      <fieldset className="plain-group">
        <legend className="small">{t.goesTo}</legend>
        <div className="row track-choice">
          {tracks.map((track) => {
            const number = Number(track.id)
            const on = audio.tracks.includes(number)
            return (
              <label key={track.id} className="check" title={trackName(track)}>
                <input
                  type="checkbox"
                  checked={on}
                  disabled={!editor}
                  aria-label={trackName(track)}
                  data-testid={`to-track-${track.id}`}
                  onChange={() => set({ tracks: on ? audio.tracks.filter((each) => each !== number) : [...audio.tracks, number].sort() })}
                />
                {track.id}
              </label>
            )
          })}
        </div>
      </fieldset>
      <div className="field">
        <label htmlFor={`${id}-sync`}>{t.sync}</label>
        <NumberField
          id={`${id}-sync`}
          name="syncOffsetMs"
          describedBy={`${id}-sync-help`}
          disabled={!editor}
          min={-950}
          max={20_000}
          value={audio.syncOffsetMs}
          onChange={(syncOffsetMs) => set({ syncOffsetMs })}
        />
        <span className="hint" id={`${id}-sync-help`}>
          {t.syncHelp}
        </span>
        {editor && late >= noticeableMs && audio.syncOffsetMs !== -late && (
          <button type="button" className="button" onClick={() => set({ syncOffsetMs: -late })} data-testid="suggest-sync">
            {t.suggest(late)}
          </button>
        )}
      </div>
      <p className="small drift-line">
        <span className="quiet">{t.clock}</span>{' '}
        <span data-testid="drift">
          {drift === undefined || Math.abs(drift.ppm) < 0.05 ? t.noDrift : t.drift(`${drift.ppm > 0 ? '+' : ''}${decimal(drift.ppm, 1)}`)}
        </span>
      </p>
      <div className="field">
        <label htmlFor={`${id}-monitoring`}>{t.monitoring}</label>
        <select
          id={`${id}-monitoring`}
          className="input"
          value={audio.monitoring}
          disabled={!editor}
          data-setting="monitoring"
          onChange={(event) => set({ monitoring: event.currentTarget.value as SourceAudio['monitoring'] })}
        >
          {(['off', 'only', 'also'] as const).map((kind) => (
            <option key={kind} value={kind}>
              {t.monitoringKinds[kind]}
            </option>
          ))}
        </select>
      </div>
      <label className="check">
        <input
          type="checkbox"
          checked={audio.followsVideo}
          disabled={!editor}
          data-setting="followsVideo"
          onChange={(event) => set({ followsVideo: event.currentTarget.checked })}
        />
        {t.followsVideo}
      </label>
    </fieldset>
  )
}
