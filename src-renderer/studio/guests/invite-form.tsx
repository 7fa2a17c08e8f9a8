import { type FormEvent, useState } from 'react'
import { call } from '../../client/api.ts'
import { Dialog } from '../../components/dialog.tsx'
import { LinkCode } from '../../components/link-code.tsx'
import { ShownOnceDialog } from '../../components/shown-once-dialog.tsx'
import { notifyError } from '../../components/toasts.tsx'
import { keepGuest } from './guest-list.ts'
import { t } from './messages.ts'

const hours = [1, 4, 24, 7 * 24] as const

/** Invites a guest, and shows the link once. */
export function InviteForm({ onClose }: { readonly onClose: () => void }) {
  const [label, setLabel] = useState('')
  const [validHours, setValidHours] = useState<number>(24)
  const [isSending, setSending] = useState(false)
  const [link, setLink] = useState<string>()
  const invite = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    setSending(true)
    try {
      const invited = call('POST', '/studio/guests', { body: { label: label.trim(), expiresInMinutes: validHours * 60 } })
      await keepGuest(invited.then(({ guest }) => guest))
      setLink((await invited).joinUrl)
    } catch (error) {
      notifyError(error)
      setSending(false)
    }
  }
  if (link !== undefined) return <LinkDialog name={label.trim()} link={link} onClose={onClose} />
  return (
    <Dialog title={t.inviteTitle} onClose={onClose} testId="invite-dialog">
      <form className="stack" onSubmit={(event) => void invite(event)}>
        <div className="field">
          <label htmlFor="guest-label">{t.name}</label>
          <input
            id="guest-label"
            className="input"
            value={label}
            maxLength={60}
            autoComplete="off"
            required
            onChange={(event) => setLabel(event.target.value)}
            data-testid="guest-label"
          />
        </div>
        <div className="field">
          <label htmlFor="guest-expiry">{t.validFor}</label>
          <select
            id="guest-expiry"
            className="input"
            value={validHours}
            onChange={(event) => setValidHours(Number(event.target.value))}
            data-testid="guest-expiry"
          >
            {hours.map((each) => (
              <option key={each} value={each}>
                {each < 24 ? t.hours(each) : t.days(each / 24)}
              </option>
            ))}
          </select>
        </div>
        <div className="dialog-actions">
          <button type="button" className="button" onClick={onClose}>
            {t.cancel}
          </button>
          <button type="submit" className="button primary" disabled={isSending || label.trim() === ''} data-testid="create-guest-link">
            {t.createLink}
          </button>
        </div>
      </form>
    </Dialog>
  )
}

/** The host keeps no copy of a link. */
export function LinkDialog({ name, link, onClose }: { readonly name: string; readonly link: string; readonly onClose: () => void }) {
  return (
    <ShownOnceDialog title={t.linkFor(name)} advice={t.linkHelp} onClose={onClose} testId="guest-link-dialog" savedTestId="guest-link-done">
      <LinkCode
        link={link}
        label={t.linkFor(name)}
        testId="guest-join-link"
        codeLabel={t.qrCode(name)}
        codeHelp={t.qrHelp}
        localHelp={t.linkLocal}
        localTestId="guest-link-local"
      />
    </ShownOnceDialog>
  )
}
