import { useEffect, useId, useState } from 'react'
import { call, explain } from '../../client/api.ts'
import { FormError } from '../../components/form-error.tsx'
import { notifyError } from '../../components/toasts.tsx'
import { t } from '../messages.ts'

interface AddFilterProps {
  /** Of the instance. */
  readonly id: string
  /** Names that the source has. */
  readonly taken: readonly string[]
  readonly onAdd: (name: string, kind: string) => Promise<void>
}

/** Those that every OBS has: versions before 30 do not list them. */
const usualKinds = [
  'chroma_key_filter_v2',
  'clut_filter',
  'color_filter_v2',
  'color_key_filter_v2',
  'compressor_filter',
  'crop_filter',
  'expander_filter',
  'gain_filter',
  'gpu_delay',
  'invert_polarity_filter',
  'limiter_filter',
  'luma_key_filter_v2',
  'mask_filter_v2',
  'noise_gate_filter',
  'noise_suppress_filter_v2',
  'scale_filter',
  'scroll_filter',
  'sharpness_filter_v2',
]

/** Adds a filter of a kind of that OBS. */
export function AddFilter({ id, taken, onAdd }: AddFilterProps) {
  const fields = useId()
  const [kinds, setKinds] = useState<readonly string[]>([])
  const [kind, setKind] = useState('')
  const [name, setName] = useState('')
  const [rejection, setRejection] = useState('')
  useEffect(() => {
    const stop = new AbortController()
    call('GET', `/obs/${id}/kinds`, { signal: stop.signal })
      .then(({ filters }) => setKinds(filters ?? usualKinds))
      .catch((error: unknown) => {
        if (!stop.signal.aborted) notifyError(error)
      })
    return () => stop.abort()
  }, [id])
  const chosen = kind || (kinds[0] ?? '')
  const add = async (): Promise<void> => {
    setRejection('')
    try {
      await onAdd(name.trim() === '' ? freeName(chosen, taken) : name.trim(), chosen)
      setName('')
    } catch (error) {
      setRejection(explain(error))
    }
  }
  return (
    <form
      className="stack obs-add-filter"
      onSubmit={(event) => {
        event.preventDefault()
        void add()
      }}
    >
      <div className="obs-fields">
        <div className="field">
          <label htmlFor={`${fields}kind`}>{t.filterKind}</label>
          <select
            id={`${fields}kind`}
            className="input"
            value={chosen}
            onChange={(event) => setKind(event.currentTarget.value)}
            translate="no"
            data-testid="obs-filter-kind"
          >
            {kinds.map((each) => (
              <option key={each} value={each}>
                {each}
              </option>
            ))}
          </select>
        </div>
        <div className="field">
          <label htmlFor={`${fields}name`}>{t.filterName}</label>
          <input
            id={`${fields}name`}
            className="input"
            value={name}
            maxLength={300}
            onChange={(event) => setName(event.currentTarget.value)}
            data-testid="obs-filter-name"
          />
        </div>
      </div>
      <FormError text={rejection} />
      <button type="submit" className="button" disabled={chosen === ''} data-testid="obs-filter-add">
        {t.filterAdd}
      </button>
    </form>
  )
}

function freeName(kind: string, taken: readonly string[]): string {
  const plain = kind.replace(/_(?:filter|v\d+)/g, '').replaceAll('_', ' ')
  for (let number = 1; ; number++) {
    const name = number === 1 ? plain : `${plain} ${number}`
    if (!taken.includes(name)) return name
  }
}
