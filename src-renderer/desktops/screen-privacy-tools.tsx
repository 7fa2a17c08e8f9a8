import { KeyboardOff, MonitorOff } from 'lucide-react'
import { call } from '../client/api.ts'
import { notify, notifyError } from '../components/toasts.tsx'
import { type DisplayItem, displays } from './displays.ts'
import { t } from './messages.ts'
import { Tool } from './tool.tsx'

type Privacy = NonNullable<DisplayItem['privacy']>

/** What becomes of the screen of the machine, and of its keyboard and mouse, while somebody controls it from elsewhere: for admins. */
export function ScreenPrivacyTools({ privacy }: { readonly privacy: Privacy }) {
  const change = async (changes: Partial<Pick<Privacy, 'blanks' | 'blocksInput'>>, done: string): Promise<void> => {
    try {
      await displays.keep(call('PATCH', '/desktop/displays/screen', { body: { privacy: changes } }))
      notify(done)
    } catch (error) {
      notifyError(error)
    }
  }
  const { blanks, blocksInput } = privacy
  return (
    <>
      <Tool
        label={t.blank}
        pressed={blanks}
        onClick={() => void change({ blanks: !blanks }, blanks ? t.blankOff : t.blankOn)}
        testId="screen-blanks"
      >
        <MonitorOff size={16} aria-hidden="true" />
      </Tool>
      <Tool
        label={t.blockInput}
        pressed={blocksInput}
        onClick={() => void change({ blocksInput: !blocksInput }, blocksInput ? t.blockInputOff : t.blockInputOn)}
        testId="screen-blocks-input"
      >
        <KeyboardOff size={16} aria-hidden="true" />
      </Tool>
    </>
  )
}

/** Says whether the local screen is black and its keyboard and mouse do nothing now, and where that could not be done. */
export function ScreenPrivacyMark({ privacy: { blanked, inputBlocked } }: { readonly privacy: Privacy }) {
  return (
    <>
      {blanked === 'on' && (
        <span className="chip" data-testid="screen-blanked">
          {t.blanked}
        </span>
      )}
      {inputBlocked === 'on' && (
        <span className="chip" data-testid="screen-input-blocked">
          {t.inputBlocked}
        </span>
      )}
      {(blanked === 'failed' || inputBlocked === 'failed') && (
        <span className="chip live" role="status" data-testid="screen-privacy-failed">
          {blanked === 'failed' ? t.blankFailed : t.blockInputFailed}
        </span>
      )}
    </>
  )
}
