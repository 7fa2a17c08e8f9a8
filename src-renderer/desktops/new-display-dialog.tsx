import { useState } from 'react'
import { call } from '../client/api.ts'
import { Resource, useResource } from '../client/resource.ts'
import { Dialog } from '../components/dialog.tsx'
import { DialogForm } from '../components/dialog-form.tsx'
import { notify } from '../components/toasts.tsx'
import { displays } from './displays.ts'
import { t } from './messages.ts'
import { SessionUserField } from './session-user-field.tsx'

/** After how many minutes without a viewer a display ends; 0: never. */
const ends = [0, 10, 60, 1440] as const
type Protocol = 'x11' | 'wayland'
type Starts = 'desktop' | 'program' | 'nothing' | 'attach' | 'portal'

const portalOffer = new Resource({ path: () => '/desktop/portal' })

/** Creates a display: what it is called, and what starts on it. */
export function NewDisplayDialog({ onClose }: { readonly onClose: () => void }) {
  const [name, setName] = useState('')
  const [starts, setStarts] = useState<Starts>('desktop')
  const [protocol, setProtocol] = useState<Protocol>('x11')
  const [command, setCommand] = useState('')
  const [endAfter, setEndAfter] = useState(0)
  const [locks, setLocks] = useState(false)
  const [startsWithHost, setStartsWithHost] = useState(false)
  const [user, setUser] = useState('')
  const [server, setServer] = useState('')
  const [authority, setAuthority] = useState('')
  const offer = useResource(portalOffer)
  const attaches = starts === 'attach'
  /** Its size, programs and end are not ours. */
  const isOthers = attaches || starts === 'portal'
  const submit = async (): Promise<void> => {
    const hasCookie = protocol === 'x11' && authority.trim() !== ''
    const words = command.trim().split(/\s+/)
    const added = await displays.keep(
      call('POST', '/desktop/displays', {
        body: {
          ...(name.trim() === '' ? {} : { name: name.trim() }),
          ...(attaches && {
            attach: { server: server.trim(), ...(hasCookie ? { authority: authority.trim() } : {}) },
          }),
          ...(starts === 'portal' && { attach: { portal: true } }),
          ...(isOthers || endAfter === 0 ? {} : { endAfterMinutes: endAfter }),
          ...(locks && { locksOnLeave: true }),
          ...(starts !== 'portal' && protocol === 'wayland' && { protocol }),
          ...(!isOthers && protocol === 'x11' && user !== '' && { user }),
          ...(!isOthers && startsWithHost && { startsWithHost: true }),
          ...(isOthers || starts === 'desktop' ? {} : { command: starts === 'nothing' ? null : words }),
        },
      }),
    )
    notify(t.created(added.name))
    onClose()
  }
  return (
    <Dialog title={t.createTitle} onClose={onClose} testId="display-dialog">
      <DialogForm
        onClose={onClose}
        onSubmit={submit}
        action={t.create}
        testId="display-submit"
        disabled={(starts === 'program' && command.trim() === '') || (attaches && server.trim() === '')}
      >
        <div className="field">
          <label htmlFor="display-name">{t.name}</label>
          <input
            id="display-name"
            className="input"
            value={name}
            onChange={(event) => setName(event.target.value)}
            maxLength={80}
            aria-describedby="display-name-help"
            data-testid="display-name"
          />
          <span className="hint" id="display-name-help">
            {t.nameHelp}
          </span>
        </div>
        <div className="field">
          <label htmlFor="display-starts">{t.starts}</label>
          <select
            id="display-starts"
            className="input"
            value={starts}
            onChange={(event) => setStarts(event.target.value as Starts)}
            aria-describedby={starts === 'portal' ? 'display-portal-help' : undefined}
            data-testid="display-starts"
          >
            <option value="desktop">{t.lightDesktop}</option>
            <option value="program">{t.program}</option>
            <option value="nothing">{t.nothing}</option>
            {offer?.available === true && <option value="portal">{t.portal}</option>}
            <option value="attach">{t.attach}</option>
          </select>
          {starts === 'portal' && (
            <span className="hint" id="display-portal-help">
              {t.portalHelp} {offer?.remembers === true ? t.portalRemembers : t.portalAsksAgain}
            </span>
          )}
        </div>
        {starts !== 'portal' && (
          <div className="field">
            <label htmlFor="display-protocol">{t.protocol}</label>
            <select
              id="display-protocol"
              className="input"
              value={protocol}
              onChange={(event) => setProtocol(event.target.value as Protocol)}
              aria-describedby="display-protocol-help"
              data-testid="display-protocol"
            >
              <option value="x11">X11</option>
              <option value="wayland">{t.wayland}</option>
            </select>
            <span className="hint" id="display-protocol-help">
              {attaches ? t.attachProtocolHelp : t.protocolHelp}
            </span>
          </div>
        )}
        {!isOthers && protocol === 'x11' && <SessionUserField user={user} onChange={setUser} />}
        {starts === 'program' && (
          <div className="field">
            <label htmlFor="display-command">{t.command}</label>
            <input
              id="display-command"
              className="input"
              value={command}
              onChange={(event) => setCommand(event.target.value)}
              maxLength={1000}
              spellCheck={false}
              autoComplete="off"
              required
              aria-describedby="display-command-help"
              data-testid="display-command"
            />
            <span className="hint" id="display-command-help">
              {t.commandHelp}
            </span>
          </div>
        )}
        {attaches && (
          <>
            <div className="field">
              <label htmlFor="display-server">{protocol === 'x11' ? t.attachServer : t.attachSocket}</label>
              <input
                id="display-server"
                className="input"
                value={server}
                onChange={(event) => setServer(event.target.value)}
                maxLength={101}
                spellCheck={false}
                autoComplete="off"
                required
                aria-describedby="display-server-help"
                data-testid="display-server"
              />
              <span className="hint" id="display-server-help">
                {protocol === 'x11' ? t.attachServerHelp : t.attachSocketHelp}
              </span>
            </div>
            {protocol === 'x11' && (
              <div className="field">
                <label htmlFor="display-authority">{t.attachAuthority}</label>
                <input
                  id="display-authority"
                  className="input"
                  value={authority}
                  onChange={(event) => setAuthority(event.target.value)}
                  maxLength={1000}
                  spellCheck={false}
                  autoComplete="off"
                  aria-describedby="display-authority-help"
                  data-testid="display-authority"
                />
                <span className="hint" id="display-authority-help">
                  {t.attachAuthorityHelp}
                </span>
              </div>
            )}
          </>
        )}
        {!isOthers && (
          <div className="field">
            <label htmlFor="display-ends">{t.ends}</label>
            <select
              id="display-ends"
              className="input"
              value={endAfter}
              onChange={(event) => setEndAfter(Number(event.target.value))}
              data-testid="display-ends"
            >
              {ends.map((minutes) => (
                <option key={minutes} value={minutes}>
                  {t.endsAfter(minutes)}
                </option>
              ))}
            </select>
          </div>
        )}
        <div className="field">
          <label className="check">
            <input
              type="checkbox"
              checked={locks}
              onChange={({ target }) => setLocks(target.checked)}
              aria-describedby="display-locks-help"
              data-testid="display-locks"
            />{' '}
            {t.locksOnLeave}
          </label>
          <span className="hint" id="display-locks-help">
            {t.locksOnLeaveHelp}
          </span>
        </div>
        {!isOthers && (
          <div className="field">
            <label className="check">
              <input
                type="checkbox"
                checked={startsWithHost}
                onChange={({ target }) => setStartsWithHost(target.checked)}
                aria-describedby="display-starts-with-host-help"
                data-testid="display-starts-with-host"
              />{' '}
              {t.startsWithHost}
            </label>
            <span className="hint" id="display-starts-with-host-help">
              {t.startsWithHostHelp}
            </span>
          </div>
        )}
      </DialogForm>
    </Dialog>
  )
}
