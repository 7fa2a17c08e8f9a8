import { X } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { call } from '../../client/api.ts'
import { Resource, useResource } from '../../client/resource.ts'
import { confirm } from '../../components/dialog.tsx'
import { Ago } from '../../components/time.tsx'
import { notify, notifyError } from '../../components/toasts.tsx'
import type { WholeFunction } from './function-draft.ts'
import { t } from './messages.ts'

interface HistoryProps {
  readonly whole: WholeFunction
  readonly onChange: (whole: WholeFunction) => void
}

/** Lines that are shown; the API has 500. */
const shownLines = 100

const logs = new Resource({
  path: (name) => `/network/functions/${name}/log` as const,
  isStale: ({ topic, data }, name) => topic === 'network.function.log' && (data as { readonly name?: string }).name === name,
})

/** What a deployed function has: versions to go back to, secrets, and what it wrote at nodes. */
export function FunctionHistory({ whole, onChange }: HistoryProps) {
  const { name } = whole
  const act = async (work: () => Promise<unknown>, done: string): Promise<boolean> => {
    try {
      await work()
      onChange(await call('GET', `/network/functions/${name}`))
      notify(done)
      return true
    } catch (error) {
      notifyError(error)
      return false
    }
  }
  return (
    <>
      <h4>{t.versions}</h4>
      <ul className="function-list">
        {whole.versions.map(({ version, deployedAt, deployedBy }) => (
          <li key={version} data-testid="function-version">
            {t.version(version)}{' '}
            <span className="quiet small">
              <Ago iso={deployedAt} /> {t.by(deployedBy)}
            </span>
            {version === whole.version ? (
              <span className="chip good">{t.usedNow}</span>
            ) : (
              <button
                type="button"
                className="button quiet"
                onClick={() =>
                  void act(() => call('POST', `/network/functions/${name}/rollback`, { body: { version } }), t.inUse(name, version))
                }
                data-testid="use-version"
              >
                {t.use(version)}
              </button>
            )}
          </li>
        ))}
      </ul>
      <Secrets whole={whole} act={act} />
      <Log name={name} />
    </>
  )
}

interface SecretsProps {
  readonly whole: WholeFunction
  readonly act: (work: () => Promise<unknown>, done: string) => Promise<boolean>
}

function Secrets({ whole: { name, secrets }, act }: SecretsProps) {
  const [key, setKey] = useState('')
  const [value, setValue] = useState('')
  const set = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    if (!(await act(() => call('PUT', `/network/functions/${name}/secrets/${key}`, { body: { value } }), t.secretSet(key)))) return
    setKey('')
    setValue('')
  }
  const remove = async (each: string): Promise<void> => {
    const title = t.removeSecret(each)
    if (await confirm(`${title}?`, t.removeSecretText, title))
      await act(() => call('DELETE', `/network/functions/${name}/secrets/${each}`), t.secretRemoved(each))
  }
  return (
    <>
      <h4>{t.secrets}</h4>
      <ul className="function-list">
        {secrets.map((each) => (
          <li key={each} data-testid="function-secret">
            <code translate="no">{each}</code>
            <button
              type="button"
              className="button quiet icon"
              aria-label={t.removeSecret(each)}
              title={t.removeSecret(each)}
              onClick={() => void remove(each)}
            >
              <X size={16} aria-hidden="true" />
            </button>
          </li>
        ))}
      </ul>
      <form className="row" onSubmit={(event) => void set(event)}>
        <input
          className="input mono"
          aria-label={t.secretName}
          placeholder={t.secretName}
          value={key}
          onChange={(event) => setKey(event.target.value)}
          pattern="[A-Za-z_][A-Za-z0-9_]*"
          maxLength={100}
          required
          data-testid="secret-name"
        />
        <input
          className="input"
          type="password"
          autoComplete="off"
          aria-label={t.secretValue}
          placeholder={t.secretValue}
          value={value}
          onChange={(event) => setValue(event.target.value)}
          maxLength={8192}
          required
          data-testid="secret-value"
        />
        <button type="submit" className="button" data-testid="set-secret">
          {t.setSecret}
        </button>
      </form>
    </>
  )
}

function Log({ name }: { readonly name: string }) {
  const items = useResource(logs, name)?.items ?? []
  return (
    <>
      <h4>{t.log}</h4>
      {items.length === 0 ? (
        <p className="quiet">{t.noLog}</p>
      ) : (
        <pre className="mono function-output" data-testid="function-log">
          {items
            .slice(-shownLines)
            .map(({ at, node, level, text }) => `${at} ${node} ${level} ${text}\n`)
            .join('')}
        </pre>
      )}
    </>
  )
}
