import { type CSSProperties, useEffect, useRef } from 'react'
import { t } from './messages.ts'

interface OverlayPreviewProps {
  readonly kind: string
  readonly name: string
  readonly settings: Readonly<Record<string, unknown>>
  readonly state: unknown
  /** Of the design, px. */
  readonly width: number
  readonly height: number
}

/**
 * The overlay's own page in a frame, which gets what to show: it looks as it will on air. Inert: keys that it had the focus for, Escape
 * among them, would not reach the dialog.
 */
export function OverlayPreview({ kind, name, settings, state, width, height }: OverlayPreviewProps) {
  const frame = useRef<HTMLIFrameElement>(null)
  const ready = useRef(false)
  const message = useRef<object>({})
  message.current = { kind, width, height, settings, state, now: Date.now() }
  const send = (): void => {
    if (ready.current) frame.current?.contentWindow?.postMessage(message.current, location.origin)
  }
  useEffect(() => {
    const onMessage = ({ data, source }: MessageEvent): void => {
      if (source !== frame.current?.contentWindow || data !== 'overlay-ready') return
      ready.current = true
      frame.current?.contentWindow?.postMessage(message.current, location.origin)
    }
    window.addEventListener('message', onMessage)
    return () => window.removeEventListener('message', onMessage)
  }, [])
  useEffect(send)
  return (
    <div className="overlay-preview" role="img" aria-label={t.preview(name)} style={{ '--shape': width / height } as CSSProperties}>
      <iframe ref={frame} src="/overlay/preview" title={t.preview(name)} inert data-testid="overlay-preview" />
    </div>
  )
}
