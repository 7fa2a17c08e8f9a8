import { useState } from 'react'
import { call } from '../client/api.ts'
import type { StreamKey, StreamKeyCreated } from '../client/types.ts'
import { Dialog } from '../components/dialog.tsx'
import { DialogForm } from '../components/dialog-form.tsx'
import { KeyLimitFields, limitsInWords, noRules } from './key-limit-fields.tsx'
import { KeyRoleFields, usualRole } from './key-role-fields.tsx'
import { nameProblem } from './stream-name.ts'

export function MakeKeyDialog({ onClose, onMade }: { readonly onClose: () => void; readonly onMade: (created: StreamKeyCreated) => void }) {
  const [stream, setStream] = useState('')
  const [label, setLabel] = useState('')
  const [second, setSecond] = useState<StreamKey['onSecondPublisher']>('refuse')
  const [role, setRole] = useState(usualRole)
  const [rules, setRules] = useState(noRules)
  const problem = nameProblem(stream)
  const submit = async () => {
    const name = label.trim()
    onMade(
      await call<StreamKeyCreated>('POST', '/live/keys', {
        body: { stream, onSecondPublisher: second, ...role, ...rules, ...(name ? { label: name } : {}) },
      }),
    )
  }
  return (
    <Dialog title="Create stream key" onClose={onClose} testId="make-key-dialog">
      <DialogForm
        onClose={onClose}
        onSubmit={submit}
        action="Create key"
        testId="key-submit"
        disabled={stream === '' || problem !== undefined}
      >
        <div className="field">
          <label htmlFor="key-stream">Stream name</label>
          <input
            id="key-stream"
            className="input"
            value={stream}
            onChange={(event) => setStream(event.target.value)}
            aria-invalid={problem !== undefined}
            aria-describedby="key-stream-hint"
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            autoFocus
            required
            data-testid="key-stream"
          />
          <span id="key-stream-hint" className={problem ? 'hint bad' : 'hint'}>
            {problem ?? `People watch it at ${location.origin}/watch/${stream || 'NAME'}`}
          </span>
        </div>
        <div className="field">
          <label htmlFor="key-new-label">Label</label>
          <input
            id="key-new-label"
            className="input"
            value={label}
            maxLength={100}
            placeholder="Studio PC"
            onChange={(event) => setLabel(event.target.value)}
            data-testid="key-new-label"
          />
        </div>
        <fieldset className="choices">
          <legend className="label">When a second publisher comes while one is live, it</legend>
          {(['refuse', 'takeover', 'backup'] as const).map((value) => (
            <label key={value}>
              <input
                type="radio"
                name="second"
                checked={second === value}
                onChange={() => setSecond(value)}
                data-testid={`second-${value}`}
              />
              {value === 'refuse' ? 'is rejected' : value === 'takeover' ? 'takes over' : 'is kept ready as the backup'}
            </label>
          ))}
        </fieldset>
        <KeyRoleFields rules={role} onChange={setRole} />
        <details>
          <summary data-testid="key-limits-open">Limits: {limitsInWords(rules)}</summary>
          <div className="stack limit-details">
            <KeyLimitFields rules={rules} onChange={setRules} />
          </div>
        </details>
      </DialogForm>
    </Dialog>
  )
}
