import { Check, Copy } from 'lucide-react'
import { type ReactNode, useEffect, useState } from 'react'
import { components as t } from '../messages/page.ts'
import { notify } from './toasts.tsx'

/** Copies; where the clipboard API is absent (plain HTTP on another host) through a selection. */
export async function copyText(text: string): Promise<void> {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text)
    return
  }
  const area = document.createElement('textarea')
  area.value = text
  ;(document.querySelector('dialog[open]') ?? document.body).append(area)
  area.select()
  document.execCommand('copy')
  area.remove()
}

function useCopied(): [boolean, (text: string) => void] {
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), 1600)
    return () => clearTimeout(timer)
  }, [copied])
  const copy = (text: string) => {
    copyText(text).then(
      () => setCopied(true),
      () => notify(t.theBrowserDidNotAllow),
    )
  }
  return [copied, copy]
}

interface CopyFieldProps {
  readonly label: string
  readonly value: string
  readonly testId?: string
}

/** A value with a copy button. */
export function CopyField({ label, value, testId }: CopyFieldProps) {
  const [copied, copy] = useCopied()
  return (
    <div className="copy-field">
      <span className="label">{label}</span>
      <div className="box">
        <code data-testid={testId}>{value}</code>
        <button
          type="button"
          onClick={() => copy(value)}
          aria-label={copied ? t.copiedNamed(label) : t.copyNamed(label)}
          title={t.copy}
          data-testid={testId && `${testId}-copy`}
        >
          {copied ? <Check size={16} /> : <Copy size={16} />}
        </button>
      </div>
    </div>
  )
}

/** A button that copies and says so. */
export function CopyButton({
  value,
  children,
  testId,
  className = 'button',
}: {
  readonly value: string
  readonly children: ReactNode
  readonly testId?: string
  readonly className?: string
}) {
  const [copied, copy] = useCopied()
  return (
    <button type="button" className={className} onClick={() => copy(value)} data-testid={testId} aria-live="polite">
      {copied ? <Check size={16} /> : <Copy size={16} />}
      <span>{copied ? t.copied : children}</span>
    </button>
  )
}
