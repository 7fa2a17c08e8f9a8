import { type ReactNode, useId } from 'react'

interface DockProps {
  readonly title: string
  readonly children: ReactNode
  /** Buttons beneath the content. */
  readonly tools?: ReactNode
  /** Shown beside the title. */
  readonly aside?: ReactNode
  readonly testId: string
}

/** One of the panes below the canvas. */
export function Dock({ title, children, tools, aside, testId }: DockProps) {
  const id = useId()
  return (
    <section className="dock" aria-labelledby={id} data-testid={testId}>
      <header>
        <h2 id={id}>{title}</h2>
        {aside}
      </header>
      <div className="dock-body">{children}</div>
      {tools !== undefined && <footer className="dock-tools">{tools}</footer>}
    </section>
  )
}
