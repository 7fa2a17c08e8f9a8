import { call } from '../client/api.ts'
import { t } from './messages.ts'
import { Panel, type PanelProps, send } from './panel.tsx'

/** Which profile and scene collection OBS works with. */
export function SettingsPanel({ id, mirror: { profile, profiles, collection, collections }, editor }: PanelProps) {
  return (
    <Panel title={t.settings} testId="obs-settings">
      <div className="obs-choices">
        <Choice
          label={t.profile}
          value={profile}
          names={profiles}
          disabled={!editor}
          testId="obs-profile"
          onChange={(name) => send(call('PATCH', `/obs/${id}/profile`, { body: { profile: name } }))}
        />
        <Choice
          label={t.collection}
          value={collection}
          names={collections}
          disabled={!editor}
          testId="obs-collection"
          onChange={(name) => send(call('PATCH', `/obs/${id}/collection`, { body: { collection: name } }))}
        />
      </div>
    </Panel>
  )
}

interface ChoiceProps {
  readonly label: string
  readonly value: string | null
  readonly names: readonly string[]
  readonly disabled: boolean
  readonly testId: string
  readonly onChange: (name: string) => void
}

function Choice({ label, value, names, disabled, testId, onChange }: ChoiceProps) {
  return (
    <label className="field">
      <span className="label">{label}</span>
      <select
        className="input"
        value={value ?? ''}
        disabled={disabled}
        data-testid={testId}
        onChange={(event) => onChange(event.currentTarget.value)}
      >
        {names.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </label>
  )
}
