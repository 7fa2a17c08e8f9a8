import { Link2, Mic, MicOff, Radio, Trash2, VideoOff, Volume2, VolumeX } from 'lucide-react'
import { useState } from 'react'
import { call } from '../../client/api.ts'
import { confirm } from '../../components/dialog.tsx'
import { levelAt, placeOf } from '../../components/fader-scale.ts'
import { notifyError } from '../../components/toasts.tsx'
import { locale } from '../../messages/language.ts'
import { decimal } from '../../messages/numbers.ts'
import { notifyUndoable } from '../commands.ts'
import { Tool } from '../docks/tool.tsx'
import { t as studio } from '../messages.ts'
import { Meter } from '../mixer/meter.tsx'
import { change } from '../show-store.ts'
import type { Source } from '../types.ts'
import type { Guest } from './guest-list.ts'
import { GuestVideo } from './guest-video.tsx'
import { LinkDialog } from './invite-form.tsx'
import { t } from './messages.ts'
import { TalkButton } from './talk-button.tsx'
import type { Talkback } from './use-talkback.ts'

interface GuestCardProps {
  readonly guest: Guest
  readonly name: string
  /** What shows them in the show; undefined until they were put on air. */
  readonly source: Source | undefined
  readonly editor: boolean
  readonly talkback: Talkback
}

/** A guest: seen before anybody else sees them, and put on air by one click. */
export function GuestCard({ guest, name, source, editor, talkback }: GuestCardProps) {
  const { id, state, connected, onAir, inPreview, camera, microphone, expiresAt } = guest
  const [link, setLink] = useState<string>()
  const [isBusy, setBusy] = useState(false)
  const put = async (way: 'put-on-air' | 'take-off-air'): Promise<void> => {
    setBusy(true)
    try {
      // What they are now comes as an event: the answer may be older.
      const { step } = await (way === 'put-on-air'
        ? call('POST', `/studio/guests/${id}/put-on-air`, { body: {} })
        : call('POST', `/studio/guests/${id}/take-off-air`))
      notifyUndoable(way === 'put-on-air' ? t.onAirNow(name) : t.offAirNow(name), step)
    } catch (error) {
      notifyError(error)
    } finally {
      setBusy(false)
    }
  }
  const renew = async (): Promise<void> => {
    if (connected && !(await confirm(t.newLinkQuestion(name), t.newLinkText, t.newLink))) return
    try {
      setLink((await call('POST', `/studio/guests/${id}/link`, { body: {} })).joinUrl)
    } catch (error) {
      notifyError(error)
    }
  }
  const remove = async (): Promise<void> => {
    if (!(await confirm(t.removeQuestion(name), t.removeText, t.remove))) return
    await call('DELETE', `/studio/guests/${id}`).catch(notifyError)
  }
  const tally = onAir ? 'program' : inPreview ? 'preview' : 'none'
  return (
    <li className="guest-card" data-testid="guest-card" data-guest={id} data-state={state} data-tally={tally}>
      {connected && <GuestVideo stream={guest.stream} name={name} />}
      <div className="guest-head">
        <b className="entry-name" title={name} translate="no">
          {name}
        </b>
        {connected && !camera && <VideoOff size={15} role="img" aria-label={t.cameraOff} />}
        {connected && !microphone && <MicOff size={15} role="img" aria-label={t.microphoneOff} />}
        <span className={`chip ${state === 'on-air' ? 'live' : state === 'waiting' ? 'pending' : ''}`} data-testid="guest-state">
          {inPreview && state === 'waiting' ? t.next : t.state(state)}
        </span>
      </div>
      {!connected && <p className="quiet small">{t.validUntil(timeOf(expiresAt))}</p>}
      {source?.audio !== undefined && connected && <Level source={source} name={name} editor={editor} />}
      {editor && (
        <div className="guest-actions">
          {onAir ? (
            <button
              type="button"
              className="button danger"
              disabled={isBusy}
              aria-label={t.takeOffAirOf(name)}
              onClick={() => void put('take-off-air')}
              data-testid="take-off-air"
            >
              {t.takeOffAir}
            </button>
          ) : (
            <button
              type="button"
              className="button primary"
              disabled={!connected || isBusy}
              aria-label={t.putOnAirOf(name)}
              onClick={() => void put('put-on-air')}
              data-testid="put-on-air"
            >
              <Radio size={16} /> {t.putOnAir}
            </button>
          )}
          {connected && (
            <TalkButton talkback={talkback} to={id} label={t.talkTo(name)} testId="talk">
              <Mic size={16} /> {t.talk}
            </TalkButton>
          )}
          <span className="spacer" />
          <Tool Icon={Link2} label={t.newLinkOf(name)} onClick={() => void renew()} testId="new-guest-link" />
          <Tool Icon={Trash2} label={t.removeOf(name)} onClick={() => void remove()} testId="remove-guest" />
        </div>
      )}
      {link !== undefined && <LinkDialog name={name} link={link} onClose={() => setLink(undefined)} />}
    </li>
  )
}

/** The strip of the mixer, in short. */
function Level({ source, name, editor }: { readonly source: Source; readonly name: string; readonly editor: boolean }) {
  const { gainDb = 0, muted = false } = source.audio ?? {}
  const set = (audio: { readonly muted: boolean } | { readonly gainDb: number }): void => change(`sources/${source.id}`, { audio })
  return (
    <div className="guest-level">
      <Meter of={`source:${source.id}`} label={t.level(name)} />
      <input
        type="range"
        className="fader"
        min={0}
        max={1}
        step={0.001}
        value={placeOf(gainDb)}
        disabled={!editor}
        aria-label={t.level(name)}
        aria-valuetext={studio.mixer.decibels(decimal(gainDb, 1))}
        onChange={(event) => set({ gainDb: levelAt(Number(event.currentTarget.value)) })}
        onDoubleClick={() => editor && set({ gainDb: 0 })}
      />
      <button
        type="button"
        className="tool mute"
        aria-label={muted ? t.unmute(name) : t.mute(name)}
        title={muted ? t.unmute(name) : t.mute(name)}
        aria-pressed={muted}
        disabled={!editor}
        onClick={() => set({ muted: !muted })}
        data-testid="guest-source-mute"
      >
        {muted ? <VolumeX size={16} /> : <Volume2 size={16} />}
      </button>
    </div>
  )
}

function timeOf(time: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(time))
}
