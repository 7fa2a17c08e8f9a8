import { useEffect, useState } from 'react'
import { decimal } from '../messages/numbers.ts'
import type { LatencySplit } from './link-latency.ts'
import { t } from './messages.ts'
import { type Transport, type TransportChoice, transportChoices } from './transport/transport-choice.ts'

/** Between two looks at the figures, ms. */
const everyMs = 500
const steps = ['capture', 'encode', 'network', 'decode', 'draw'] as const

interface LatencyPanelProps {
  readonly read: () => LatencySplit | undefined
  readonly readTransport: () => Transport | undefined
  readonly choice: TransportChoice
  readonly onChoice: (choice: TransportChoice) => void
}

const ms = (value: number): string => `${decimal(value, value < 10 ? 1 : 0)} ms`

/** How quick the desktop is: one figure, and on a click what it is made of. */
export function LatencyPanel({ read, readTransport, choice, onChoice }: LatencyPanelProps) {
  const [open, setOpen] = useState(false)
  const [split, setSplit] = useState<LatencySplit>()
  const [via, setVia] = useState<Transport>()
  useEffect(() => {
    const timer = setInterval(() => {
      setSplit(read())
      setVia(readTransport())
    }, everyMs)
    return () => clearInterval(timer)
  }, [read, readTransport])
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
            <dt>{t.transport}</dt>
            <dd data-testid="desktop-transport" data-via={via}>
              {via === undefined ? t.unknown : t.transports[via]}
            </dd>
          </dl>
          <label className="field">
            <span>{t.transportChoice}</span>
            <select
              className="input"
              value={choice}
              onChange={(event) => onChoice(transportChoices.find((each) => each === event.target.value) ?? 'automatic')}
              data-testid="desktop-transport-choice"
            >
              {transportChoices.map((each) => (
                <option key={each} value={each}>
                  {t.transports[each]}
                </option>
              ))}
            </select>
          </label>
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
