import type { ReactNode } from 'react'
import { t } from './messages.ts'
import type { Talkback } from './use-talkback.ts'

interface TalkButtonProps {
  readonly talkback: Talkback
  /** Id of the guest, or all of them. */
  readonly to: string
  readonly label: string
  readonly testId: string
  readonly children: ReactNode
}

const isKey = (key: string): boolean => key === ' ' || key === 'Enter'

/** Talks while it is pressed, by pointer or by keyboard. */
export function TalkButton({ talkback, to, label, testId, children }: TalkButtonProps) {
  const isHeld = talkback.wanted === to
  const isHeard = isHeld && talkback.isTalking
  const release = (): void => {
    if (isHeld) talkback.quiet()
  }
  return (
    <button
      type="button"
      className="button talk"
      aria-label={label}
      title={label}
      aria-pressed={isHeld}
      data-testid={testId}
      data-talking={isHeard}
      onPointerDown={(event) => {
        if (event.button !== 0) return
        event.currentTarget.setPointerCapture(event.pointerId)
        talkback.talk(to)
      }}
      onPointerUp={release}
      onPointerCancel={release}
      onLostPointerCapture={release}
      onBlur={release}
      onContextMenu={(event) => event.preventDefault()}
      onKeyDown={(event) => {
        if (!isKey(event.key)) return
        event.preventDefault()
        if (!event.repeat) talkback.talk(to)
      }}
      onKeyUp={(event) => {
        if (isKey(event.key)) release()
      }}
    >
      {isHeard ? t.talking : children}
    </button>
  )
}
