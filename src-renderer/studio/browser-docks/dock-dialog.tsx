import { useState } from 'react'
import { call } from '../../client/api.ts'
import { confirm, Dialog } from '../../components/dialog.tsx'
import { DialogForm } from '../../components/dialog-form.tsx'
import type { Dock } from './docks-store.ts'
import { t } from './messages.ts'

interface DockDialogProps {
  /** Null for a new one. */
  readonly dock: Dock | null
  readonly onClose: () => void
  /** Id of the dock that was saved. */
  readonly onSaved: (id: string) => void
}

/** Name and URL of a dock. The site is asked whether it may be framed before it is saved. */
export function DockDialog({ dock, onClose, onSaved }: DockDialogProps) {
  const [opens, setOpens] = useState<Dock['opens']>(dock?.opens ?? 'pane')
  /** What was found out of a URL: saving it again means that it is wanted all the same. */
  const [notice, setNotice] = useState<{ readonly url: string; readonly text: string } | null>(null)

  const objection = async (url: string): Promise<string | null> => {
    const { framing, problem } = await call('POST', '/studio/docks/check', { body: { url } })
    if (framing === null) return t.silent(problem ?? '')
    if (framing !== 'allowed') return t.forbids(framing === 'x-frame-options' ? 'X-Frame-Options' : 'frame-ancestors')
    return location.protocol === 'https:' && url.startsWith('http:') ? t.mixed : null
  }

  const save = async (fields: FormData): Promise<void> => {
    const name = String(fields.get('dock-name')).trim()
    const url = String(fields.get('dock-url')).trim()
    if (opens === 'pane' && notice?.url !== url) {
      const text = await objection(url)
      if (text !== null) {
        setNotice({ url, text })
        return
      }
    }
    const body = { name, url, opens }
    const saved = dock === null ? await call('POST', '/studio/docks', { body }) : await call('PATCH', `/studio/docks/${dock.id}`, { body })
    onSaved(saved.id)
    onClose()
  }

  const remove = async (): Promise<void> => {
    if (dock === null || !(await confirm(t.removeTitle(dock.name), t.removeText, t.remove))) return
    await call('DELETE', `/studio/docks/${dock.id}`)
    onClose()
  }

  return (
    <Dialog title={dock === null ? t.addTitle : t.editTitle(dock.name)} onClose={onClose} testId="dock-dialog">
      <DialogForm
        onClose={onClose}
        onSubmit={save}
        action={dock === null ? t.add : t.save}
        testId="dock-save"
        aside={
          dock !== null && (
            <button type="button" className="button quiet danger" onClick={() => void remove()} data-testid="dock-delete">
              {t.remove}
            </button>
          )
        }
      >
        <div className="field">
          <label htmlFor="dock-name">{t.name}</label>
          <input
            id="dock-name"
            name="dock-name"
            className="input"
            defaultValue={dock?.name ?? ''}
            placeholder={t.namePlaceholder}
            maxLength={60}
            required
            data-testid="dock-name"
          />
        </div>
        <div className="field">
          <label htmlFor="dock-url">{t.url}</label>
          <input
            id="dock-url"
            name="dock-url"
            className="input"
            inputMode="url"
            defaultValue={dock?.url ?? ''}
            placeholder="https://"
            maxLength={2000}
            required
            spellCheck={false}
            aria-describedby="dock-url-help"
            data-testid="dock-url"
          />
          <span id="dock-url-help" className="hint">
            {t.urlHelp}
          </span>
        </div>
        <fieldset className="field dock-opens">
          <legend>{t.opens}</legend>
          {(['pane', 'window'] as const).map((each) => (
            <label key={each} className="check">
              <input
                type="radio"
                name="dock-opens"
                checked={opens === each}
                onChange={() => {
                  setOpens(each)
                  setNotice(null)
                }}
                data-testid={`dock-opens-${each}`}
              />
              {t[each]}
            </label>
          ))}
        </fieldset>
        {notice !== null && (
          <p className="studio-notice dock-notice" role="alert" data-testid="dock-notice">
            {notice.text}
          </p>
        )}
      </DialogForm>
    </Dialog>
  )
}
