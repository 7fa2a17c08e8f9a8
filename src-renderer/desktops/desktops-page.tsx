import { AppWindow, Plus, Power, Trash2, Video } from 'lucide-react'
import { useState } from 'react'
import { Link } from 'wouter'
import { call } from '../client/api.ts'
import { useCollection } from '../client/collection.ts'
import { useResource } from '../client/resource.ts'
import { confirm } from '../components/dialog.tsx'
import { useIsAdmin, useTitle } from '../components/page.ts'
import { notify, notifyError } from '../components/toasts.tsx'
import { BroadcastTool } from './broadcast-tools.tsx'
import { DisplayImage } from './display-image.tsx'
import { type DisplayItem, displays, recordingStates } from './displays.ts'
import { t } from './messages.ts'
import { NewDisplayDialog } from './new-display-dialog.tsx'
import { ReachButton } from './reach/reach-button.tsx'
import { ScreenPrivacyTools } from './screen-privacy-tools.tsx'
import { ConsentPrompts } from './sharing/consent-prompts.tsx'
import { SecondFactorButton, SecondFactorGate } from './sharing/second-factor.tsx'
import { Tool } from './tool.tsx'
import './desktops.css'

/** Displays of this machine that can be opened in the browser. */
export function DesktopsPage() {
  useTitle(t.title)
  const admin = useIsAdmin()
  return (
    <>
      <header className="page-head">
        <div>
          <h1>{t.title}</h1>
          <p>{t.lead}</p>
        </div>
        <div className="row">
          {admin && <ReachButton />}
          <SecondFactorButton />
        </div>
      </header>
      <SecondFactorGate>
        {admin && <ConsentPrompts />}
        <Displays admin={admin} />
      </SecondFactorGate>
    </>
  )
}

function Displays({ admin }: { readonly admin: boolean }) {
  const { loaded, items } = useCollection(displays)
  const [creating, setCreating] = useState(false)
  const all = Object.values(items).sort((a, b) => a.createdAt.localeCompare(b.createdAt))
  const create = (
    <button type="button" className="button primary" onClick={() => setCreating(true)} data-testid="create-display">
      <Plus size={16} aria-hidden="true" /> {t.create}
    </button>
  )
  return (
    <div className="stack">
      {!loaded ? (
        <div className="skeleton stream-skeleton" aria-hidden="true" />
      ) : all.length === 0 && !admin ? (
        <p className="card empty">{t.noneForYou}</p>
      ) : all.length === 0 ? (
        <div className="card empty" data-testid="desktops-empty">
          <AppWindow size={32} aria-hidden="true" />
          <h2>{t.empty}</h2>
          <p>{t.emptyText}</p>
          {create}
        </div>
      ) : (
        <>
          {admin && <div>{create}</div>}
          <ul className="desktop-cards">
            {all.map((display) => (
              <DisplayCard key={display.id} display={display} />
            ))}
          </ul>
        </>
      )}
      {creating && <NewDisplayDialog onClose={() => setCreating(false)} />}
    </div>
  )
}

async function remove({ id, name, kind }: DisplayItem): Promise<void> {
  if (!(await confirm(t.removeTitle(name), kind === 'attached' || kind === 'portal' ? t.detachText : t.removeText, t.removeAction))) return
  try {
    await call('DELETE', `/desktop/displays/${id}`)
    notify(t.removed(name))
  } catch (error) {
    notifyError(error)
  }
}

function DisplayCard({ display }: { readonly display: DisplayItem }) {
  const admin = useIsAdmin()
  const { id, name, kind, state, width, height, viewers, inShow, locked, recorded, live } = display
  const shown = kind === 'screen' ? t.screen : name
  return (
    <li className="card desktop-card" data-testid="display-card" data-display={id}>
      <Link href={`/desktops/${id}`} aria-label={t.open(shown)} className="desktop-card-open">
        <DisplayImage display={display} />
        <span className="desktop-card-name">{shown}</span>
      </Link>
      <div className="desktop-card-foot">
        <span className="quiet small desktop-card-state">
          {state === 'running' ? t.running : t.stopped}
          {width > 0 && ` · ${t.size(width, height)}`}
          {display.user !== null && <span data-testid="display-runs-as">{` · ${t.runsAs(display.user)}`}</span>}
          {viewers > 0 && ` · ${t.viewers(viewers)}`}
          {inShow && ` · ${t.inShow}`}
          {recorded && ` · ${t.recorded}`}
          {locked && ` · ${t.locked}`}
          {live !== null && (
            <Link href={`/live/${live}`} data-testid="display-live">
              {display.state === 'stopped' ? t.liveWhenStarted(live) : t.liveAs(live)}
            </Link>
          )}
        </span>
        {admin && display.privacy && <ScreenPrivacyTools privacy={display.privacy} />}
        {admin && <BroadcastTool display={display} />}
        {admin && <RecordingRule id={id} name={shown} />}
        {kind === 'virtual' && admin && !display.forGuest && <StartsWithHost display={display} />}
        {kind !== 'screen' && admin && (
          <button
            type="button"
            className="button quiet icon"
            aria-label={t.remove(name)}
            title={t.remove(name)}
            onClick={() => void remove(display)}
            data-testid="remove-display"
          >
            <Trash2 size={16} aria-hidden="true" />
          </button>
        )}
      </div>
    </li>
  )
}

/** Whether the display starts whenever the host does. */
function StartsWithHost({ display: { id, name, startsWithHost } }: { readonly display: DisplayItem }) {
  const toggle = async (): Promise<void> => {
    try {
      await displays.keep(call('PATCH', `/desktop/displays/${id}`, { body: { startsWithHost: !startsWithHost } }))
      notify(startsWithHost ? t.startsWithHostOff(name) : t.startsWithHostOn(name))
    } catch (error) {
      notifyError(error)
    }
  }
  return (
    <Tool label={t.startsWithHostMark} pressed={startsWithHost} onClick={() => void toggle()} testId="starts-with-host">
      <Power size={16} aria-hidden="true" />
    </Tool>
  )
}

/** Whether the display is recorded always while somebody controls it. */
function RecordingRule({ id, name }: { readonly id: string; readonly name: string }) {
  const state = useResource(recordingStates, id)
  if (state === undefined) return null
  const toggle = async (): Promise<void> => {
    const whileControlled = !state.whileControlled
    try {
      await recordingStates.keep(id, call('PUT', `/desktop/displays/${id}/recording-rule`, { body: { whileControlled } }))
      notify(whileControlled ? t.recordRuleOn(name) : t.recordRuleOff(name))
    } catch (error) {
      notifyError(error)
    }
  }
  return (
    <Tool label={t.recordRule} pressed={state.whileControlled} onClick={() => void toggle()} testId="recording-rule">
      <Video size={16} aria-hidden="true" />
    </Tool>
  )
}
