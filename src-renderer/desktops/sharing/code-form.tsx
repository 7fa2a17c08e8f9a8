import { useState } from 'react'
import { explain } from '../../client/api.ts'
import { FormError } from '../../components/form-error.tsx'
import { t } from './messages.ts'

interface CodeFormProps {
  readonly title: string
  readonly action: string
  /** Rejects where the code is of no use. */
  readonly onCode: (code: string) => Promise<void>
  readonly testId: string
}

/** Asks for a code of the authenticator app. */
export function CodeForm({ title, action, onCode, testId }: CodeFormProps) {
  const [problem, setProblem] = useState('')
  const [code, setCode] = useState('')
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault()
        onCode(code).catch((error: unknown) => {
          setProblem(explain(error))
          setCode('')
        })
      }}
    >
      <h2>{title}</h2>
      <CodeField code={code} onCode={setCode} />
      <FormError text={problem} />
      <button type="submit" className="button primary" disabled={code.length !== 6} data-testid={testId}>
        {action}
      </button>
    </form>
  )
}

interface CodeFieldProps {
  readonly code: string
  readonly onCode: (code: string) => void
}

/** Six digits. */
export function CodeField({ code, onCode }: CodeFieldProps) {
  return (
    <div className="field">
      <label htmlFor="factor-code">{t.factorCode}</label>
      <input
        id="factor-code"
        className="input"
        inputMode="numeric"
        autoComplete="one-time-code"
        maxLength={6}
        value={code}
        onChange={({ target }) => onCode(target.value.replace(/\D/g, ''))}
        data-testid="factor-code"
      />
    </div>
  )
}
