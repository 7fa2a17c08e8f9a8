import { Maximize, X } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { useSearch } from 'wouter'
import { useTitle } from '../../components/page.ts'
import { LiveVideo } from '../canvas/canvas-video.tsx'
import { Tool } from '../docks/tool.tsx'
import { useFollowedShow, useShow } from '../show-store.ts'
import { t } from './messages.ts'
import { nameOf, projectorOf } from './views.ts'
import '../studio.css'
import './windows.css'

/** How long the tools stay when the pointer rests, ms. */
const toolsMs = 2500

/** Video of a canvas, a scene or a source and nothing else, for a display of its own: `/projector?scene=ID`. */
export function ProjectorWindow() {
  const { of, id: named } = projectorOf(useSearch())
  useFollowedShow()
  const loaded = useShow((state) => state.loaded)
  const open = useShow((state) => state.open)
  const program = useShow((state) => state.program)
  const [tools, setTools] = useState(false)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const collection = open?.collection
  const ids = { program: collection?.canvases, preview: collection?.canvases, scene: collection?.scenes, source: collection?.sources }[of]
  // Without an id: the first canvas.
  const id = named === '' && (of === 'program' || of === 'preview') ? (collection?.canvases[0]?.id ?? '') : named
  const found = ids?.some((each) => each.id === id) === true
  const name = nameOf({ kind: 'projector', of, id }, collection)
  useTitle(found ? name : t.projector)
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') window.close()
    }
    document.addEventListener('keydown', onKey)
    return () => {
      document.removeEventListener('keydown', onKey)
      clearTimeout(timer.current)
    }
  }, [])
  const showTools = (): void => {
    setTools(true)
    clearTimeout(timer.current)
    timer.current = setTimeout(() => setTools(false), toolsMs)
  }
  const isEmpty = of === 'preview' && program?.canvases.find((each) => each.canvas === id)?.preview == null
  const notice = !loaded ? undefined : collection === undefined ? t.nothing : !found ? t.notThere : isEmpty ? t.previewEmpty : undefined
  return (
    <main
      className="projector"
      data-tools={tools}
      data-testid="projector"
      data-of={of}
      aria-busy={!loaded}
      onPointerMove={showTools}
      onFocus={showTools}
    >
      <h1 className="sr-only">{found ? name : t.projector}</h1>
      {notice !== undefined && <p className="projector-notice">{notice}</p>}
      {found && !isEmpty && <LiveVideo {...pathsOf(of, id)} label={t.video(name)} name="projector" />}
      <div className="projector-tools">
        <span className="small">{t.closeHint}</span>
        {document.fullscreenEnabled && (
          <Tool
            Icon={Maximize}
            label={t.fullScreen}
            onClick={() => void document.documentElement.requestFullscreen().catch(() => undefined)}
            testId="projector-full-screen"
          />
        )}
        <Tool Icon={X} label={t.close} onClick={() => window.close()} testId="projector-close" />
      </div>
    </main>
  )
}

function pathsOf(of: string, id: string): { readonly feed: string; readonly image: string } {
  const encoded = encodeURIComponent(id)
  const what = of === 'program' || of === 'preview' ? `canvas=${encoded}` : `${of}=${encoded}`
  return { feed: `/studio/preview-feed?of=${of}&${what}`, image: `/studio/screenshot?optional=true&${of}=${encoded}` }
}
