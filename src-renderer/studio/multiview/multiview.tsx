import { ChevronLeft, ChevronRight, ExternalLink, Maximize, Minimize, Volume2, X } from 'lucide-react'
import { type CSSProperties, type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react'
import { readChoice, storeChoice } from '../../client/stored-choice.ts'
import { CanvasVideo } from '../canvas/canvas-video.tsx'
import { chooseScene } from '../commands.ts'
import { Tool } from '../docks/tool.tsx'
import { useKinds } from '../kinds.ts'
import type { Levels } from '../levels/meter-feed.ts'
import { Meter } from '../mixer/meter.tsx'
import type { CanvasPart, Collection, ProgramState } from '../types.ts'
import { t } from './messages.ts'
import { maxTiles, openTileFeed, type TileFeed } from './tile-feed.ts'
import { layTiles, type Tile, tileChoices, tilesOf } from './tiles.ts'
import './multiview.css'

interface MultiviewProps {
  readonly document: Collection
  readonly program: ProgramState
  readonly canvas: CanvasPart
  readonly editor: boolean
  /** Shows the studio again; left out in a window of its own. */
  readonly onClose?: () => void
}

/** Program and preview large, and what else there is as small tiles that say by their border what is on air. */
export function Multiview({ document, program, canvas, editor, onClose }: MultiviewProps) {
  const kinds = useKinds('source-kinds')
  const [choice, setChoice] = useState(() => readChoice('studio.multiview', tileChoices))
  const [meters, setMeters] = useState(() => readChoice('studio.multiviewMeters', ['on', 'off']))
  const [page, setPage] = useState(0)
  const root = useRef<HTMLElement>(null)
  const tiles = tilesOf(document, program, choice, (kind) => kinds.find((each) => each.kind === kind)?.pictures === true)
  const pages = Math.max(1, Math.ceil(tiles.length / maxTiles))
  const at = Math.min(page, pages - 1)
  const on = program.canvases.find((each) => each.canvas === canvas.id)
  const roles = program.studioMode ? (['preview', 'program'] as const) : (['program'] as const)

  return (
    <section
      ref={root}
      className="multiview"
      aria-label={t.title}
      data-testid="multiview"
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || onClose === undefined || window.document.fullscreenElement !== null) return
        event.stopPropagation()
        onClose()
      }}
    >
      <header className="multiview-bar">
        <h2>{t.title}</h2>
        <select
          className="input"
          aria-label={t.tiles}
          value={choice}
          data-testid="multiview-choice"
          onChange={(event) => {
            const next = event.currentTarget.value as typeof choice
            setChoice(next)
            setPage(0)
            storeChoice('studio.multiview', next)
          }}
        >
          {tileChoices.map((each) => (
            <option key={each} value={each}>
              {t[each]}
            </option>
          ))}
        </select>
        {pages > 1 && (
          <span className="bar-group">
            <Tool Icon={ChevronLeft} label={t.before} disabled={at === 0} onClick={() => setPage(at - 1)} testId="multiview-before" />
            <span className="quiet small">{t.page(at + 1, pages)}</span>
            <Tool Icon={ChevronRight} label={t.next} disabled={at === pages - 1} onClick={() => setPage(at + 1)} testId="multiview-next" />
          </span>
        )}
        <span className="spacer" />
        <Tool
          Icon={Volume2}
          label={t.meters}
          pressed={meters === 'on'}
          onClick={() => {
            const next = meters === 'on' ? 'off' : 'on'
            setMeters(next)
            storeChoice('studio.multiviewMeters', next)
          }}
          testId="multiview-meters"
        />
        {onClose !== undefined && (
          <Tool
            Icon={ExternalLink}
            label={t.ownWindow}
            onClick={() => {
              window.open('/studio?multiview', '_blank', 'noopener,popup,width=1280,height=760')
              onClose()
            }}
            testId="multiview-window"
          />
        )}
        <FullScreen of={root} />
        {onClose !== undefined && <Tool Icon={X} label={t.close} onClick={onClose} testId="multiview-close" />}
      </header>
      <div className="multiview-screens" data-count={roles.length}>
        {roles.map((role) => (
          <div key={role} className="multiview-cell" style={{ '--ratio': canvas.width / canvas.height } as CSSProperties}>
            <figure className={`multiview-screen ${role === 'program' ? 'is-program' : 'is-preview'}`} data-testid={`multiview-${role}`}>
              <div className="multiview-picture" style={{ aspectRatio: `${canvas.width} / ${canvas.height}` }}>
                {(role === 'program' || (on?.preview ?? null) !== null) && <CanvasVideo canvas={canvas.id} of={role} />}
              </div>
              <figcaption>
                <span className={`tally ${role === 'program' ? 'on-air' : 'prepared'}`}>{role === 'program' ? t.onAir : t.prepared}</span>
                <span className="multiview-name">{nameOf(document, role === 'program' ? on?.program : on?.preview)}</span>
                {role === 'program' && meters === 'on' && <Meter of="program" label={t.metersOf} read={programLevels} />}
              </figcaption>
            </figure>
          </div>
        ))}
      </div>
      <Tiles tiles={tiles.slice(at * maxTiles, (at + 1) * maxTiles)} program={program} editor={editor} empty={t.noSources} />
    </section>
  )
}

const nameOf = ({ scenes }: Collection, scene: string | null | undefined): string => scenes.find(({ id }) => id === scene)?.name ?? ''

/** Levels of the first track; while nobody takes it the mixer makes none: then of the loudest source that is heard. */
function programLevels(levels: ReadonlyMap<string, Levels>): Levels | undefined {
  const track = levels.get('track:1')
  if (track !== undefined) return track
  return [...levels.values()].toSorted((one, other) => Math.max(...other.peakDb) - Math.max(...one.peakDb))[0]
}

function FullScreen({ of }: { readonly of: { readonly current: HTMLElement | null } }) {
  const [full, setFull] = useState(() => document.fullscreenElement !== null)
  useEffect(() => {
    const look = (): void => setFull(document.fullscreenElement !== null)
    document.addEventListener('fullscreenchange', look)
    return () => document.removeEventListener('fullscreenchange', look)
  }, [])
  if (!document.fullscreenEnabled) return null
  return (
    <Tool
      Icon={full ? Minimize : Maximize}
      label={full ? t.leaveFullScreen : t.fullScreen}
      // A browser that denies it says so itself.
      onClick={() => void (full ? document.exitFullscreen() : of.current?.requestFullscreen())?.catch(() => undefined)}
      testId="multiview-full-screen"
    />
  )
}

interface TilesProps {
  readonly tiles: readonly Tile[]
  readonly program: ProgramState
  readonly editor: boolean
  /** Shown without tiles. */
  readonly empty: string
}

function Tiles({ tiles, program, editor, empty }: TilesProps) {
  const grid = useRef<HTMLUListElement>(null)
  const [{ columns, width }, setLayout] = useState({ columns: 4, width: 0 })
  const [connected, setConnected] = useState(true)
  const [feed, setFeed] = useState<TileFeed | null>(null)
  useEffect(() => {
    const opened = openTileFeed(setConnected)
    setFeed(opened)
    return () => opened.close()
  }, [])
  useEffect(() => {
    if (width > 0) feed?.setWidth(width * Math.min(devicePixelRatio, 2))
  }, [feed, width])
  const count = tiles.length
  useEffect(() => {
    const wall = grid.current?.parentElement
    if (!wall) return
    const look = (): void => setLayout(layTiles(count, wall.clientWidth, wall.clientHeight))
    const sizes = new ResizeObserver(look)
    sizes.observe(wall)
    look()
    return () => sizes.disconnect()
  }, [count])

  const onKey = (event: KeyboardEvent): void => {
    const items = [...(grid.current?.querySelectorAll<HTMLElement>('button') ?? [])]
    const from = items.indexOf(event.target as HTMLElement)
    const steps: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }
    const step = steps[event.key]
    const to = event.key === 'Home' ? 0 : event.key === 'End' ? items.length - 1 : step === undefined ? undefined : from + step
    if (from < 0 || to === undefined) return
    event.preventDefault()
    items[to]?.focus()
  }

  return (
    <>
      {!connected && (
        <p className="studio-notice" role="status">
          {t.notConnected}
        </p>
      )}
      {count === 0 && <p className="quiet multiview-nothing">{empty}</p>}
      <p id="multiview-help" className="sr-only">
        {t.chooseHelp}
      </p>
      <ul
        ref={grid}
        className="multiview-tiles"
        style={{ '--columns': columns, '--tile': `${width}px` } as CSSProperties}
        onKeyDown={onKey}
      >
        {tiles.map((tile) => (
          <li key={tile.id}>
            <TileView tile={tile} feed={feed} program={program} editor={editor} />
          </li>
        ))}
      </ul>
    </>
  )
}

interface TileViewProps {
  readonly tile: Tile
  readonly feed: TileFeed | null
  readonly program: ProgramState
  readonly editor: boolean
}

const tallyTexts = (): Readonly<Record<string, string>> => ({ 'on-air': t.onAir, 'prepared': t.prepared, 'in-program': t.inProgram })

function TileView({ tile: { id, name, scene, tally }, feed, program, editor }: TileViewProps) {
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    const element = canvas.current
    return element === null ? undefined : feed?.show(id, element)
  }, [feed, id])
  const said = tallyTexts()[tally]
  const content = useMemo(
    () => (
      <>
        <canvas ref={canvas} width={320} height={180} data-testid="tile-picture" />
        <span className="tile-empty" aria-hidden="true">
          {t.noVideo}
        </span>
        <span className="tile-label">
          <span className="tile-name">{name}</span>
          {said !== undefined && <span className={`tally ${tally}`}>{said}</span>}
        </span>
      </>
    ),
    [name, said, tally],
  )
  const marks = { 'className': 'tile', 'data-testid': 'tile', 'data-tile': id, 'data-tally': tally }
  if (scene === undefined || !editor) return <div {...marks}>{content}</div>
  return (
    <button
      type="button"
      {...marks}
      aria-describedby="multiview-help"
      onClick={(event) => chooseScene(scene, program, event.shiftKey)}
      onDoubleClick={() => program.studioMode && chooseScene(scene, program, true)}
    >
      {content}
    </button>
  )
}
