import { type CSSProperties, useEffect, useRef, useState } from 'react'
import { drawScene } from './draw-scene.ts'
import type { TemplateDocument } from './make-template.ts'
import { t } from './messages.ts'

interface TemplatePreviewProps {
  readonly document: TemplateDocument
  readonly scene: string
  /** Pixels. */
  readonly width: number
  /** For screen readers; empty where the text beside it says the same. */
  readonly label: string
}

/** Changes that follow each other faster are drawn together, ms. */
const settleMs = 250

/** A scene of a template as the host composes it. */
export function TemplatePreview({ document, scene, width, label }: TemplatePreviewProps) {
  const target = useRef<HTMLCanvasElement>(null)
  const [state, setState] = useState<{ readonly drawn: boolean; readonly problem: string }>({ drawn: false, problem: '' })
  const wanted = JSON.stringify(document)
  useEffect(() => {
    const ending = new AbortController()
    const draw = async (): Promise<void> => {
      try {
        const image = await drawScene(JSON.parse(wanted) as object, scene, width, ending.signal)
        const canvas = target.current
        if (canvas !== null && !ending.signal.aborted) {
          canvas.width = image.width
          canvas.height = image.height
          canvas.getContext('2d')?.drawImage(image, 0, 0)
          setState({ drawn: true, problem: '' })
        }
        image.close()
      } catch (error) {
        if (!ending.signal.aborted) setState({ drawn: false, problem: (error as Error).message })
      }
    }
    setState((before) => ({ ...before, drawn: false }))
    const timer = setTimeout(() => void draw(), settleMs)
    return () => {
      clearTimeout(timer)
      ending.abort()
    }
  }, [wanted, scene, width])
  const [canvas] = document.canvases
  const shape: CSSProperties = { aspectRatio: canvas && `${canvas.width} / ${canvas.height}` }
  return (
    <div
      className="template-preview"
      style={shape}
      aria-busy={!state.drawn && state.problem === ''}
      data-drawn={state.drawn}
      data-testid="template-preview"
    >
      {label === '' ? <canvas ref={target} /> : <canvas ref={target} role="img" aria-label={label} />}
      {state.problem !== '' && (
        <p className="quiet small" role="status">
          {t.noPreview} {state.problem}
        </p>
      )}
    </div>
  )
}
