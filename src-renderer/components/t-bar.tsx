import { useEffect, useRef, useState } from 'react'
import './t-bar.css'

interface TBarProps {
  readonly label: string
  /** From 0 to 1; null: nothing is moved by hand. */
  readonly position: number | null
  readonly disabled: boolean
  /** Answers when the host has taken it; reports errors itself. */
  readonly move: (position: number, release: boolean) => Promise<unknown>
  readonly testId: string
}

const step = 0.01

/** A slider that is the way from the preview to the program. One move is sent at a time, and then the newest. */
export function TBar({ label, position, disabled, move, testId }: TBarProps) {
  /** Where the hand has it, until the host has taken that it let go; undefined: nobody does. */
  const [own, setOwn] = useState<number>()
  /** A hand that moves it; at the end already, what it does until it lets go starts no other transition. */
  const hand = useRef<'away' | 'moving' | 'ended'>('away')
  const queue = useRef<{ sending: boolean; next?: readonly [number, boolean] | undefined }>({ sending: false })
  const known = useRef(position)
  useEffect(() => {
    // Somebody else has brought it to its end.
    if (known.current !== null && position === null && hand.current === 'moving') hand.current = 'ended'
    known.current = position
  }, [position])
  const send = async (...wanted: readonly [number, boolean]): Promise<void> => {
    const { current } = queue
    current.next = wanted
    if (current.sending) return
    current.sending = true
    try {
      while (current.next !== undefined) {
        const next = current.next
        current.next = undefined
        await move(...next)
        if (next[1] && hand.current === 'away') setOwn(undefined)
      }
    } finally {
      current.sending = false
    }
  }
  const letGo = (): void => {
    const before = hand.current
    hand.current = 'away'
    if (before === 'moving' && own !== undefined) void send(own, true)
    else if (before === 'ended') setOwn(undefined)
  }
  return (
    <input
      className="t-bar"
      type="range"
      min={0}
      max={1}
      step={step}
      aria-label={label}
      title={label}
      value={own ?? position ?? 0}
      // What is being moved keeps the focus.
      disabled={disabled && own === undefined}
      data-testid={testId}
      onChange={(event) => {
        const value = Number(event.currentTarget.value)
        setOwn(value)
        if (hand.current === 'ended') return
        hand.current = value >= 1 ? 'ended' : 'moving'
        void send(value, false)
      }}
      onPointerUp={letGo}
      onPointerCancel={letGo}
      // A key is one small step: only what is at its end lets go by it.
      onKeyUp={() => {
        if (hand.current === 'ended') letGo()
      }}
      onBlur={letGo}
    />
  )
}
