import { KeyRound } from 'lucide-react'
import { type ReactNode, useCallback, useEffect, useState } from 'react'
import type { Answer } from '../../../src-main/api/typed-api.ts'
import { call, explain } from '../../client/api.ts'
import { CopyField } from '../../components/copy.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { DialogForm } from '../../components/dialog-form.tsx'
import { FormError } from '../../components/form-error.tsx'
import { loadLater } from '../../components/load-later.tsx'
import { notify } from '../../components/toasts.tsx'
import { CodeField, CodeForm } from './code-form.tsx'
import { t } from './messages.ts'
import './sharing.css'

/** Loaded by who sets one up. */
const QrCode = loadLater(async () => (await import('../../components/qr-code.tsx')).QrCode)

type Factor = Answer<'GET', '/desktop/second-factor'>

/** Asks for a code of the authenticator app before it shows what is behind it, where the host wants one. */
export function SecondFactorGate({ children }: { readonly children: ReactNode }) {
  const [factor, setFactor] = useState<Factor>()
  const [problem, setProblem] = useState('')
  const read = useCallback(() => {
    call('GET', '/desktop/second-factor').then(setFactor, (error: unknown) => setProblem(explain(error)))
  }, [])
  useEffect(read, [read])
  if (factor?.needed === false) return children
  return (
    <div className="card card-body desktop-factor">
      {factor === undefined ? (
        <FormError text={problem} />
      ) : (
        <CodeForm
          title={t.factorNeeded}
          action={t.factorProve}
          onCode={async (code) => setFactor(await call('POST', '/desktop/second-factor/prove', { body: { code } }))}
          testId="factor-prove"
        />
      )}
    </div>
  )
}

/** Sets up a second factor for this user, or removes it. */
export function SecondFactorButton() {
  const [open, setOpen] = useState(false)
  return (
    <>
      <button type="button" className="button quiet" onClick={() => setOpen(true)} data-testid="factor-open">
        <KeyRound size={16} aria-hidden="true" /> {t.factor}
      </button>
      {open && <SecondFactorDialog onClose={() => setOpen(false)} />}
    </>
  )
}

function SecondFactorDialog({ onClose }: { readonly onClose: () => void }) {
  const [enrolled, setEnrolled] = useState<boolean>()
  const [problem, setProblem] = useState('')
  const [secret, setSecret] = useState<Answer<'POST', '/desktop/second-factor'>>()
  const [code, setCode] = useState('')
  useEffect(() => {
    call('GET', '/desktop/second-factor').then(
      (factor) => setEnrolled(factor.enrolled),
      (error: unknown) => setProblem(explain(error)),
    )
  }, [])
  const submit = async (): Promise<void> => {
    if (enrolled === true) {
      await call('DELETE', '/desktop/second-factor')
      notify(t.factorRemoved)
      onClose()
    } else if (secret === undefined) setSecret(await call('POST', '/desktop/second-factor'))
    else {
      await call('POST', '/desktop/second-factor/prove', { body: { code } })
      notify(t.factorSet)
      onClose()
    }
  }
  return (
    <Dialog title={t.factor} onClose={onClose} testId="factor-dialog">
      <DialogForm
        onClose={onClose}
        onSubmit={submit}
        action={enrolled === true ? t.factorRemove : secret === undefined ? t.factorSetUp : t.factorProve}
        testId="factor-submit"
        disabled={enrolled === undefined || (secret !== undefined && code.length !== 6)}
      >
        <p>{enrolled === true ? t.factorIsOn : t.factorHelp}</p>
        {secret !== undefined && (
          <>
            <div className="desktop-link-code">
              <QrCode text={secret.uri} label={t.factorQr} />
              <CopyField label={t.factorSecret} value={secret.secret} testId="factor-secret" />
            </div>
            <CodeField code={code} onCode={setCode} />
          </>
        )}
        <FormError text={problem} />
      </DialogForm>
    </Dialog>
  )
}
