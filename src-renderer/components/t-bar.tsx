import { useRef, useState } from 'react'
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
  /** Where the hand has it; undefined: nobody does. */
  const [own, setOwn] = useState<number>()
  const queue = useRef<{ sending: boolean; next?: readonly [number, boolean] | undefined }>({ sending: false })
  /** At the end already: what the hand does until it lets go starts no other transition. */
  const ended = useRef(false)
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
        if (next[1]) setOwn(undefined)
      }
    } finally {
      current.sending = false
    }
  }
  const letGo = (): void => {
    if (own === undefined) return
    if (ended.current) setOwn(undefined)
    else void send(own, true)
    ended.current = false
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
      disabled={disabled}
      data-testid={testId}
      onChange={(event) => {
        const value = Number(event.currentTarget.value)
        setOwn(value)
        if (ended.current) return
        ended.current = value >= 1
        void send(value, false)
      }}
      onPointerUp={letGo}
      onKeyUp={letGo}
      onBlur={letGo}
    />
  )
}
