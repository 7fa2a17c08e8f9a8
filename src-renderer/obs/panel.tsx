import { type ReactNode, useId } from 'react'
import type { ObsMirror } from '../../src-main/obs/schemas/mirror.ts'
import { notifyError } from '../components/toasts.tsx'

/** What every panel of an OBS takes. */
export interface PanelProps {
  /** Id of the instance. */
  readonly id: string
  readonly mirror: ObsMirror
  /** False: the panel shows and changes nothing. */
  readonly editor: boolean
}

/** A card with a heading. */
export function Panel({
  title,
  tools,
  testId,
  children,
}: {
  readonly title: string
  readonly tools?: ReactNode
  readonly testId: string
  readonly children: ReactNode
}) {
  const id = useId()
  return (
    <section className="card obs-panel" aria-labelledby={id} data-testid={testId}>
      <header>
        <h2 id={id}>{title}</h2>
        {tools}
      </header>
      {children}
    </section>
  )
}

/** Reports what a command was rejected with; what it changed comes as an event. */
export function send(command: Promise<unknown>): void {
  command.catch(notifyError)
}
