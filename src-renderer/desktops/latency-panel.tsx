import { useEffect, useState } from 'react'
import { decimal } from '../messages/numbers.ts'
import type { LatencySplit } from './link-latency.ts'
import { t } from './messages.ts'

/** Between two looks at the figures, ms. */
const everyMs = 500
const steps = ['capture', 'encode', 'network', 'decode', 'draw'] as const

interface LatencyPanelProps {
  readonly read: () => LatencySplit | undefined
}

const ms = (value: number): string => `${decimal(value, value < 10 ? 1 : 0)} ms`

/** How quick the desktop is: one figure, and on a click what it is made of. */
export function LatencyPanel({ read }: LatencyPanelProps) {
  const [open, setOpen] = useState(false)
  const [split, setSplit] = useState<LatencySplit>()
  useEffect(() => {
    const timer = setInterval(() => setSplit(read()), everyMs)
    return () => clearInterval(timer)
  }, [read])
  const sum = split && steps.reduce((all, step) => all + split[step], 0)
  return (
    <div className="desktop-latency">
      <button
        type="button"
        className="button quiet"
        aria-expanded={open}
        aria-controls="desktop-latency"
        title={t.latency}
        onClick={() => setOpen(!open)}
        data-testid="desktop-latency"
      >
        <span className="sr-only">{t.latency} </span>
        {split === undefined || sum === undefined ? t.unknown : ms(split.press ?? sum)}
      </button>
      {open && (
        <div className="desktop-latency-panel" id="desktop-latency" data-testid="desktop-latency-panel">
          <h2>{t.latency}</h2>
          <dl>
            {steps.map((step) => (
              <Figure key={step} name={step} label={t.latencySteps[step]} value={split?.[step]} />
            ))}
            <Figure name="sum" label={t.latencySum} value={sum} />
            <Figure name="press" label={t.latencyPress} value={split?.press ?? undefined} />
            <Figure name="press-p95" label={t.latencyPressP95} value={split?.pressP95 ?? undefined} />
          </dl>
          <p className="quiet small">{t.latencyHelp}</p>
        </div>
      )}
    </div>
  )
}

function Figure({ name, label, value }: { readonly name: string; readonly label: string; readonly value: number | undefined }) {
  return (
    <>
      <dt>{label}</dt>
      <dd data-testid={`latency-${name}`} data-ms={value}>
        {value === undefined ? t.unknown : ms(value)}
      </dd>
    </>
  )
}
