import { useEffect, useMemo, useRef, useState } from 'react'
import { TalkbackLink } from './talkback-link.ts'

export interface Talkback {
  /** Whom the pressed button is for. */
  readonly wanted: string | undefined
  /** The host passes on what is said. */
  readonly isTalking: boolean
  /** Why it does not work; undefined while it may. */
  readonly problem: string | undefined
  talk(to: string): void
  quiet(): void
}

/** Talkback of this page: nothing is opened before somebody talks, and the microphone is closed with the component. */
export function useTalkback(): Talkback {
  const link = useRef<TalkbackLink>(undefined)
  const [wanted, setWanted] = useState<string>()
  const [isTalking, setTalking] = useState(false)
  const [problem, setProblem] = useState<string>()
  useEffect(
    () => () => {
      link.current?.close()
      link.current = undefined
    },
    [],
  )
  return useMemo(
    () => ({
      wanted,
      isTalking,
      problem,
      talk(to) {
        setProblem(undefined)
        setWanted(to)
        link.current ??= new TalkbackLink({
          onTalking: (guests) => setTalking(guests.length > 0),
          onProblem(found) {
            link.current = undefined
            setTalking(false)
            setWanted(undefined)
            setProblem(found)
          },
        })
        link.current.talk(to)
      },
      quiet() {
        setWanted(undefined)
        setTalking(false)
        link.current?.talk(undefined)
      },
    }),
    [wanted, isTalking, problem],
  )
}
