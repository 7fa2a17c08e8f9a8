import { useEffect, useRef, useState } from 'react'
import { useDocument } from '../show-store.ts'

export interface CanvasProps {
  /** Id of the canvas. */
  readonly canvas: string
  /** Id of the scene whose items are handled. */
  readonly scene: string
  /** Which image of the canvas is shown: what is on air, or what is prepared. */
  readonly role: 'program' | 'preview'
  /** Ids of the selected items of the scene. */
  readonly selected: readonly string[]
  readonly onSelect: (items: readonly string[]) => void
  readonly editable?: boolean
}

const refreshMs = 500

/** A canvas of the show: its image, refreshed about twice a second while somebody can see it. */
export function Canvas({ canvas, role, scene }: CanvasProps) {
  const box = useRef<HTMLDivElement>(null)
  const [address, setAddress] = useState('')
  const part = useDocument()?.canvases.find(({ id }) => id === canvas)
  useEffect(() => {
    const element = box.current
    if (element === null) return
    let visible = true
    let stopped = false
    const ending = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    const observer = new IntersectionObserver(([entry]) => {
      visible = entry?.isIntersecting ?? true
    })
    observer.observe(element)
    const next = (): void => {
      if (stopped) return
      if (!visible || document.visibilityState === 'hidden') {
        again()
        return
      }
      const width = Math.min(1280, Math.max(320, Math.round(element.clientWidth * Math.min(devicePixelRatio, 1.5))))
      const path = `/api/v1/studio/screenshot?${role}=${canvas}&type=jpeg&width=${width}`
      const read = async (): Promise<void> => {
        const response = await fetch(path, { credentials: 'same-origin', cache: 'no-store', signal: ending.signal })
        if (!response.ok) return
        const url = URL.createObjectURL(await response.blob())
        if (stopped) URL.revokeObjectURL(url)
        else setAddress(url)
      }
      // The studio may be starting: the next one comes.
      read().then(again, again)
    }
    const again = (): void => {
      if (!stopped) timer = setTimeout(next, refreshMs)
    }
    next()
    return () => {
      stopped = true
      ending.abort()
      clearTimeout(timer)
      observer.disconnect()
    }
  }, [canvas, role])
  useEffect(() => () => URL.revokeObjectURL(address), [address])
  return (
    <div
      ref={box}
      className="studio-canvas"
      style={{ aspectRatio: part === undefined ? '16 / 9' : `${part.width} / ${part.height}` }}
      data-testid={`canvas-${role}`}
      data-scene={scene}
      data-loaded={address !== ''}
    >
      {address !== '' && <img src={address} alt={role === 'program' ? 'Program' : 'Preview'} draggable={false} />}
    </div>
  )
}
