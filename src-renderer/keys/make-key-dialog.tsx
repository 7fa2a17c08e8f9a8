import { useState } from 'react'
import { call } from '../client/api.ts'
import { keepKey } from '../client/follow-host.ts'
import type { StreamKey, StreamKeyCreated } from '../client/types.ts'
import { Dialog } from '../components/dialog.tsx'
import { DialogForm } from '../components/dialog-form.tsx'
import { keys as t } from '../messages/page.ts'
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
    const body = { stream, onSecondPublisher: second, ...role, ...rules, ...(name ? { label: name } : {}) }
    const created = call('POST', '/live/keys', { body })
    await keepKey(created.then(({ key }) => key))
    onMade(await created)
  }
  return (
    <Dialog title={t.createStreamKey} onClose={onClose} testId="make-key-dialog">
      <DialogForm
        onClose={onClose}
        onSubmit={submit}
        action={t.createKey}
        testId="key-submit"
        disabled={stream === '' || problem !== undefined}
      >
        <div className="field">
          <label htmlFor="key-stream">{t.streamName}</label>
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
            {problem ?? t.peopleWatchItAtWatch(location.origin, stream || 'NAME')}
          </span>
        </div>
        <div className="field">
          <label htmlFor="key-new-label">{t.label}</label>
          <input
            id="key-new-label"
            className="input"
            value={label}
            maxLength={100}
            placeholder={t.studioPc}
            onChange={(event) => setLabel(event.target.value)}
            data-testid="key-new-label"
          />
        </div>
        <fieldset className="choices">
          <legend className="label">{t.whenASecondPublisherComesWhile}</legend>
          {(['refuse', 'takeover', 'backup'] as const).map((value) => (
            <label key={value}>
              <input
                type="radio"
                name="second"
                checked={second === value}
                onChange={() => setSecond(value)}
                data-testid={`second-${value}`}
              />
              {value === 'refuse' ? t.isRejected : value === 'takeover' ? t.takesOver : t.isKeptReadyAsThe}
            </label>
          ))}
        </fieldset>
        <KeyRoleFields rules={role} onChange={setRole} />
        <details>
          <summary data-testid="key-limits-open">{t.limitsNamed(limitsInWords(rules))}</summary>
          <div className="stack limit-details">
            <KeyLimitFields rules={rules} onChange={setRules} />
          </div>
        </details>
      </DialogForm>
    </Dialog>
  )
}
