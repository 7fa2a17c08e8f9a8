import { LogIn } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { explain } from '../client/api.ts'
import { signIn } from '../client/follow-host.ts'
import { useClient } from '../client/store.ts'
import { app as t } from '../messages/page.ts'
import icon from '../theme/icon.svg'

/** Takes a pasted token, or a whole one-time link. */
export function SignIn() {
  const [value, setValue] = useState('')
  const [problem, setProblem] = useState(useClient((state) => state.linkProblem))
  const [busy, setBusy] = useState(false)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    setProblem('')
    const text = value.trim()
    const link = /[#?&]link=([^&\s]+)/.exec(text)?.[1]
    try {
      await signIn(link ? { link: decodeURIComponent(link) } : { token: text })
    } catch (error) {
      setProblem(explain(error))
      setBusy(false)
    }
  }
  return (
    <main className="center-page">
      <form className="card" onSubmit={submit} data-testid="sign-in">
        <div className="dialog-body">
          <span className="brand">
            <img src={icon} width={24} height={24} alt="" />
            {t.amiStreams}
          </span>
          <div>
            <h1>{t.signIn}</h1>
            <p className="quiet">
              {t.pasteATokenOrA} <code>streams tokens link</code> {t.printed}
            </p>
          </div>
          <div className="field">
            <label htmlFor="token">{t.tokenOrLink}</label>
            <input
              id="token"
              className="input"
              type="password"
              autoComplete="current-password"
              value={value}
              onChange={(event) => setValue(event.target.value)}
              aria-invalid={problem !== ''}
              aria-describedby="token-hint"
              data-testid="sign-in-token"
              required
            />
            <span id="token-hint" className={problem ? 'hint bad' : 'hint'} role="alert">
              {problem}
            </span>
          </div>
          <button type="submit" className="button primary" disabled={busy || value.trim() === ''} data-testid="sign-in-submit">
            <LogIn size={16} /> {t.signIn}
          </button>
        </div>
      </form>
    </main>
  )
}
